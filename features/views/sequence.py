"""Sequence: the last activities and the time between them."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.catalog.reserved import ACTIVITY_TYPE
from features.feature import Feature, Sentence, Text, Unit
from features.kernel.inputs import Matrix, Rows
from features.kernel.sequence import SequencePlan, sequence
from features.kernel.sweep.sweep_plan import PlannedColumn
from features.records.histories import Histories
from features.tables import Tables
from features.view import STILL, Motion, no_rows

VIEW: Final = "sequence"
TITLE: Final = Text("sequence: the order of events", "系列：出来事の順序")
BY_GROUP: Final = False
_ORDER_LABEL: Final = Text("Latest activities", "直近の行動")
_PACE_LABEL: Final = Text("Time between activities", "行動の間隔")
_TYPE: Final = "last_type_"
_GAP: Final = "last_gap_hours_"
_MEAN: Final = "gap_hours_mean"
_PLACES: Final = ("last", "second last", "third last", "fourth last")


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:  # noqa: ARG001 (the contract of a view)
    """Return the records of the view; number 1 is the last activity.

    See `features.view.View`.
    """
    return tuple(_records(settings))


def support(visible: Tables) -> int:
    """Count the leads that have an activity."""
    return int(visible.activities["lead_id"].nunique())


def plan(columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> SequencePlan:  # noqa: ARG001 (the contract of a view)
    """Return the plan of the kernel; see `features.view.View`."""
    types, gaps = _placed(columns, _TYPE), _placed(columns, _GAP)
    means = [column.number for column in columns if column.feature.measure == _MEAN]
    places = [place for place, _ in (*types, *gaps)]
    return SequencePlan(
        max(places, default=0) + 1,
        np.array([place for place, _ in types], np.int32),
        np.array([number for _, number in types], np.int32),
        np.array([place for place, _ in gaps], np.int32),
        np.array([number for _, number in gaps], np.int32),
        np.array(means, np.int32),
    )


def fill(
    histories: Histories, rows: Rows, chunk: tuple[int, int], plan: SequencePlan, out: Matrix
) -> None:
    """Write the planned columns of a chunk of rows; see `features.view.View`."""
    sequence(histories.events, rows, chunk, plan, out)


def motion(feature: Feature) -> Motion:  # noqa: ARG001 (the contract of a view)
    """Return that every feature stands still: places and gaps change with new activities only."""
    return STILL


def evidence(feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:  # noqa: ARG001 (the contract of a view)
    """Mark no activity; see `features.view.View`."""
    return no_rows(activities)


def _placed(columns: Sequence[PlannedColumn], prefix: str) -> list[tuple[int, int]]:
    """Return place (0 is the last) and column of the records of one measure."""
    return [
        (int(column.feature.measure.removeprefix(prefix)) - 1, column.number)
        for column in columns
        if column.feature.measure.startswith(prefix)
    ]


def _records(settings: CatalogSettings) -> Iterator[Feature]:
    none = Text("No activity so far", "行動はまだなし")
    for place in range(1, settings.sequence_length + 1):
        value = Text("Last activity: {value}", "最後の行動：{value}")
        if place > 1:
            value = Text(
                f"{_place(place)} activity: {{value}}".capitalize(),
                f"最後から{place}番目の行動：{{value}}",
            )
            none = Text(f"Fewer than {place} activities so far", f"行動は{place}回未満")
        yield _record(f"{_TYPE}{place}", "category", ("order", _ORDER_LABEL), Sentence(value, none))
    for place in range(1, settings.sequence_length):
        value = Text(
            f"{{value}} between the {_place(place)} and the {_place(place + 1)} activity",
            f"最後から{place}番目と{place + 1}番目の行動の間隔：{{value}}",
        )
        none = Text(f"Fewer than {place + 1} activities so far", f"行動は{place + 1}回未満")
        yield _record(f"{_GAP}{place}", "hours", ("pace", _PACE_LABEL), Sentence(value, none))
    value = Text("{value} between activities on average", "行動の間隔：平均{value}")
    none = Text("Fewer than 2 activities so far", "行動は2回未満")
    yield _record(_MEAN, "hours", ("pace", _PACE_LABEL), Sentence(value, none))


def _record(measure: str, unit: Unit, concept: tuple[str, Text], sentence: Sentence) -> Feature:
    code, label = concept
    return Feature(
        name=f"{VIEW}__{measure}",
        view=VIEW,
        key=ACTIVITY_TYPE if unit == "category" else "",
        measure=measure,
        window_days=None,
        unit=unit,
        missing_means="there were not so many activities",
        known_when="when the activity is known",
        concept=f"{VIEW}.{code}",
        concept_label=label,
        sentence=sentence,
    )


def _place(place: int) -> str:
    """Write the place of an activity, counted from the last.

    >>> _place(1), _place(3), _place(5)
    ('last', 'third last', '5th last')
    """
    return _PLACES[place - 1] if place <= len(_PLACES) else f"{place}th last"
