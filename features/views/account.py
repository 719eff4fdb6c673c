"""Account: what the other leads of the same account did.

Decided here: the lead itself does not count, so the view repeats nothing of the other views; only
the deals of the whole company include its own, because what one company does is one thing.
Values are missing for a lead without account. Of an account with many leads the newest count, in
training as in every answer; see `features.kernel.account_layout.NEWEST`.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.feature import Feature, Text
from features.kernel.account import account
from features.kernel.account_layout import (
    ACTIVITY_MEAN,
    AGE_MEAN,
    COMPANY_DEAL_SURPLUS,
    COMPANY_OPENED_PER_YEAR,
    DEAL_SURPLUS,
    LEAD_COUNT,
    LOST_COUNT,
    OPEN_COUNT,
    OPENED_MEAN,
    OPENED_PER_YEAR,
    SINCE_LAST,
    STEP_DAYS,
    WON_COUNT,
    AccountPlan,
)
from features.kernel.account_records import Accounts
from features.kernel.inputs import Indices, Matrix, Rows
from features.kernel.sweep.sweep_plan import PlannedColumn
from features.records.histories import Histories
from features.tables import Tables
from features.timeline import DAY
from features.view import Motion, no_rows
from features.wording import account_features

VIEW: Final = account_features.VIEW
TITLE: Final = Text("account: others of the same company", "企業：同じ企業の他のリード")
BY_GROUP: Final = True
_WINDOWS: Final = (7.0, 30.0, 90.0)
_MEASURES: Final = {
    "lead_count": LEAD_COUNT,
    "won_count": WON_COUNT,
    "lost_count": LOST_COUNT,
    "open_count": OPEN_COUNT,
    "days_since_last": SINCE_LAST,
    "opened_mean": OPENED_MEAN,
    "activity_mean": ACTIVITY_MEAN,
    "age_mean": AGE_MEAN,
    "opened_per_year": OPENED_PER_YEAR,
    "company_opened_per_year": COMPANY_OPENED_PER_YEAR,
    "deal_surplus": DEAL_SURPLUS,
    "company_deal_surplus": COMPANY_DEAL_SURPLUS,
}


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:  # noqa: ARG001 (the contract of a view)
    """Return the records of the view; no surpluses of deals where the usual number is not known.

    See `features.view.View`.
    """
    surplus = account_features.surpluses() if vocabulary.activities_per_deal else ()
    return (*account_features.features(), *surplus)


def support(visible: Tables) -> int:
    """Count the leads that share their account with another lead."""
    if "account_id" not in visible.leads.columns:
        return 0
    account_id = visible.leads["account_id"]
    return int((account_id.notna() & account_id.duplicated(keep=False)).sum())


def plan(columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> AccountPlan:
    """Return the plan of the kernel; see `features.view.View`."""
    counted, active = (
        [column for column in columns if column.feature.measure == measure]
        for measure in ("activity_count", "active_count")
    )
    others = [column for column in columns if column.feature.measure in _MEASURES]
    lengths = sorted(
        {c.feature.window_days for c in counted + active if c.feature.window_days is not None}
    )
    return AccountPlan(
        np.array([round(days * DAY) for days in lengths], np.int64),
        *_windowed(counted, lengths),
        *_windowed(active, lengths),
        np.array([_MEASURES[column.feature.measure] for column in others], np.int32),
        np.array([column.number for column in others], np.int32),
        np.array([vocabulary.activities_per_deal], np.float64),
    )


def fill(
    histories: Histories, rows: Rows, chunk: tuple[int, int], plan: AccountPlan, out: Matrix
) -> None:
    """Write the planned columns of a chunk of rows, which are sorted by group and cutoff.

    See `features.view.View`.
    """
    leads = histories.leads
    start, members = leads.members
    accounts = Accounts(
        leads.account, leads.group, start, members, histories.events, histories.deals
    )
    account(accounts, rows, chunk, plan, out)


def motion(feature: Feature) -> Motion:
    """Return how a feature changes with time alone.

    All of them drift: an account gathers leads and activities for as long as the company exists.
    """
    if feature.measure in ("days_since_last", "age_mean"):
        return Motion(unit_microseconds=DAY, drifts=True)
    if feature.measure.endswith("opened_per_year"):
        return Motion(step_days=STEP_DAYS, drifts=True)
    windows = () if feature.window_days is None else (feature.window_days,)
    return Motion(windows_days=windows, drifts=True)


def evidence(feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:  # noqa: ARG001 (the contract of a view)
    """Mark no activity of the lead: the view counts those of others; see `features.view.View`."""
    return no_rows(activities)


def _windowed(
    columns: Sequence[PlannedColumn], lengths: Sequence[float]
) -> tuple[Indices, Indices]:
    """Return the place of the window of each column (one after the last is ever), and its number.

    Parameters
    ----------
    columns
        Of one measure.
    lengths
        The windows in days, ascending.
    """
    days = [column.feature.window_days for column in columns]
    places = [len(lengths) if one is None else lengths.index(one) for one in days]
    return np.array(places, np.int32), np.array([column.number for column in columns], np.int32)
