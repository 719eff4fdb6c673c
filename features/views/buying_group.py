"""Buying group: the roles of the other leads of the same account, and what they bought.

Decided here: the role is the first attribute with one of the usual names of a role. Who decides is
known by words of the role (executive, head of, 部長 and so on), in English and Japanese. A product
of its own is a stage of deals, so what colleagues bought is counted by stage. As in the view
`account` the lead itself does not count, and of an account with many leads the newest do.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.catalog.naming import slug
from features.catalog.reserved import OUTCOME, attribute_categories
from features.feature import Feature, Sentence, Text, Unit
from features.kernel.account_records import Accounts
from features.kernel.buying_group import (
    DECIDER_COUNT,
    ROLE_KINDS,
    SINCE_DECIDER,
    BuyingGroupPlan,
    buying_group,
)
from features.kernel.inputs import Matrix, Rows
from features.kernel.sweep.sweep_plan import PlannedColumn
from features.records.histories import Histories
from features.tables import Tables
from features.timeline import DAY
from features.view import Motion, no_rows
from features.wording.sentences import plain

VIEW: Final = "buying_group"
TITLE: Final = Text(
    "buying group: roles and products of the same company", "購買関係者：同じ企業の役職と製品"
)
BY_GROUP: Final = True
ROLES: Final = (
    "job_role",
    "role",
    "job_title",
    "jobtitle",
    "position",
    "seniority",
    "役職",
    "職位",
)
"""The usual names of the attribute that is the role, the best first."""
_DECIDES: Final = re.compile(
    r"\b(executive|president|director|head|chief|owner|founder|partner|vp|c[a-z]o)\b"
    r"|経営|役員|取締役|社長|代表|会長|執行|本部長|部長|所長|工場長",
    re.IGNORECASE,
)
_ASSISTS: Final = re.compile(r"assistant|補佐|秘書", re.IGNORECASE)
_MOST: Final = 12
_OWN: Final = ("opened", "won", "lost")
_SINCE: Final = "days_since_decider"
_MEASURES: Final = {
    "role_kinds": ROLE_KINDS,
    "decider_count": DECIDER_COUNT,
    _SINCE: SINCE_DECIDER,
}
_ROLE_LABEL: Final = Text("Roles of colleagues", "同じ取引先の関係者の役職")
_DECIDER_LABEL: Final = Text("Decision makers of the company", "同じ取引先の決裁者")
_STAGE_LABEL: Final = Text("What colleagues bought", "同じ取引先の購入と商談段階")


def decides(role: str) -> bool:
    """Return whether who has a role usually decides on a purchase.

    >>> [decides(one) for one in ("経営者・役員", "部長", "課長", "Head of IT", "CTO", "staff")]
    [True, True, False, True, True, False]
    >>> decides("assistant to the director")
    False
    """
    return bool(_DECIDES.search(role)) and not _ASSISTS.search(role)


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:  # noqa: ARG001 (the contract of a view)
    """Return the records of the view; see `features.view.View`."""
    return (*_of_roles(vocabulary), *_of_stages(vocabulary))


def support(visible: Tables) -> int:
    """Count the leads that share their account with another lead."""
    if "account_id" not in visible.leads.columns:
        return 0
    account_id = visible.leads["account_id"]
    return int((account_id.notna() & account_id.duplicated(keep=False)).sum())


def plan(columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> BuyingGroupPlan:
    """Return the plan of the kernel; see `features.view.View`."""
    categories = attribute_categories(vocabulary)
    role = _role_of(vocabulary)
    roles = () if role is None else categories[role]
    stages = vocabulary.categories.get(OUTCOME, ())
    counted, reached = (
        [column for column in columns if column.feature.measure == measure]
        for measure in ("role_count", "stage_count")
    )
    others = [column for column in columns if column.feature.measure in _MEASURES]
    places = [] if role is None else [list(categories).index(role)]
    return BuyingGroupPlan(
        np.array(places, np.int32),
        np.array([False, *(decides(_words(vocabulary, role, one)) for one in roles)], np.bool_),
        np.array([roles.index(column.feature.key) + 1 for column in counted], np.int32),
        _numbers(counted),
        np.array([stages.index(column.feature.key) + 1 for column in reached], np.int32),
        _numbers(reached),
        np.array([_MEASURES[column.feature.measure] for column in others], np.int32),
        _numbers(others),
    )


def fill(
    histories: Histories, rows: Rows, chunk: tuple[int, int], plan: BuyingGroupPlan, out: Matrix
) -> None:
    """Write the planned columns of a chunk of rows, which are sorted by group and cutoff.

    See `features.view.View`.
    """
    leads = histories.leads
    accounts = Accounts(
        leads.account, leads.group, *leads.members, histories.events, histories.deals
    )
    buying_group((accounts, histories.changes), rows, chunk, plan, out)


def motion(feature: Feature) -> Motion:
    """Return how a feature changes with time alone: an account gathers people as time passes."""
    return Motion(unit_microseconds=DAY if feature.measure == _SINCE else 0, drifts=True)


def evidence(feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:  # noqa: ARG001 (the contract of a view)
    """Mark no activity of the lead: the view is about others; see `features.view.View`."""
    return no_rows(activities)


def _numbers(columns: Sequence[PlannedColumn]) -> NDArray[np.int32]:
    return np.array([column.number for column in columns], np.int32)


def _role_of(vocabulary: Vocabulary) -> str | None:
    """Return the attribute that is the role; None if there is none."""
    known = attribute_categories(vocabulary)
    return next((name for name in ROLES if name in known), None)


def _words(vocabulary: Vocabulary, role: str | None, value: str) -> str:
    """Return all words of a role, its own and those of its label."""
    label = vocabulary.labels.get(f"{role}={value}", Text("", ""))
    return f"{value} / {label.en} / {label.ja}"


def _of_roles(vocabulary: Vocabulary) -> Iterator[Feature]:
    role = _role_of(vocabulary)
    if role is None:
        return
    for value in attribute_categories(vocabulary)[role][:_MOST]:
        named = plain(vocabulary.labels.get(f"{role}={value}", Text(value, value)))
        sentence = Sentence(
            Text(
                f"{{value}} [colleague|colleagues] in the role {named.en}",
                f"同じ取引先に「{named.ja}」の関係者が{{value}}名",
            ),
            Text(f"No colleague in the role {named.en}", f"同じ取引先に「{named.ja}」の関係者なし"),
        )
        yield _record("role_count", value, "count", ("roles", _ROLE_LABEL), sentence)
    kinds = Sentence(
        Text("{value} [role|roles] among colleagues", "同じ取引先の関係者の役職は{value}種類"),
        Text("No role of a colleague is known", "同じ取引先の関係者の役職は不明"),
    )
    yield _record("role_kinds", "", "count", ("roles", _ROLE_LABEL), kinds)
    known = Sentence(
        Text("{value} [decision maker|decision makers] known", "同じ取引先に決裁者が{value}名"),
        Text("No decision maker among colleagues", "同じ取引先の関係者に決裁者なし"),
    )
    yield _record("decider_count", "", "count", ("deciders", _DECIDER_LABEL), known)
    last = Sentence(
        Text("A decision maker was last active {value} ago", "決裁者の最後の行動：{value}前"),
        Text("No decision maker was active so far", "決裁者の行動はまだなし"),
    )
    yield _record(_SINCE, "", "days", ("deciders", _DECIDER_LABEL), last)


def _of_stages(vocabulary: Vocabulary) -> Iterator[Feature]:
    stages = [one for one in vocabulary.categories.get(OUTCOME, ()) if one not in _OWN]
    for stage in stages[:_MOST]:
        named = plain(vocabulary.label(stage))
        sentence = Sentence(
            Text(
                f"{{value}} [deal|deals] of colleagues reached: {named.en}",
                f"同じ取引先の他のリードで「{named.ja}」が{{value}}件",
            ),
            Text(f"No colleague so far: {named.en}", f"同じ取引先の他のリードで「{named.ja}」なし"),
        )
        yield _record("stage_count", stage, "count", ("stages", _STAGE_LABEL), sentence)


def _record(
    measure: str, key: str, unit: Unit, concept: tuple[str, Text], sentence: Sentence
) -> Feature:
    code, label = concept
    return Feature(
        name=f"{VIEW}__{measure}__{slug(key)}" if key else f"{VIEW}__{measure}",
        view=VIEW,
        key=key,
        measure=measure,
        window_days=None,
        unit=unit,
        missing_means="the lead has no account, or nothing of the others was seen",
        known_when="when both the record and its lead are known",
        concept=f"{VIEW}.{code}",
        concept_label=label,
        sentence=sentence,
    )
