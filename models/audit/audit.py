"""The audit of a score: every figure and every check, as numbers.

Decided here: figures for people count every lead once. What the score costs is set against the
conversions that its list wins beyond random work; where the interval of that difference includes
zero, nothing is shown that the cost would buy.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.audit.case import AuditCase
from models.audit.checks.catalogue import CHECKS
from models.audit.cut_offs import CutOff, cut_offs
from models.audit.finding import ScoreFinding
from models.audit.lists import RANDOM, ListComparison, compare_lists
from models.evaluation import curves
from models.evaluation.by_lead import figures_by_lead
from models.evaluation.curves import Curve
from models.evaluation.groups import groups
from models.evaluation.groups.groups import Group, GroupSettings
from models.evaluation.reliability import ReliabilityBin, reliability
from models.lifecycle.origins import BacktestSettings
from models.stats.metrics import Interval


@dataclass(frozen=True)
class ScoreCost:
    """What a score costs to keep, and what is shown to come of it.

    Attributes
    ----------
    per_month
        What it costs in a month, in the company's currency.
    extra_per_month
        Conversions a month beyond random work.
    per_extra
        Cost of each of them; NaN where the interval includes zero.
    """

    per_month: float
    extra_per_month: Interval
    per_extra: Interval


@dataclass(frozen=True)
class ScoreAudit:
    """All that was observed about a score.

    Attributes
    ----------
    rows, leads, scored_rows, conversions, converted_leads
        Matured snapshots, their leads, the snapshots with a score, those that converted, leads.
    findings
        The answers of all checks.
    figures
        Figure -> value with interval, every lead counting once; empty with too few conversions.
    gain
        Share of the leads from the top -> share of the conversions among them.
    worth
        What the values of the score were worth: mean score and share that converted, by bins.
    by_age, by_month, by_segment
        The same figures of groups.
    cut_offs, lists, cost
        Cut-offs, what lists would have won, and what the score costs; None where not known.
    """

    rows: int
    leads: int
    scored_rows: int
    conversions: int
    converted_leads: int
    values: int
    findings: tuple[ScoreFinding, ...]
    figures: Mapping[str, Interval]
    gain: Curve | None
    worth: tuple[ReliabilityBin, ...]
    by_age: tuple[Group, ...]
    by_month: tuple[Group, ...]
    by_segment: Mapping[str, tuple[Group, ...]]
    cut_offs: tuple[CutOff, ...]
    lists: ListComparison | None
    cost: ScoreCost | None

    @property
    def faults(self) -> tuple[ScoreFinding, ...]:
        """The checks that failed."""
        return tuple(one for one in self.findings if one.answer == "fail")

    @property
    def warnings(self) -> tuple[ScoreFinding, ...]:
        """The checks that warn."""
        return tuple(one for one in self.findings if one.answer == "warn")


def audit(
    case: AuditCase, settings: BacktestSettings, cost_per_month: float | None = None
) -> ScoreAudit:
    """Audit a score.

    Parameters
    ----------
    case
        The score and the snapshots that judge it.
    settings
        Capacity of sales, redraws and seed.
    cost_per_month
        What the score costs to keep; None: nobody has stated it.
    """
    rows, score = case.scored_rows, case.scored_values
    drawn = settings.redraws, settings.seed
    grouping = GroupSettings(redraws=settings.redraws, seed=settings.seed)
    any_scored, lists = bool(len(rows)), compare_lists(case, settings)
    return ScoreAudit(
        rows=len(case.rows),
        leads=len(np.unique(case.rows.lead)),
        scored_rows=len(rows),
        conversions=int(case.rows.label.sum()),
        converted_leads=len(np.unique(case.rows.lead[case.rows.label == 1.0])),
        values=len(np.unique(score)),
        findings=tuple(check.answer(case) for check in CHECKS),
        figures=figures_by_lead(rows.label, score, rows.lead, *drawn) if case.enough else {},
        gain=curves.ranking(rows.label, score).gain if any_scored else None,
        worth=reliability(rows.label, score, rows.lead, *drawn) if any_scored else (),
        by_age=groups.by_age(rows, score, grouping) if any_scored else (),
        by_month=groups.by_month(rows, score, grouping) if any_scored else (),
        by_segment=groups.by_segment(rows, score, grouping) if any_scored else {},
        cut_offs=cut_offs(case, settings.capacity),
        lists=lists,
        cost=None if lists is None or cost_per_month is None else _cost(lists, cost_per_month),
    )


def _cost(lists: ListComparison, per_month: float) -> ScoreCost:
    more = lists.named(RANDOM).more
    ends = (-more.value, -more.high, -more.low)
    extra = Interval(*(one / lists.months for one in ends))
    each = Interval(np.nan, np.nan, np.nan)
    if extra.low > 0.0:
        each = Interval(*(per_month / one for one in (extra.value, extra.high, extra.low)))
    return ScoreCost(per_month, extra, each)
