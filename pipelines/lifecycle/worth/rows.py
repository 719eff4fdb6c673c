"""The leads of the lists of a quarter, in the form of a receipt.

Decided here: a lead counts on the first list that ever had it. Quarters are of UTC. A drawn lead
stands for its share of the open leads of its week that were not listed by rank; without tables of
leads that number is unknown, and other lists are not compared. What another list would have had in
a week are the first of its order among all open leads, as many as the list had by rank.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import labels, snapshots
from features.errors import BadRequest
from features.tables import Tables
from features.timeline import DAY, to_moments
from models.stats.training_set import Floats
from models.worth.receipt import ListedLeads
from pipelines.lifecycle import lift
from pipelines.lifecycle.audit.case import AuditedCohort
from pipelines.lifecycle.worth.lists import ListsWithOutcomes

_WEEK: Final = 7 * DAY
_MONDAY: Final = 4 * DAY
"""1970-01-05 was a Monday."""
Orders = Mapping[str, Callable[[pd.DataFrame], Floats]]


@dataclass(frozen=True)
class QuarterRows:
    """The leads of a quarter.

    Attributes
    ----------
    quarter
        Such as 2026Q1.
    rows
        One row a lead that matured: `lead_id`, `cutoff`, `chosen_by`, `score`, `label`.
    waiting
        Leads of the quarter whose horizon is not over.
    leads
        The same rows for a receipt.
    """

    quarter: str
    rows: pd.DataFrame
    waiting: int
    leads: ListedLeads


def quarter_of(
    lists: ListsWithOutcomes, wanted: str | None, horizon: pd.Timedelta, as_of: pd.Timestamp
) -> pd.Period:
    """Return the quarter: the wanted one, or the newest with a list whose horizon is over.

    Parameters
    ----------
    lists
        All lists.
    wanted
        Such as 2026Q1; None for the newest.
    horizon
        Of the outcome.
    as_of
        Up to when outcomes are complete.

    Raises
    ------
    BadRequest
        If the quarter is written otherwise.
    """
    at = lists.listed["at"]
    if wanted is None:
        matured = at[at + horizon <= as_of]
        newest = matured.max() if len(matured) else at.max()
        return pd.Period(newest.tz_localize(None), freq="Q")
    try:
        period = pd.Period(wanted, freq="Q")
    except ValueError as error:
        message = f"--quarter {wanted}", "a quarter such as 2026Q1", "correct it"
        raise BadRequest.of(*message) from error
    return period


def of_quarter(
    lists: ListsWithOutcomes,
    quarter: pd.Period,
    cohort: AuditedCohort,
    tables: Tables | None,
    orders: Orders,
) -> QuarterRows:
    """Return the leads that a quarter's lists had first.

    Parameters
    ----------
    lists
        All lists and outcomes.
    quarter
        The quarter.
    cohort
        Who is open, what is predicted, up to when outcomes are complete.
    tables
        All leads and outcomes, for the number of open leads and for amounts; None without.
    orders
        Name of another list -> its order at `lead_id` and `cutoff`: higher is earlier, NaN last.
    """
    begin, end = (one.tz_localize("UTC") for one in (quarter.start_time, (quarter + 1).start_time))
    marked = _marked(lists.listed, cohort, tables, orders)
    first = lift.once(marked)
    rows = first[(first["cutoff"] >= begin) & (first["cutoff"] < end)].reset_index(drop=True)
    label = labels.attach(rows, lists.outcomes, cohort.target, cohort.until)
    known = rows.assign(label=label)[label.notna()].reset_index(drop=True)
    horizon = pd.Timedelta(cohort.target.horizon_days, "D")
    listed = ListedLeads(
        week_of(known["cutoff"]),
        (known["chosen_by"] == "rank").to_numpy(),
        known["label"].to_numpy(np.float64),
        _amounts(known, lists.outcomes if tables is None else tables.outcomes, cohort),
        known["stands_for"].to_numpy(np.float64),
        {name: known[f"by_{name}"].to_numpy(np.bool_) for name in orders if tables is not None},
        bool(end + horizon <= cohort.until),
    )
    return QuarterRows(str(quarter), known, int(label.isna().sum()), listed)


def week_of(at: pd.Series) -> NDArray[np.int64]:
    """Return the number of the week of each moment; weeks begin on Monday, 00:00 UTC."""
    return np.asarray((to_moments(at) - _MONDAY) // _WEEK, np.int64)


def _marked(
    listed: pd.DataFrame, cohort: AuditedCohort, tables: Tables | None, orders: Orders
) -> pd.DataFrame:
    """Mark every listed row with what it stands for, and which other lists would have had it."""
    out = listed.assign(stands_for=1.0, **{f"by_{name}": False for name in orders})
    if tables is None:
        return out
    week, at_rank = week_of(listed["at"]), (listed["chosen_by"] == "rank").to_numpy()
    stands_for = np.ones(len(out))
    by = {name: np.zeros(len(out), np.bool_) for name in orders}
    for one in np.unique(week):
        mine = np.flatnonzero(week == one)
        drawn = mine[~at_rank[mine]]
        opened = snapshots.at(tables, listed["at"].iloc[mine].min(), cohort.rule)
        by_rank = len(mine) - len(drawn)
        below = max(len(opened) - by_rank, len(drawn))
        stands_for[drawn] = below / max(len(drawn), 1)
        for name, order in orders.items():
            first = np.argsort(-np.nan_to_num(order(opened), nan=-np.inf), kind="stable")
            theirs = opened["lead_id"].iloc[first[:by_rank]]
            by[name][mine] = listed["lead_id"].iloc[mine].isin(theirs).to_numpy()
    return out.assign(stands_for=stands_for, **{f"by_{name}": one for name, one in by.items()})


def _amounts(rows: pd.DataFrame, outcomes: pd.DataFrame, cohort: AuditedCohort) -> Floats:
    """Return the amount of each conversion within the horizon; 0 without one."""
    if "amount" not in outcomes or rows.empty:
        return np.zeros(len(rows))
    won = outcomes[outcomes["outcome"] == cohort.target.outcome].dropna(subset=["amount"])
    keys = pd.MultiIndex.from_arrays([won["lead_id"], to_moments(won["occurred_at"])])
    amount = pd.Series(won["amount"].to_numpy(np.float64), keys).groupby(level=[0, 1]).sum()
    at = labels.next_conversion(rows, outcomes, cohort.target)
    place = amount.index.get_indexer(pd.MultiIndex.from_arrays([rows["lead_id"], at]))
    values = np.append(amount.to_numpy(np.float64), 0.0)[place]
    return np.asarray(np.where(rows["label"].to_numpy() == 1.0, values, 0.0))
