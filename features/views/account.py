"""Account: what the other leads of the same account did.

Decided here: the lead itself does not count, so the view repeats nothing of the other views; only
the deals of the whole company include its own, because what one company does is one thing.
Values are missing for a lead without account. Of an account with many leads the newest count, in
training as in every answer; see `features.kernel.account_layout.NEWEST`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.catalog.naming import window_name
from features.feature import Feature, Sentence, Text, Unit
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
from features.wording.sentences import window_words

VIEW: Final = "account"
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
_ACTIVITY_LABEL: Final = Text("Activities of colleagues", "同じ取引先の他のリードの行動")
_ACTIVE_LABEL: Final = Text("Active colleagues", "同じ取引先で動きのあるリード")
_DEAL_LABEL: Final = Text("Deals of colleagues", "同じ取引先の他のリードの商談")
_PACE_LABEL: Final = Text(
    "Deals of colleagues for their activity", "同じ取引先の他のリードの行動量に対する商談・受注"
)
_COMPANY_PACE_LABEL: Final = Text(
    "Deals of the whole company for its activity", "取引先全体の行動量に対する商談・受注"
)
_COMPANY_LABEL: Final = Text("Deals of the whole company", "取引先全体の商談")
_LEAD_LABEL: Final = Text("Leads of the same account", "同じ取引先のリード数")


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:  # noqa: ARG001 (the contract of a view)
    """Return the records of the view; no surpluses of deals where the usual number is not known.

    See `features.view.View`.
    """
    surplus = _surpluses() if vocabulary.activities_per_deal else ()
    return (*_records(), *surplus)


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


def _records() -> Iterator[Feature]:
    alone = Text("No other lead of the account is known", "同じ取引先に他のリードなし")
    yield _record(
        "lead_count",
        ("count", None),
        ("leads", _LEAD_LABEL),
        Sentence(
            Text(
                "{value} other [lead|leads] of the same account",
                "同じ取引先に他のリードが{value}件",
            ),
            alone,
        ),
    )
    for window in (*_WINDOWS, None):
        when = window_words(window)
        past = "これまで" if window is None else when.ja.removesuffix("で")
        counted = Text(
            f"{{value}} [activity|activities] of colleagues {when.en}",
            f"同じ取引先の他のリードが{when.ja}{{value}}回行動",
        )
        none = Text(f"No activities of colleagues {when.en}", f"{past}、他のリードの行動なし")
        sentence = Sentence(counted, none)
        yield _record("activity_count", ("count", window), ("activity", _ACTIVITY_LABEL), sentence)
    yield _record(
        "activity_mean",
        ("number", None),
        ("activity", _ACTIVITY_LABEL),
        Sentence(
            Text(
                "{value} activities of each colleague on average",
                "同じ取引先の他のリードの行動は1件あたり平均{value}回",
            ),
            alone,
        ),
    )
    yield _record(
        "age_mean",
        ("days", None),
        ("leads", _LEAD_LABEL),
        Sentence(
            Text(
                "Colleagues came in {value} ago on average",
                "同じ取引先の他のリードは平均{value}前に発生",
            ),
            alone,
        ),
    )
    for window in _WINDOWS:
        when = window_words(window)
        people = Text(
            f"{{value}} [colleague|colleagues] active {when.en}",
            f"同じ取引先の他のリード{{value}}件に{when.ja}行動あり",
        )
        nobody = Text(
            f"No colleague active {when.en}",
            f"{when.ja.removesuffix('に')}、動きのある他のリードなし",
        )
        sentence = Sentence(people, nobody)
        yield _record("active_count", ("count", window), ("active", _ACTIVE_LABEL), sentence)
    yield _record(
        "days_since_last",
        ("days", None),
        ("activity", _ACTIVITY_LABEL),
        Sentence(
            Text("Last activity of a colleague: {value} ago", "他のリードの最後の行動：{value}前"),
            Text("No activities of colleagues so far", "他のリードの行動はまだなし"),
        ),
    )
    yield _record(
        "won_count",
        ("count", None),
        ("deals", _DEAL_LABEL),
        Sentence(
            Text("{value} [deal|deals] won with colleagues", "他のリードで{value}件受注"),
            Text("No deal won with colleagues", "他のリードの受注なし"),
        ),
    )
    yield _record(
        "lost_count",
        ("count", None),
        ("deals", _DEAL_LABEL),
        Sentence(
            Text("{value} [deal|deals] lost with colleagues", "他のリードで{value}件失注"),
            Text("No deal lost with colleagues", "他のリードの失注なし"),
        ),
    )
    yield _record(
        "opened_per_year",
        ("number", None),
        ("deals", _DEAL_LABEL),
        Sentence(
            Text(
                "About {value} deals opened with each colleague a year",
                "同じ取引先の他のリードの商談化は1件につき年{value}件ほど",
            ),
            alone,
        ),
    )
    yield _record(
        "company_opened_per_year",
        ("number", None),
        ("company_deals", _COMPANY_LABEL),
        Sentence(
            Text(
                "About {value} deals opened with each lead of the company a year",
                "取引先全体の商談化はリード1件につき年{value}件ほど",
            ),
            Text("The company is not known", "取引先は不明"),
        ),
    )
    yield _record(
        "opened_mean",
        ("number", None),
        ("deals", _DEAL_LABEL),
        Sentence(
            Text(
                "{value} deals opened with each colleague on average",
                "同じ取引先の他のリードの商談化は1件あたり平均{value}件",
            ),
            alone,
        ),
    )
    yield _record(
        "open_count",
        ("count", None),
        ("deals", _DEAL_LABEL),
        Sentence(
            Text("{value} open [deal|deals] with colleagues", "他のリードで商談{value}件が進行中"),
            Text("No open deal with colleagues", "他のリードに進行中の商談なし"),
        ),
    )


def _surpluses() -> Iterator[Feature]:
    yield _record(
        "deal_surplus",
        ("number", None),
        ("deal_pace", _PACE_LABEL),
        Sentence(
            Text(
                "{value} [deal|deals] of colleagues than usual for so much activity",
                "同じ取引先の他のリードの商談・受注は、行動量から見た標準より{value}",
            ),
            Text(
                "Colleagues have no more and no fewer deals than usual for their activity",
                "同じ取引先の他のリードの商談・受注は、行動量から見て標準的",
            ),
        ),
    )
    yield _record(
        "company_deal_surplus",
        ("number", None),
        ("company_deal_pace", _COMPANY_PACE_LABEL),
        Sentence(
            Text(
                "{value} [deal|deals] of the whole company than usual for so much activity",
                "取引先全体の商談・受注は、行動量から見た標準より{value}",
            ),
            Text(
                "The whole company has no more and no fewer deals than usual for its activity",
                "取引先全体の商談・受注は、行動量から見て標準的",
            ),
        ),
    )


def _record(
    measure: str,
    measured: tuple[Unit, float | None],
    concept: tuple[str, Text],
    sentence: Sentence,
) -> Feature:
    unit, window = measured
    code, label = concept
    dated = measure in ("activity_count", "active_count")
    return Feature(
        name=f"{VIEW}__{measure}__{window_name(window)}" if dated else f"{VIEW}__{measure}",
        view=VIEW,
        key="",
        measure=measure,
        window_days=window,
        unit=unit,
        missing_means="the lead has no account, or nothing of the others was seen",
        known_when="when both the record and its lead are known",
        concept=f"{VIEW}.{code}",
        concept_label=label,
        sentence=sentence,
    )
