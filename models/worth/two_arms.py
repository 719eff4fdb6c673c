"""A declared test on the leads that were assigned: only what has matured counts for the verdict.

Decided here: a lead counts in the arm that it was drawn for, whatever was then done with it. Leads
of an account that are drawn together are not independent; their counts are divided by the design
effect, the variance of the accounts' residuals over that of independent leads (at least 1). The
share converted by the horizon is also estimated from all leads, each as far as it was observed
(Kaplan and Meier); it is shown, and decides nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.time_to_conversion import converted_by
from models.stats.metrics import Interval
from models.stats.ratio import by_unit
from models.stats.training_set import Floats
from models.worth.combination import combination
from models.worth.verdict import ERROR_OF_INTERVALS, GroupVerdict, TwoGroups, judge

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class AssignedLeads:
    """The leads of a test, one row each.

    Attributes
    ----------
    second
        Shape (leads,): drawn for the second arm.
    block, unit
        Shape (leads,): the week of the assignment, as an ascending number; what was drawn: a code
        of the lead, or of the account.
    label
        Shape (leads,): 1 or 0, NaN while the horizon is not over.
    observed_days, converted
        Shape (leads,): the days until the conversion, or that the lead was observed without one, at
        most the horizon.
    complete
        Whether nobody is assigned any more and all have matured.
    """

    second: NDArray[np.bool_]
    block: Codes
    unit: Codes
    label: Floats
    observed_days: Floats
    converted: NDArray[np.bool_]
    complete: bool


@dataclass(frozen=True)
class ArmResult:
    """One arm: leads assigned, matured, conversions, their share; and the share so far of all."""

    assigned: int
    matured: int
    conversions: int
    rate: Interval
    share_so_far: float


@dataclass(frozen=True)
class ArmComparison:
    """Both arms, and the verdict on the second against the first.

    Attributes
    ----------
    first, second
        The arms.
    design_effect
        By how much leads drawn together count less; 1 if leads are drawn alone.
    verdict
        `more` if the second arm is shown to convert more often.
    """

    first: ArmResult
    second: ArmResult
    design_effect: float
    verdict: GroupVerdict


def analyse(leads: AssignedLeads) -> ArmComparison:
    """Analyse a test as far as it has come.

    Parameters
    ----------
    leads
        All assigned leads.
    """
    effect = design_effect(leads)
    arms = [_arm(leads, leads.second == second, effect) for second in (False, True)]
    return ArmComparison(arms[0], arms[1], effect, judge(_groups(leads, effect)))


def design_effect(leads: AssignedLeads) -> float:
    """Compute the design effect of drawing leads together, on what has matured; at least 1."""
    known = ~np.isnan(leads.label)
    if not known.any():
        return 1.0
    label, second = leads.label[known], leads.second[known]
    share = [label[second == one].mean() if (second == one).any() else 0.0 for one in (0, 1)]
    residual = label - np.where(second, share[1], share[0])
    alone = float(np.sum(residual**2))
    together = float(np.sum(by_unit(residual, leads.unit[known], np.ones(len(label), bool)) ** 2))
    return max(1.0, together / alone) if alone > 0 else 1.0


def _groups(leads: AssignedLeads, effect: float) -> TwoGroups:
    """Count both arms by week, the second first; leads drawn together count less."""
    known = ~np.isnan(leads.label)
    weeks = np.unique(leads.block[known], return_inverse=True)[1]
    count = int(weeks.max(initial=-1)) + 1
    sides = [leads.second[known] == second for second in (True, False)]
    label = leads.label[known]
    converted = np.stack([np.bincount(weeks[s], label[s], count) for s in sides], -1)
    each = [np.bincount(weeks[s], minlength=count).astype(np.float64) for s in sides]
    size = np.stack(each, -1)
    both = np.stack([np.asarray(converted, np.float64), size])
    if effect > 1.0:
        both = np.stack([_fewer(one, effect) for one in both])
    return TwoGroups(both[0], both[1], complete=leads.complete)


def _fewer(counts: Floats, effect: float) -> Floats:
    """Divide counts by the design effect, so that the sums over weeks stay whole numbers."""
    whole = np.floor(np.cumsum(counts, axis=0) / effect)
    return np.asarray(np.diff(whole, axis=0, prepend=0.0))


def _arm(leads: AssignedLeads, mine: NDArray[np.bool_], effect: float) -> ArmResult:
    label = leads.label[mine]
    known = label[~np.isnan(label)]
    at, share = converted_by(leads.observed_days[mine], leads.converted[mine])
    won = float(known.sum())
    rate = combination([won / effect], [len(known) / effect], [1.0], ERROR_OF_INTERVALS)
    return ArmResult(
        int(mine.sum()),
        len(known),
        int(won),
        rate if len(known) else Interval(np.nan, np.nan, np.nan),
        float(share[-1]) if len(at) else (0.0 if mine.any() else np.nan),
    )
