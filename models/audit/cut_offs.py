"""Cut-offs: from which score on sales should call, with the leads that they can call.

Decided here: a lead is handed over once, at its first snapshot with the score or more. The cut-off
that fits is the lowest at which no more leads come up in a week than sales can work.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY
from models.audit.case import AuditCase
from models.stats.metrics import Interval
from models.stats.rate import rate
from models.stats.training_set import Floats

MOST: Final = 10
_WEEK_DAYS: Final = 7


@dataclass(frozen=True)
class CutOff:
    """What a cut-off would have meant.

    Attributes
    ----------
    score
        Leads of this score or more are handed over.
    leads, per_week
        How many leads came up, in all and a week.
    conversions, rate
        How many of them converted within the horizon of that snapshot, and their share.
    captured
        Share of all converting leads that were handed over before they converted, however long.
    fits
        Whether this is the cut-off that fits the capacity.
    """

    score: float
    leads: int
    per_week: float
    conversions: int
    rate: Interval
    captured: float
    fits: bool = False


def cut_offs(case: AuditCase, capacity: int) -> tuple[CutOff, ...]:
    """Judge cut-offs from the highest to the lowest.

    Parameters
    ----------
    case
        The score and its snapshots.
    capacity
        Leads that sales can work in a week.

    Returns
    -------
    At most `MOST` cut-offs and the one that fits; none without a scored snapshot.
    """
    score = np.unique(case.scored_values)
    if not len(score):
        return ()
    places = np.linspace(0, len(score) - 1, min(MOST, len(score))).round().astype(np.int64)
    fitting = _fitting(case, score, capacity)
    wanted = sorted({*score[places].tolist(), fitting}, reverse=True)
    return tuple(_judged(case, one, fits=one == fitting) for one in wanted)


def _fitting(case: AuditCase, score: Floats, capacity: int) -> float:
    """Return the lowest score with no more leads a week than the capacity, or the highest."""
    low, high = 0, len(score) - 1
    while low < high:
        middle = (low + high) // 2
        if len(_handed_over(case, float(score[middle]))) / _weeks(case) <= capacity:
            high = middle
        else:
            low = middle + 1
    return float(score[low])


def _weeks(case: AuditCase) -> float:
    cutoff = case.rows.cutoff
    return max(int(cutoff.max()) - int(cutoff.min()), DAY) / DAY / _WEEK_DAYS


def _handed_over(case: AuditCase, least: float) -> NDArray[np.intp]:
    """Return the first snapshot of each lead with this score or more."""
    there = np.flatnonzero(case.scored & (np.nan_to_num(case.score, nan=-np.inf) >= least))
    order = there[np.lexsort((case.rows.cutoff[there], case.rows.lead[there]))]
    lead = case.rows.lead[order]
    first = np.append(True, lead[1:] != lead[:-1])[: len(lead)]
    return np.asarray(order[first])


def _judged(case: AuditCase, least: float, *, fits: bool) -> CutOff:
    first = _handed_over(case, least)
    conversions = int(case.rows.label[first].sum())
    last = np.full(len(case.ends.created), -1, dtype=np.int64)
    won = case.rows.label == 1.0
    np.maximum.at(last, case.rows.lead[won], case.rows.cutoff[won])
    later = int((last[case.rows.lead[first]] >= case.rows.cutoff[first]).sum())
    return CutOff(
        least,
        len(first),
        len(first) / _weeks(case),
        conversions,
        rate(conversions, len(first)),
        later / max(int((last >= 0).sum()), 1),
        fits,
    )
