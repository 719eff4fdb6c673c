"""The choice among the kinds of calibration.

Decided here: `none` stays unless another kind has less log loss, out of fold by lead, by more than
one standard error of the difference, rows of a lead taken together, and those of a period, if there
are several: what holds in one period alone is no reason to bend the next. No kind is chosen that
flattens the order (`keeps_order`).
"""

import numpy as np
from numpy.typing import NDArray

from models.model import calibration
from models.model.calibration import KINDS, Calibration, Kind
from models.model.settings import CalibrationSettings
from models.stats.log_odds import logit
from models.stats.metrics import log_losses
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats

_FOLDS = 5
_MIDDLE = (0.05, 0.95)


def choose(
    margin: Floats,
    label: Floats,
    of: tuple[NDArray[np.int64], NDArray[np.int64] | None],
    settings: CalibrationSettings,
    seed: int,
) -> Calibration:
    """Choose the kind of calibration by log loss out of fold, and fit it on all rows.

    Parameters
    ----------
    margin, label
        Shape (rows,): margins of rows that are later than, or were held out of, the training rows;
        their labels.
    of
        Shape (rows,) each: a code of the lead of each row; its period, if there are several. Where
        leads have one period each, the curve of each period is fitted to the others.
    settings
        The kinds to try.
    seed
        Seed of the folds.
    """
    converted = np.count_nonzero(label == 1.0)
    if min(converted, len(label) - converted) < settings.min_conversions:
        return Calibration()
    lead, period = of
    fold = folds_by_lead(lead, label, _FOLDS, seed)
    if period is not None and _divides(lead, period):
        fold = period
    plain = log_losses(label=label, probability=Calibration().probability(margin))
    best, best_gain = Calibration(), 0.0
    for name in settings.kinds:
        kind = _kind(name)
        gain = plain - _out_of_fold(kind, margin, label, (lead, fold))
        error = max(_standard_error(gain, by) for by in of if by is not None)
        if gain.mean() > max(best_gain, error):
            curve = calibration.fit(kind, margin, label, lead)
            if keeps_order(curve, margin):
                best, best_gain = curve, float(gain.mean())
    return best


def keeps_order(curve: Calibration, margin: Floats) -> bool:
    """Return whether the log-odds rise by `calibration.LEAST` of the margin over its middle 90 %.

    A curve that is flatter says that the order of the leads is worth nothing: on the rows that it
    was learned from. No such curve is ever chosen.

    >>> margin = np.linspace(-2.0, 2.0, 9)
    >>> [keeps_order(Calibration("sigmoid", (slope, 0.0)), margin) for slope in (0.0, 0.1, 0.5)]
    [False, False, True]

    Parameters
    ----------
    curve
        A calibration.
    margin
        Shape (rows,): the margins of the rows.
    """
    ends = np.quantile(margin, _MIDDLE)
    low, high = logit(curve.probability(ends)).tolist()
    return bool(high - low >= calibration.LEAST * (ends[1] - ends[0]))


def _divides(lead: NDArray[np.int64], period: NDArray[np.int64]) -> bool:
    """Return whether there are several periods, and all rows of a lead lie in one."""
    pairs = np.unique(np.column_stack([lead, period]), axis=0)
    return len(pairs) == len(np.unique(lead)) and len(np.unique(period)) > 1


def _kind(name: str) -> Kind:
    return KINDS[KINDS.index(name)] if name in KINDS else "none"


def _out_of_fold(
    kind: Kind, margin: Floats, label: Floats, by: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> Floats:
    lead, fold = by
    out = np.empty(len(margin))
    for k in np.unique(fold).tolist():
        held = fold == k
        curve = calibration.fit(kind, margin[~held], label[~held], lead[~held])
        out[held] = log_losses(label=label[held], probability=curve.probability(margin[held]))
    return out


def _standard_error(gain: Floats, group: NDArray[np.int64]) -> float:
    """Compute the standard error of the mean gain, rows of a lead or period taken together."""
    _, position = np.unique(group, return_inverse=True)
    together = np.bincount(position, weights=gain - gain.mean())
    return float(np.sqrt(np.sum(together**2)) / len(gain)) if len(together) > 1 else 0.0
