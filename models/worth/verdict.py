"""The verdict on two groups of which chance alone decided who is in which.

Decided here, the spending of the error of 5 % with which nothing may be praised:

- 1 % for looks: while outcomes still mature, a verdict needs evidence of 100
  (`models.worth.looks`), however often one looks;
- 4 % for the end: when the last horizon is over, Fisher's exact test (one-sided) has to be at most
  4 %. It is exact for any counts.

Between the two there is no other way to a verdict, so praise of a worthless list stays at 5 % in
all, over any number of looks. "Not shown" is the usual answer of a quarter with few conversions.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.stats import hypergeom

from models.stats.metrics import Interval
from models.stats.training_set import Floats
from models.worth.combination import combination
from models.worth.looks import always_valid_difference, evidence

ERROR_OF_LOOKS: Final = 0.01
ERROR_AT_THE_END: Final = 0.04
ERROR_OF_INTERVALS: Final = 0.10
FEWEST_LEADS: Final = 20
FEWEST_CONVERSIONS: Final = 5
Shown = Literal["more", "fewer", "not_shown", "too_few"]


@dataclass(frozen=True)
class TwoGroups:
    """Matured leads of two groups in blocks of time.

    Attributes
    ----------
    converted, leads
        Shape (blocks, 2): conversions and leads of each block, the group to be judged first.
    complete
        Whether every lead of the declared span has matured.
    """

    converted: Floats
    leads: Floats
    complete: bool


@dataclass(frozen=True)
class GroupVerdict:
    """What is shown about two groups.

    Attributes
    ----------
    shown
        `more` or `fewer` conversions in the first group; `not_shown`; or `too_few` leads.
    complete
        Whether it is the closing verdict, by the exact test; otherwise a look, by evidence.
    difference
        The first rate less the second, with its 90 % interval: for one look, at the end.
    at_any_time
        The same with a 90 % interval that holds however often one looks.
    p_more, p_fewer
        Fisher's exact test of each direction.
    evidence_more, evidence_fewer
        The highest evidence so far of each direction.
    """

    shown: Shown
    complete: bool
    difference: Interval
    at_any_time: Interval
    p_more: float
    p_fewer: float
    evidence_more: float
    evidence_fewer: float


def judge(groups: TwoGroups) -> GroupVerdict:
    """Judge two groups by the rule above.

    Parameters
    ----------
    groups
        The counts of both groups by block.

    Examples
    --------
    >>> leads = np.full((13, 2), [30.0, 20.0])
    >>> judge(TwoGroups(np.full((13, 2), [6.0, 1.0]), leads, complete=True)).shown
    'more'
    >>> judge(TwoGroups(np.full((13, 2), [3.0, 2.0]), leads, complete=True)).shown
    'not_shown'
    """
    converted, leads = groups.converted.sum(axis=0), groups.leads.sum(axis=0)
    both = [evidence(groups.converted[:, way], groups.leads[:, way]) for way in _WAYS]
    peaks = [float(one.max(initial=1.0)) for one in both]
    exact = [float(exact_test(converted[way], leads[way])) for way in _WAYS]
    few = leads.min() < FEWEST_LEADS or converted.sum() < FEWEST_CONVERSIONS
    return GroupVerdict(
        "too_few" if few else _shown(peaks, exact, complete=groups.complete),
        groups.complete,
        combination(converted, leads, [1.0, -1.0], ERROR_OF_INTERVALS),
        always_valid_difference(converted, leads, ERROR_OF_INTERVALS),
        *exact,
        *peaks,
    )


_WAYS: Final = ([0, 1], [1, 0])


def _shown(peaks: list[float], exact: list[float], *, complete: bool) -> Shown:
    answers: tuple[Shown, Shown] = ("more", "fewer")
    for answer, peak, p in zip(answers, peaks, exact, strict=True):
        if peak >= 1.0 / ERROR_OF_LOOKS or (complete and p <= ERROR_AT_THE_END):
            return answer
    return "not_shown"


def exact_test(converted: Floats, leads: Floats) -> Floats:
    """Compute Fisher's exact p-value that the first group converts more often by chance alone.

    Parameters
    ----------
    converted, leads
        Shape (..., 2): counts of both groups.
    """
    every, won = leads.sum(axis=-1), converted.sum(axis=-1)
    return np.asarray(hypergeom.sf(converted[..., 0] - 1, every, won, leads[..., 0]))
