"""Engagement: what the lead did and what was done to it, by activity type and topic.

Decided here: the keys are "any", each learned activity type, "other" for all that were not
learned, and each frequent (type, topic) pair. An activity counts under "any", its type, its pair.
A decayed count separates much and recent from little and old in one number, where windows take
several. The time to the first activity is a feature of the types, not of the pairs. The records are
ordered measure by measure, each with its keys in one order, so that the kernel writes long runs of
columns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.catalog.naming import slug, window_name
from features.feature import Feature, Sentence, Text, Unit
from features.kernel.inputs import Matrix, Rows
from features.kernel.sweep.sweep import sweep
from features.kernel.sweep.sweep_layout import SweepPlan
from features.kernel.sweep.sweep_plan import FADING, RATE_DAYS, KeyTables, PlannedColumn, plan_sweep
from features.records.histories import Histories
from features.tables import Tables
from features.timeline import DAY
from features.view import Motion, sliding
from features.wording.activity_words import (
    ANY,
    FIRST,
    LAST,
    OTHER,
    ActivityWords,
    active_days_sentence,
    activity_words,
    concept_words,
    count_sentence,
    faded_sentence,
    rate_sentence,
    since_sentence,
    sum_sentence,
    to_first_sentence,
)

VIEW: Final = "engagement"
TITLE: Final = Text("engagement: what the lead did", "反応：リードの行動")
BY_GROUP: Final = False
_DAY_WINDOWS: Final = (30.0, 90.0, None)
_SUM_WINDOWS: Final = (30.0, None)
_RATE_WINDOW: Final = 30.0
_GROWING: Final = ("days_since_last", "days_since_first")


@dataclass(frozen=True)
class _Key:
    """What is counted: code, activity type, topic."""

    code: str
    activity_type: str
    topic: str = ""

    def feature(
        self, measure: str, window: float | None, unit: Unit, texts: tuple[Text, Sentence, str]
    ) -> Feature:
        """Return the record of one measure of the key.

        Parameters
        ----------
        measure, window, unit
            As in `Feature`.
        texts
            Label of the concept, sentence, and what a missing value means.
        """
        label, sentence, missing = texts
        dated = not measure.startswith(("days_since", "hours_to"))
        name = f"{VIEW}__{slug(self.code.replace(':', '_'))}_{measure}"
        return Feature(
            name=f"{name}__{window_name(window)}" if dated else name,
            view=VIEW,
            key=self.code,
            measure=measure,
            window_days=window,
            unit=unit,
            missing_means=missing,
            known_when="when the activity is known",
            concept=f"{VIEW}.{self.code.replace(':', '.')}",
            concept_label=label,
            sentence=sentence,
        )


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:
    """Return the records of the view, measure by measure; see `features.view.View`."""
    by_key = [_of_key(key, vocabulary, settings) for key in _keys(vocabulary)]
    records = [feature for of_key in by_key for feature in of_key]
    order = dict.fromkeys((feature.measure, feature.window_days) for feature in records)
    place = {which: n for n, which in enumerate(order)}
    return tuple(sorted(records, key=lambda feature: place[feature.measure, feature.window_days]))


def support(visible: Tables) -> int:
    """Count the leads that have an activity."""
    return int(visible.activities["lead_id"].nunique())


def plan(columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> SweepPlan:
    """Return the plan of the kernel; see `features.view.View`."""
    number = {key.code: i for i, key in enumerate(_keys(vocabulary))}
    types = [number[OTHER], *(number[code] for code in vocabulary.activity_types)]
    pairs = [-1, *(number[_code(*pair)] for pair in vocabulary.topics)]
    return plan_sweep(columns, KeyTables(number, number[ANY], types, pairs))


def fill(
    histories: Histories, rows: Rows, chunk: tuple[int, int], plan: SweepPlan, out: Matrix
) -> None:
    """Write the planned columns of a chunk of rows; see `features.view.View`."""
    sweep(histories.events, rows, chunk, plan, out)


def motion(feature: Feature) -> Motion:
    """Return how a feature changes with time alone."""
    if feature.measure in _GROWING:
        return Motion(unit_microseconds=DAY)
    if feature.measure == FADING and feature.window_days is not None:
        return Motion(half_life_days=feature.window_days)
    if feature.measure == "acceleration":
        return Motion(windows_days=RATE_DAYS)
    return sliding(feature)


def evidence(feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the activities of the type, topic and window that the record states.

    Parameters
    ----------
    feature
        One of the view.
    activities
        The lead's visible activities, with `days_before`.
    """
    activity_type, _, topic = feature.key.partition(":")
    mine = activities["activity_type"] == feature.key
    if feature.key == ANY:
        mine = pd.Series(data=True, index=activities.index)
    elif topic:
        about = activities["topic"] == topic
        mine |= (activities["activity_type"] == activity_type) & about
    if feature.window_days is not None and feature.measure != FADING:
        mine &= activities["days_before"] <= feature.window_days
    return mine.to_numpy(np.bool_)


def _code(activity_type: str, topic: str) -> str:
    return f"{activity_type}:{topic}"


def _keys(vocabulary: Vocabulary) -> Iterator[_Key]:
    yield _Key(ANY, ANY)
    for activity_type in vocabulary.activity_types:
        yield _Key(activity_type, activity_type)
    yield _Key(OTHER, OTHER)
    for activity_type, topic in vocabulary.topics:
        yield _Key(_code(activity_type, topic), activity_type, topic)


def _counts(
    key: _Key, texts: tuple[ActivityWords, Text, str], settings: CatalogSettings
) -> Iterator[Feature]:
    words, label, zero = texts
    for window in (*settings.windows_days, None):
        yield key.feature("count", window, "count", (label, count_sentence(words, window), zero))
    for half_life in settings.half_lives_days:
        sentence = faded_sentence(words)
        yield key.feature(FADING, half_life, "count", (label, sentence, zero))


def _of_key(key: _Key, vocabulary: Vocabulary, settings: CatalogSettings) -> Iterator[Feature]:
    words = activity_words(key.activity_type, key.topic, vocabulary)
    label = concept_words(words)
    zero, never = "never missing; 0 means none", "there was none"
    yield from _counts(key, (words, label, zero), settings)
    for measure, which in (("days_since_last", LAST), ("days_since_first", FIRST)):
        yield key.feature(measure, None, "days", (label, since_sentence(words, which), never))
    if not key.topic:
        texts = (label, to_first_sentence(words), "there was none, or the lead was not yet known")
        yield key.feature("hours_to_first", None, "hours", texts)
    for window in _DAY_WINDOWS:
        texts = (label, active_days_sentence(words, window), "the lead itself was not yet known")
        yield key.feature("active_day_count", window, "count", texts)
    texts = (label, rate_sentence(words), zero)
    yield key.feature("acceleration", _RATE_WINDOW, "per_day", texts)
    for activity_type, column in vocabulary.valued if not key.topic else ():
        if activity_type == key.activity_type:
            unit: Unit = "seconds" if column == "dwell_seconds" else "units"
            for window in _SUM_WINDOWS:
                texts = (label, sum_sentence(words, column, window), zero)
                yield key.feature(f"{column}_sum", window, unit, texts)
