"""Sales touch: what went out to the lead, what came in, who did it, how quickly it was answered.

Decided here: whatever the type, direction separates the two sides. Inquiries, forms, trials and
support tickets are requests; the next outbound activity is the answer.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.catalog.naming import window_name
from features.catalog.reserved import ACTOR
from features.feature import Feature, Sentence, Text, Unit
from features.kernel.inputs import Matrix, Rows
from features.kernel.sweep.sweep import sweep
from features.kernel.sweep.sweep_layout import SweepPlan
from features.kernel.sweep.sweep_plan import KeyTables, PlannedColumn, plan_sweep
from features.kernel.touch import (
    ACTOR_COUNT,
    LAST_ACTOR,
    RESPONSE_LAST,
    RESPONSE_MEAN,
    WAITING,
    TouchPlan,
    touch,
)
from features.records.activities import DIRECTIONS
from features.records.columns import has
from features.records.histories import Histories
from features.tables import Tables
from features.timeline import DAY, HOUR
from features.view import Motion, no_rows, sliding
from features.wording.sentences import window_words

VIEW: Final = "sales_touch"
TITLE: Final = Text("sales touch: what was done to it", "当社からの連絡")
BY_GROUP: Final = False
REQUEST_TYPES: Final = ("inquiry", "form", "trial", "support_ticket")
_SIDES: Final = {
    "inbound": Text("[contact|contacts] from the lead", "お客様からの連絡・反応"),
    "outbound": Text("[contact|contacts] by our side", "当社からの連絡"),
}
_LABELS: Final = {
    "inbound": Text("Contacts from the lead", "お客様からの連絡・反応"),
    "outbound": Text("Contacts by our side", "当社からの連絡"),
}
_MEASURES: Final = {
    "actor_count": ACTOR_COUNT,
    "last_actor": LAST_ACTOR,
    "response_hours_mean": RESPONSE_MEAN,
    "response_hours_last": RESPONSE_LAST,
    "waiting_hours": WAITING,
}


_Measured = tuple[str, Unit, float | None]


class _Plan(NamedTuple):
    sweep: SweepPlan
    touch: TouchPlan


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:
    """Return the records of the view: the two sides, people, response times.

    See `features.view.View`.
    """
    people = () if vocabulary.categories.get(ACTOR) is None else _people()
    requests = set(REQUEST_TYPES) & set(vocabulary.activity_types)
    return (*_sides(settings), *people, *(_responses() if requests else ()))


def support(visible: Tables) -> int:
    """Count the leads that have an activity with a known direction."""
    if not has(visible.activities, "direction"):
        return 0
    directed = visible.activities["direction"].isin(DIRECTIONS)
    return int(visible.activities.loc[directed, "lead_id"].nunique())


def plan(columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> _Plan:
    """Return the plans of the kernels; see `features.view.View`."""
    numbers = {side: i for i, side in enumerate(_SIDES)}
    counted = [column for column in columns if column.feature.key in numbers]
    others = [column for column in columns if column.feature.key not in numbers]
    no_pair = [-1] * (len(vocabulary.topics) + 1)
    is_request = [False, *(code in REQUEST_TYPES for code in vocabulary.activity_types)]
    return _Plan(
        plan_sweep(counted, KeyTables(numbers, -1, [-1, *numbers.values()], no_pair)),
        TouchPlan(
            np.array([_MEASURES[column.feature.measure] for column in others], np.int32),
            np.array([column.number for column in others], np.int32),
            np.array(is_request, np.bool_),
        ),
    )


def fill(
    histories: Histories, rows: Rows, chunk: tuple[int, int], plan: _Plan, out: Matrix
) -> None:
    """Write the planned columns of a chunk of rows; see `features.view.View`."""
    if plan.sweep.key_count > 1:
        by_side = histories.events._replace(code=histories.touches.direction)
        sweep(by_side, rows, chunk, plan.sweep, out)
    if plan.touch.column.size:
        touch(histories.touches, rows, chunk, plan.touch, out)


def motion(feature: Feature) -> Motion:
    """Return how a feature changes with time alone."""
    if feature.measure == "days_since_last":
        return Motion(unit_microseconds=DAY)
    if feature.measure == "waiting_hours":
        return Motion(unit_microseconds=HOUR)
    return sliding(feature)


def evidence(feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:  # noqa: ARG001 (the contract of a view)
    """Mark no activity; see `features.view.View`."""
    return no_rows(activities)


def _sides(settings: CatalogSettings) -> Iterator[Feature]:
    for side, noun in _SIDES.items():
        label = _LABELS[side]
        for window in (*settings.windows_days, None):
            when = window_words(window)
            past = "これまで" if window is None else when.ja.removesuffix("に")
            sentence = Sentence(
                Text(f"{{value}} {noun.en} {when.en}", f"{when.ja}{noun.ja}{{value}}回"),
                Text(f"No contacts{noun.en.partition(']')[2]} {when.en}", f"{past}、{noun.ja}なし"),
            )
            yield _record(f"{side}_count", (side, label), ("count", "count", window), sentence)
        who = "from the lead" if side == "inbound" else "by our side"
        sentence = Sentence(
            Text(f"Last contact {who}: {{value}} ago", f"最後の{noun.ja}：{{value}}前"),
            Text(f"No contact {who} so far", f"{noun.ja}はまだなし"),
        )
        measured: _Measured = ("days_since_last", "days", None)
        yield _record(f"{side}_days_since_last", (side, label), measured, sentence)


def _people() -> Iterator[Feature]:
    label = Text("Salespeople in contact", "連絡した担当者")
    yield _record(
        "actor_count",
        ("people", label),
        ("actor_count", "count", None),
        Sentence(
            Text(
                "{value} [salesperson has|salespeople have] been in contact",
                "{value}人の担当者が連絡",
            ),
            Text("No salesperson has been in contact", "担当者からの連絡なし"),
        ),
    )
    yield _record(
        "last_actor",
        ("people", label),
        ("last_actor", "category", None),
        Sentence(
            Text("Last in contact: {value}", "最後に連絡した担当者：{value}"),
            Text("No salesperson has been in contact", "担当者からの連絡なし"),
        ),
    )


def _responses() -> Iterator[Feature]:
    label = Text("Response time", "対応の速さ")
    none = Text("No request has been answered", "対応済みの問い合わせなし")
    yield _record(
        "response_hours_mean",
        ("response", label),
        ("response_hours_mean", "hours", None),
        Sentence(
            Text(
                "Requests were answered within {value} on average",
                "問い合わせへの対応は平均{value}",
            ),
            none,
        ),
    )
    yield _record(
        "response_hours_last",
        ("response", label),
        ("response_hours_last", "hours", None),
        Sentence(
            Text("The last request was answered within {value}", "直近の問い合わせに{value}で対応"),
            none,
        ),
    )
    yield _record(
        "waiting_hours",
        ("response", label),
        ("waiting_hours", "hours", None),
        Sentence(
            Text("A request has waited for an answer for {value}", "問い合わせが{value}未対応"),
            Text("No request is waiting for an answer", "未対応の問い合わせなし"),
        ),
    )


def _record(
    name: str,
    concept: tuple[str, Text],
    measured: _Measured,
    sentence: Sentence,
) -> Feature:
    code, label = concept
    measure, unit, window = measured
    counted = measure == "count"
    keyed = {"last_actor": ACTOR, "actor_count": ""}
    return Feature(
        name=f"{VIEW}__{name}__{window_name(window)}" if counted else f"{VIEW}__{name}",
        view=VIEW,
        key=code if code in _SIDES else keyed.get(measure, ""),
        measure=measure,
        window_days=window,
        unit=unit,
        missing_means="never missing; 0 means none" if unit == "count" else "there was none",
        known_when="when the activity is known",
        concept=f"{VIEW}.{code}",
        concept_label=label,
        sentence=sentence,
    )
