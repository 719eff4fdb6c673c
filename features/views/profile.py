"""Profile: who the lead is as of the cutoff, how old the lead is, and the calendar.

Decided here: of the calendar only what can repeat is a feature: the month of the cutoff, the
weekday and the hour in which the lead came into being, all in the time zone of the company. A year
would only name the past.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.catalog.naming import ACCOUNT_PREFIX, slug
from features.catalog.reserved import OWNER, attribute_categories
from features.feature import Feature, Sentence, Text, Unit
from features.kernel.inputs import Matrix, Rows
from features.kernel.profile import (
    AGE,
    CREATED_HOUR,
    CREATED_WEEKDAY,
    CUTOFF_MONTH,
    FILLED,
    ProfilePlan,
    profile,
)
from features.kernel.sweep.sweep_plan import PlannedColumn
from features.reading.zones import offsets_of
from features.records.histories import Histories
from features.tables import Tables
from features.timeline import DAY
from features.view import STILL, Motion, no_rows
from features.wording.sentences import plain
from features.wording.usual_names import column_words

VIEW: Final = "profile"
TITLE: Final = Text("profile: attributes of the lead", "属性：リードの属性")
BY_GROUP: Final = False
_AGE: Final = "lead_age_days"
_MONTH: Final = "cutoff_month"
_MEASURES: Final = {
    _AGE: AGE,
    _MONTH: CUTOFF_MONTH,
    "created_weekday": CREATED_WEEKDAY,
    "created_hour": CREATED_HOUR,
    "filled_count": FILLED,
}
_OWNER_LABEL: Final = Text("Salesperson in charge", "担当者")


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:  # noqa: ARG001 (the contract of a view)
    """Return the records of the view: the attributes, then the measures.

    See `features.view.View`.
    """
    return (*_attributes(vocabulary), *_measures())


def support(visible: Tables) -> int:
    """Count the leads."""
    return len(visible.leads)


def plan(columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> ProfilePlan:
    """Return the plan of the kernel; see `features.view.View`."""
    names = (*attribute_categories(vocabulary), *vocabulary.numbers)
    values = [column for column in columns if column.feature.measure == "value"]
    others = [column for column in columns if column.feature.measure != "value"]
    return ProfilePlan(
        np.array([names.index(column.feature.key) for column in values], np.int32),
        np.array([column.number for column in values], np.int32),
        np.array([_MEASURES[column.feature.measure] for column in others], np.int32),
        np.array([column.number for column in others], np.int32),
        np.array([name != OWNER for name in names], np.bool_),
        *offsets_of(vocabulary.zone),
    )


def fill(
    histories: Histories, rows: Rows, chunk: tuple[int, int], plan: ProfilePlan, out: Matrix
) -> None:
    """Write the planned columns of a chunk of rows; see `features.view.View`."""
    profile(histories.changes, rows, chunk, plan, out)


def motion(feature: Feature) -> Motion:
    """Return how a feature changes with time alone: age grows, the month follows the calendar."""
    if feature.measure == _AGE:
        return Motion(unit_microseconds=DAY, drifts=True)
    if feature.measure == _MONTH:
        return Motion(by_month=True, drifts=True)
    return STILL


def evidence(feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:  # noqa: ARG001 (the contract of a view)
    """Mark no activity: the view reads attributes; see `features.view.View`."""
    return no_rows(activities)


def _attributes(vocabulary: Vocabulary) -> Iterator[Feature]:
    categories = attribute_categories(vocabulary)
    for name in (*categories, *vocabulary.numbers):
        label = plain(vocabulary.labels.get(name) or _default_label(name, vocabulary))
        sentence = Sentence(
            Text(f"{label.en}: {{value}}", f"{label.ja}：{{value}}"),
            Text(f"{label.en}: not known", f"{label.ja}：不明"),
        )
        yield Feature(
            name=f"{VIEW}__{slug(name)}",
            view=VIEW,
            key=name,
            measure="value",
            window_days=None,
            unit="category" if name in categories else "number",
            missing_means="the value was not known at the cutoff",
            known_when="with the lead, later values when the change is known",
            concept=f"{VIEW}.{name}",
            concept_label=label,
            sentence=sentence,
        )


def _default_label(name: str, vocabulary: Vocabulary) -> Text:
    if name == OWNER:
        return _OWNER_LABEL
    if name.startswith(ACCOUNT_PREFIX):
        bare = name.removeprefix(ACCOUNT_PREFIX)
        label = vocabulary.labels.get(bare) or _default_label(bare, vocabulary)
        return Text(f"{label.en} of the account", f"取引先の{label.ja}")
    return Text(column_words(name) if name.isascii() else name, name)


def _measures() -> Iterator[Feature]:
    yield _measure(
        _AGE,
        "days",
        ("age", Text("Age of the lead", "リードの経過日数")),
        Text("The lead came in {value} ago", "登録から{value}経過"),
    )
    yield _measure(
        _MONTH,
        "number",
        ("season", Text("Time of the year", "時期")),
        Text("The month is number {value} of the year", "今の月：{value}月"),
    )
    yield _measure(
        "created_weekday",
        "number",
        ("created", Text("When the lead came in", "登録の曜日と時刻")),
        Text("The lead came in on a {value}", "リード登録：{value}"),
    )
    yield _measure(
        "created_hour",
        "number",
        ("created", Text("When the lead came in", "登録の曜日と時刻")),
        Text("The lead came in in hour {value} of the day", "リード登録：{value}時台"),
    )
    yield _measure(
        "filled_count",
        "number",
        ("filled", Text("How much is known of the lead", "入力済みの項目数")),
        Text("{value} [attribute is|attributes are] known", "属性{value}項目が入力済み"),
    )


def _measure(name: str, unit: Unit, concept: tuple[str, Text], value: Text) -> Feature:
    code, label = concept
    return Feature(
        name=f"{VIEW}__{name}",
        view=VIEW,
        key="",
        measure=name,
        window_days=None,
        unit=unit,
        missing_means="the lead was not yet known at the cutoff",
        known_when="with the lead",
        concept=f"{VIEW}.{code}",
        concept_label=label,
        sentence=Sentence(value, Text("The lead was not yet known", "リードは未登録")),
    )
