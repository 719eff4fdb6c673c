"""The verdict on the probabilities: the whole reliability curve, with simultaneous bounds.

Decided here: the conversions of all rows and those of every bin are compared with the sums of their
probabilities; the intervals are by lead and hold together in 95 % of cases (Bonferroni: half of the
error is for the whole, half is divided among the bins). A curve that lies on one side of its
diagonal is thus detected by its whole, where each bin alone may be chance.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from models.stats.calibration_error import equal_bins
from models.stats.metrics import Interval
from models.stats.ratio import SHOWN, CountRatio
from models.stats.training_set import Floats

Direction = Literal["overstated", "understated", "mixed", "consistent", "too_few"]
LEAST_EXPECTED: Final = 5.0
"""With fewer conversions, both expected and observed, nothing is concluded."""


@dataclass(frozen=True)
class TopBin:
    """The bin with the highest probabilities.

    Attributes
    ----------
    predicted
        The mean probability.
    converted
        The share that converted, with its simultaneous interval.
    rows, leads
        Number of snapshots, and of leads.
    beyond_chance
        Whether the mean probability lies outside the interval.
    """

    predicted: float
    converted: Interval
    rows: int
    leads: int
    beyond_chance: bool


@dataclass(frozen=True)
class CalibrationVerdict:
    """Whether the probabilities are too high, too low, or consistent with the outcomes.

    Attributes
    ----------
    direction
        `overstated` or `understated` if the whole deviates beyond chance; `mixed` if bins do and
        the whole does not, or a bin on the other side than the whole; `consistent` if nothing
        does; `too_few` without enough conversions.
    expected, observed
        Sum of the probabilities, and number of snapshots that converted.
    factor
        Expected over observed, with its interval: 1.4 is overstated by 1.4 times.
    bins, too_high, too_low
        Number of bins, and of those that converted less, or more often than predicted.
    shown_high, shown_low
        Number of these that deviate beyond chance.
    top
        The bin with the highest probabilities; None without rows.
    """

    direction: Direction
    expected: float
    observed: int
    factor: Interval
    bins: int
    too_high: int
    too_low: int
    shown_high: int
    shown_low: int
    top: TopBin | None


def calibration_verdict(
    label: Floats, probability: Floats, lead: NDArray[np.int64]
) -> CalibrationVerdict:
    """Judge the probabilities of some rows.

    Parameters
    ----------
    label, probability, lead
        Shape (rows,): 1 or 0; the probability; a code of the lead.

    Examples
    --------
    >>> label = np.repeat([1.0, 0.0], [100, 900])
    >>> verdict = calibration_verdict(label, np.full(1000, 0.14), np.arange(1000))
    >>> verdict.direction, round(verdict.factor.value, 2)
    ('overstated', 1.4)
    """
    bin_of = equal_bins(probability) if len(probability) else np.zeros(0, np.int64)
    masks = [bin_of == one for one in np.unique(bin_of)]
    counts = [CountRatio.of_rows(label[m], probability[m], lead[m]) for m in masks]
    whole = CountRatio.of_rows(label, probability, lead)
    error = SHOWN / 2.0
    sides = [_side(one.ratio(error / max(len(counts), 1))) for one in counts]
    high, low = sides.count(-1), sides.count(1)
    ratio = whole.ratio(error)
    enough = max(whole.expected, whole.observed) >= LEAST_EXPECTED
    return CalibrationVerdict(
        direction=_direction(_side(ratio), high, low) if enough else "too_few",
        expected=whole.expected,
        observed=int(whole.observed),
        factor=_inverse(ratio),
        bins=len(counts),
        too_high=sum(one.observed < one.expected for one in counts),
        too_low=sum(one.observed > one.expected for one in counts),
        shown_high=high,
        shown_low=low,
        top=_top(counts[-1], lead[masks[-1]], error / len(counts)) if counts else None,
    )


def _side(ratio: Interval) -> int:
    """Return 1 for more conversions than expected, -1 for fewer, 0 within the interval."""
    return int(ratio.low > 1.0) - int(ratio.high < 1.0)


def _direction(whole: int, high: int, low: int) -> Direction:
    opposite = high if whole > 0 else low
    if whole == 0:
        return "mixed" if high or low else "consistent"
    if opposite:
        return "mixed"
    return "understated" if whole > 0 else "overstated"


def _inverse(ratio: Interval) -> Interval:
    """Turn observed over expected into expected over observed; NaN where nothing converted."""
    value, low, high = (
        1.0 / end if end > 0.0 else np.nan for end in (ratio.value, ratio.high, ratio.low)
    )
    return Interval(value, low, high)


def _top(count: CountRatio, lead: NDArray[np.int64], error: float) -> TopBin:
    rows, ratio = len(lead), count.ratio(error)
    predicted = count.expected / rows
    share = [min(predicted * end, 1.0) for end in (ratio.value, ratio.low, ratio.high)]
    return TopBin(predicted, Interval(*share), rows, len(np.unique(lead)), _side(ratio) != 0)
