"""Words: what the texts of activities mention: a budget, a date, a competitor, a learned word.

Decided here: a text is read once, when its activity is coded; each term is then counted as a topic
is, by the same walk. The sentences name the intent, or the learned word, and quote nothing of a
text. Which words of a text mention an intent is shown beside the text, to those who may read it.
"""

from collections.abc import Iterator, Sequence
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
from features.kernel.sweep.sweep_plan import FADING, KeyTables, PlannedColumn, plan_sweep
from features.records.columns import has
from features.records.histories import Histories
from features.tables import Tables
from features.timeline import DAY
from features.view import Motion, sliding
from features.wording.sentences import plain, window_words
from features.words.normal import normal

VIEW: Final = "words"
TITLE: Final = Text("words: what texts mention", "文面：書かれている言葉")
BY_GROUP: Final = False
LABEL: Final = "words="
"""The start of the key of an intent among the labels of a vocabulary."""
_WINDOWS: Final = (30.0, None)
_SINCE: Final = "days_since_last"


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:
    """Return the records of the view; none where no text is read. See `features.view.View`."""
    return tuple(one for term in vocabulary.terms for one in _of_term(term, vocabulary, settings))


def support(visible: Tables) -> int:
    """Count the leads that have a text."""
    table = visible.activities
    return int(table.loc[table["text"].notna(), "lead_id"].nunique()) if has(table, "text") else 0


def plan(columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> SweepPlan:
    """Return the plan of the kernel; see `features.view.View`."""
    numbers = {term: number for number, term in enumerate(vocabulary.terms)}
    return plan_sweep(columns, KeyTables(numbers, -1, [-1, *numbers.values()], [-1]))


def fill(
    histories: Histories, rows: Rows, chunk: tuple[int, int], plan: SweepPlan, out: Matrix
) -> None:
    """Write the planned columns of a chunk of rows; see `features.view.View`."""
    sweep(histories.mentions, rows, chunk, plan, out)


def motion(feature: Feature) -> Motion:
    """Return how a feature changes with time alone."""
    if feature.measure == _SINCE:
        return Motion(unit_microseconds=DAY)
    if feature.measure == FADING and feature.window_days is not None:
        return Motion(half_life_days=feature.window_days)
    return sliding(feature)


def evidence(feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the activities whose text holds a learned word; those of an intent are not marked.

    Parameters
    ----------
    feature
        One of the view.
    activities
        The lead's visible activities, with `days_before`.
    """
    texts = activities["text"] if "text" in activities else pd.Series(None, activities.index)
    mine = texts.map(lambda text: feature.key in normal(text), na_action="ignore").eq(other=True)
    if feature.window_days is not None and feature.measure != FADING:
        mine &= activities["days_before"] <= feature.window_days
    return mine.to_numpy(np.bool_)


def _of_term(term: str, vocabulary: Vocabulary, settings: CatalogSettings) -> Iterator[Feature]:
    noun = _noun(term, vocabulary)
    for window in _WINDOWS:
        yield _record(term, ("count", "count", window), noun, _count_sentence(noun, window))
    for half_life in settings.half_lives_days:
        yield _record(term, (FADING, "count", half_life), noun, _faded_sentence(noun))
    yield _record(term, (_SINCE, "days", None), noun, _since_sentence(noun))


def _noun(term: str, vocabulary: Vocabulary) -> Text:
    """Return what texts with the term are called; braces and brackets would be alternatives."""
    called = vocabulary.labels.get(f"{LABEL}{term}")
    if called is None:
        word = plain(Text(term, term))
        return Text(f"with the word “{word.en}”", f"「{word.ja}」を含む文面")
    named = plain(called)
    return Text(f"that mention {named.en}", f"{named.ja}に触れた文面")


def _count_sentence(noun: Text, days: float | None) -> Sentence:
    when = window_words(days)
    en = f"{{value}} [text|texts] {noun.en} {when.en}"
    return Sentence(Text(en, f"{when.ja}{noun.ja}{{value}}件"), _none(noun, days))


def _faded_sentence(noun: Text) -> Sentence:
    en = f"{{value}} [text|texts] {noun.en} lately, older ones counting less"
    ja = f"最近の{noun.ja}：{{value}}（古いものほど軽く数える）"
    return Sentence(Text(en, ja), Text(f"No texts {noun.en} lately", f"最近、{noun.ja}なし"))


def _since_sentence(noun: Text) -> Sentence:
    en = f"Last of the texts {noun.en}: {{value}} ago"
    return Sentence(Text(en, f"最後の{noun.ja}：{{value}}前"), _none(noun, None))


def _none(noun: Text, days: float | None) -> Text:
    when = window_words(days)
    ja = "これまで" if days is None else when.ja.removesuffix("に")
    return Text(f"No texts {noun.en} {when.en}", f"{ja}、{noun.ja}なし")


def _record(
    term: str, measured: tuple[str, Unit, float | None], noun: Text, sentence: Sentence
) -> Feature:
    measure, unit, window = measured
    name = f"{VIEW}__{slug(term)}_{measure}"
    return Feature(
        name=name if measure == _SINCE else f"{name}__{window_name(window)}",
        view=VIEW,
        key=term,
        measure=measure,
        window_days=window,
        unit=unit,
        missing_means="there was none" if measure == _SINCE else "never missing; 0 means none",
        known_when="when the activity is known",
        concept=f"{VIEW}.{term}",
        concept_label=Text(f"Texts {noun.en}", noun.ja),
        sentence=sentence,
    )
