"""The figures of several predictions on the same rows, with intervals by lead.

Decided here: all predictions use the same redraws of leads (bootstrap, 95 % percentile interval),
so a difference between two of them is paired, which is far sharper than comparing two intervals.
The figures are those of `models.stats.metrics`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.stats.metrics import METRICS, Interval, ScoredRows
from models.stats.training_set import Floats

NAMES: Final = tuple(METRICS)
LOWER_IS_BETTER: Final = frozenset({"log_loss", "brier", "ece"})
UNKNOWN: Final = Interval(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Comparison:
    """The gain of the model over one other prediction in one figure.

    Attributes
    ----------
    against, metric
        The other prediction, and the figure.
    gain
        How much better the model is; positive is better, also where lower is better.
    better_share
        Share of the redraws in which the model is better; NaN where the figure is undefined.
    """

    against: str
    metric: str
    gain: Interval
    better_share: float


@dataclass(frozen=True)
class Redraws:
    """Figures of one prediction: on the rows themselves, and on each redraw of the leads.

    `observed` has shape (metrics,), `redrawn` (redraws, metrics); columns as `NAMES`.
    """

    observed: Floats
    redrawn: Floats

    def interval(self, metric: str) -> Interval:
        """Return one figure with its interval."""
        column = NAMES.index(metric)
        return interval(self.observed[column], self.redrawn[:, column])

    def against(self, name: str, other: "Redraws", metric: str) -> Comparison:
        """Compare with another prediction on the same redraws.

        Parameters
        ----------
        name, other
            The other prediction.
        metric
            The figure that is compared.
        """
        column = NAMES.index(metric)
        sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
        gain = sign * (self.redrawn[:, column] - other.redrawn[:, column])
        defined = gain[~np.isnan(gain)]
        observed = sign * (self.observed[column] - other.observed[column])
        share = float((defined > 0).mean()) if len(defined) else np.nan
        return Comparison(name, metric, interval(observed, gain), share)


def interval(value: float, redrawn: Floats) -> Interval:
    """Make the interval of a value from its redraws.

    Parameters
    ----------
    value
        The value on the rows themselves.
    redrawn
        Shape (redraws,); NaN where a redraw leaves the value undefined.

    Examples
    --------
    >>> interval(0.5, np.array([0.4, 0.5, 0.6]))
    Interval(value=0.5, low=0.405, high=0.595)
    """
    defined = redrawn[~np.isnan(redrawn)]
    if not len(defined):
        return Interval(float(value), np.nan, np.nan)
    low, high = np.quantile(defined, (0.025, 0.975))
    return Interval(float(value), float(low), float(high))


def redraw(
    label: Floats,
    predictions: Mapping[str, Floats],
    lead: NDArray[np.int64],
    redraws: int = 200,
    seed: int = 0,
) -> dict[str, Redraws]:
    """Compute the figures of every prediction on the rows and on redraws of their leads.

    Parameters
    ----------
    label, lead
        Shape (rows,); a code of the lead.
    predictions
        Name -> probability of each row, shape (rows,).
    redraws
        Number of bootstrap redraws of the leads, with replacement.
    seed
        Of the draws; the same seed draws the same leads.

    Examples
    --------
    >>> drawn = redraw(np.array([0.0, 1.0]), {"m": np.array([0.1, 0.9])}, np.array([1, 2]), 2)
    >>> drawn["m"].interval("auc").value
    1.0
    """
    scored = {
        name: ScoredRows(label=label, probability=prediction)
        for name, prediction in predictions.items()
    }
    redrawn = np.full((redraws, len(scored), len(NAMES)), np.nan)
    for draw, weight in enumerate(drawn_leads(lead, redraws, seed)):
        for place, one in enumerate(scored.values()):
            redrawn[draw, place] = _measure(one, weight)
    return {
        name: Redraws(_measure(one, None), redrawn[:, place])
        for place, (name, one) in enumerate(scored.items())
    }


def drawn_leads(lead: NDArray[np.int64], redraws: int, seed: int) -> Iterator[Floats]:
    """Redraw the leads with replacement: how often the lead of each row was drawn, shape (rows,).

    Parameters
    ----------
    lead
        Shape (rows,): a code of the lead.
    redraws
        Number of draws.
    seed
        Of the draws; the same seed draws the same leads.
    """
    codes, position = np.unique(lead, return_inverse=True)
    rng = np.random.default_rng(seed)
    for _ in range(redraws):
        drawn = np.bincount(rng.integers(0, len(codes), len(codes)), minlength=len(codes))
        yield drawn.astype(np.float64)[position]


def _measure(scored: ScoredRows, weight: Floats | None) -> Floats:
    """Compute the figures in the order of `NAMES`; NaN where a figure is undefined."""
    return np.array([METRICS[name](scored, weight) for name in NAMES])
