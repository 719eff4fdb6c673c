"""What lists would have won: the score, and other orders, each worked with the same capacity.

Decided here: the work of sales is that of a back-test (`models.lifecycle.capacity`). A lead without
a score comes last. Differences are paired, with intervals by lead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY
from models.audit.case import AuditCase, take
from models.lifecycle import capacity
from models.lifecycle.capacity import AnsweredRows
from models.lifecycle.origins import BacktestSettings
from models.stats.metrics import Interval
from models.stats.training_set import Floats

INCUMBENT: Final = "incumbent"
RANDOM: Final = "random"
NEWEST: Final = "newest"
_MONTH_DAYS: Final = 365.25 / 12


@dataclass(frozen=True)
class ListResult:
    """What one list won: leads worked, conversions, and how many more than by the score."""

    name: str
    worked: int
    conversions: int
    more: Interval


@dataclass(frozen=True)
class ListComparison:
    """All lists on the same leads, over some months; leads that converted in all."""

    lists: tuple[ListResult, ...]
    months: float
    converting_leads: int
    capacity: int

    def named(self, name: str) -> ListResult:
        """Return the result of one list."""
        return next(one for one in self.lists if one.name == name)


def compare_lists(case: AuditCase, settings: BacktestSettings) -> ListComparison | None:
    """Work every list with the capacity of sales.

    Parameters
    ----------
    case
        The score and its snapshots; rivals that lack a row limit all lists to the rows they have.
    settings
        Capacity, redraws and seed.

    Returns
    -------
    None without a snapshot on which all lists can be compared.
    """
    orders = {INCUMBENT: case.score, **case.rivals}
    orders |= {} if case.rows.age_days is None else {NEWEST: -case.rows.age_days}
    orders[RANDOM] = np.zeros(len(case.rows))
    there = np.logical_and.reduce([np.ones(len(case.rows), np.bool_), *_limits(case.rivals)])
    if not there.any():
        return None
    rows = take(case.rows, there)
    answered = AnsweredRows(rows.label, rows.lead, rows.cutoff, case.converts_at[there])
    first = int(rows.cutoff.min())
    taken = {
        name: capacity.taken(
            answered, _last_without(order[there]), settings.capacity, first, settings.seed
        )
        for name, order in orders.items()
    }
    counted = capacity.captured(taken, rows.lead, INCUMBENT, settings)
    months = max(int(rows.cutoff.max()) - first, DAY) / DAY / _MONTH_DAYS
    lists = tuple(
        ListResult(name, one.worked, one.captured, _negative(one.less))
        for name, one in counted.items()
    )
    converting = len(np.unique(rows.lead[rows.label == 1.0]))
    return ListComparison(lists, months, converting, settings.capacity)


def _limits(rivals: Mapping[str, Floats]) -> list[NDArray[np.bool_]]:
    return [~np.isnan(one) for one in rivals.values()]


def _last_without(score: Floats) -> Floats:
    return np.nan_to_num(score, nan=-np.inf)


def _negative(less: Interval) -> Interval:
    return Interval(-less.value or 0.0, -less.high or 0.0, -less.low or 0.0)
