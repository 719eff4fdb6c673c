"""The trial: the challenger against the champion, on the same rows, unknown to both in training.

Decided here: the gain is the champion's log loss less the challenger's. The challenger passes if

1. there are enough outcomes;
2. the 95 % interval of the gain, over redraws by lead, excludes a loss larger than allowed, a
   share of the champion's log loss (non-inferiority must be shown, it is not assumed);
3. no segment is shown to lose more than its own bound. Segments with too few outcomes are not
   tested. The others have simultaneous 95 % intervals (Bonferroni, clustered by lead), so that
   chance alone reports a loss in any of the segments in at most one trial of twenty.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from models.evaluation.comparisons import interval
from models.evaluation.settings import TrialSettings
from models.stats.metrics import Interval, log_losses
from models.stats.training_set import Floats

_TAIL: Final = 0.025


@dataclass(frozen=True)
class TrialRows:
    """The rows of a trial, each with the probabilities of both models.

    Attributes
    ----------
    label, lead
        Shape (rows,): 1 or 0; a code of the lead.
    champion, challenger
        Shape (rows,): probabilities.
    segments
        Attribute -> shape (rows,): its value.
    """

    label: Floats
    lead: NDArray[np.int64]
    champion: Floats
    challenger: Floats
    segments: Mapping[str, NDArray[np.str_]]

    @property
    def gain(self) -> Floats:
        """The champion's log loss less the challenger's: shape (rows,)."""
        losses = (
            log_losses(probability=one, label=self.label)
            for one in (self.champion, self.challenger)
        )
        return np.asarray(next(losses) - next(losses))


@dataclass(frozen=True)
class Segment:
    """The trial in one segment; `allowed` is the largest loss, positive."""

    attribute: str
    value: str
    rows: int
    conversions: int
    gain: Interval
    allowed: float

    @property
    def hurt(self) -> bool:
        """Whether the segment is shown to lose more than allowed."""
        return self.gain.high < -self.allowed


@dataclass(frozen=True)
class Trial:
    """The result of a trial; `allowed` is the largest loss of the challenger, positive."""

    rows: int
    leads: int
    conversions: int
    champion_loss: float
    challenger_loss: float
    gain: Interval
    allowed: float
    enough: bool
    segments: tuple[Segment, ...]

    @property
    def grounds(self) -> tuple[str, ...]:
        """The grounds against the challenger; empty if it passed."""
        return tuple(_against(self))

    @property
    def shown(self) -> str:
        """The result in a sentence."""
        return (
            f"log loss {self.challenger_loss:.4f} against the champion's {self.champion_loss:.4f} "
            f"on {self.rows:,} snapshots of {self.leads:,} leads ({self.conversions:,} snapshots "
            f"converted): "
            f"gain {self.gain.value:+.4f} ({self.gain.low:+.4f} to {self.gain.high:+.4f} in 95 % "
            f"of the redraws by lead), a loss of {self.allowed:.4f} is allowed; "
            f"{len(self.segments)} segments asked"
        )


def _against(trial: Trial) -> Iterator[str]:
    if not trial.enough:
        yield (
            f"too few outcomes to compare with the champion: {trial.conversions} of "
            f"{trial.rows} snapshots converted"
        )
    elif not trial.gain.low > -trial.allowed:
        yield f"not shown to be no worse than the champion: {trial.shown}"
    for one in trial.segments:
        if one.hurt:
            yield (
                f"worse for {one.attribute} {one.value}: gain {one.gain.value:+.4f} "
                f"({one.gain.low:+.4f} to {one.gain.high:+.4f}) on {one.rows:,} snapshots, "
                f"a loss of {one.allowed:.4f} is allowed"
            )


def trial(both: TrialRows, settings: TrialSettings) -> Trial:
    """Compare the challenger with the champion.

    Parameters
    ----------
    both
        The rows with the probabilities of both.
    settings
        The conditions.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> true = rng.random(4000)
    >>> label = (rng.random(4000) < true).astype(float)
    >>> both = TrialRows(label, np.arange(4000), np.full(4000, 0.5), true, {})
    >>> trial(both, TrialSettings()).grounds
    ()
    """
    gain = both.gain
    champion = log_losses(probability=both.champion, label=both.label)
    tested = list(_supported(both, settings.segment_conversions))
    return Trial(
        rows=len(gain),
        leads=len(np.unique(both.lead)),
        conversions=int(both.label.sum()),
        champion_loss=_mean(champion),
        challenger_loss=_mean(champion - gain),
        gain=by_lead(gain, both.lead, settings.redraws, settings.seed),
        allowed=settings.allowed_loss * _mean(champion),
        enough=fewest(both.label, both.lead) >= settings.min_conversions,
        segments=tuple(
            Segment(
                attribute,
                value,
                len(mine),
                int(both.label[mine].sum()),
                simultaneous(gain[mine], both.lead[mine], len(tested)),
                settings.allowed_segment_loss * _mean(champion[mine]),
            )
            for attribute, value, mine in tested
        ),
    )


def by_lead(gain: Floats, lead: NDArray[np.int64], redraws: int, seed: int) -> Interval:
    """Compute the mean gain with its 95 % interval over redraws of the leads.

    Parameters
    ----------
    gain, lead
        Shape (rows,): the gain of every row, and a code of its lead.
    redraws, seed
        Number of bootstrap redraws, and the seed of their draws.
    """
    sums, rows = _sums(gain, lead)
    rng = np.random.default_rng(seed)
    redrawn = np.full(redraws, np.nan)
    for draw in range(redraws if len(sums) else 0):
        times = np.bincount(rng.integers(0, len(sums), len(sums)), minlength=len(sums))
        redrawn[draw] = times @ sums / (times @ rows)
    return interval(_mean(gain), redrawn)


def _supported(both: TrialRows, least: int) -> Iterator[tuple[str, str, NDArray[np.intp]]]:
    for attribute, values in both.segments.items():
        for value in np.unique(values).tolist():
            mine = np.flatnonzero(values == value)
            if fewest(both.label[mine], both.lead[mine]) >= least:
                yield attribute, value, mine


def simultaneous(gain: Floats, lead: NDArray[np.int64], tested: int) -> Interval:
    """Compute the mean gain with an interval that holds for all tested segments at once.

    Parameters
    ----------
    gain, lead
        Shape (rows,): the gain of every row of the segment, and a code of its lead.
    tested
        Number of segments that are tested (Bonferroni).
    """
    sums, rows = _sums(gain, lead)
    mean = _mean(gain)
    error = float(np.sqrt(np.sum((sums - mean * rows) ** 2)) / len(gain))
    wide = float(-ndtri(_TAIL / tested)) * error
    return Interval(mean, mean - wide, mean + wide)


def _sums(gain: Floats, lead: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Sum the gain and count the rows of every lead."""
    _, position = np.unique(lead, return_inverse=True)
    return np.bincount(position, weights=gain).astype(np.float64), np.bincount(position).astype(
        np.float64
    )


def fewest(label: Floats, lead: NDArray[np.int64]) -> int:
    """Count the leads that converted, or those that did not, whichever are fewer.

    Parameters
    ----------
    label, lead
        Shape (rows,): 1 or 0; a code of the lead.
    """
    converted = np.unique(lead[label == 1.0])
    return min(len(converted), len(np.setdiff1d(lead, converted)))


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else np.nan
