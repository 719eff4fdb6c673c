"""The codebook: the codes of the words of records, looked up one by one.

Decided here: the code of a known word is its position in the vocabulary plus one; a word that is
missing or not known has the code 0, a value that is missing is NaN. Records and columns are coded
by the same book. A word that the mapping translates has the code of its translation, so reading
words as the mapping does costs nothing; an activity that the mapping leaves out is left out here.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain, repeat
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Vocabulary
from features.catalog.naming import ACCOUNT_PREFIX
from features.catalog.reserved import ACTOR, OUTCOME, OWNER, attribute_categories
from features.reading.normalize import folded, written
from features.reading.reading import PLAIN, RecordReading
from features.reading.values import ONLY_LISTED, ValueReading
from features.records.activities import DIRECTIONS
from features.records.columns import number_of
from features.records.outcomes import KINDS
from features.records.record_types import ActivityRecord, OutcomeRecord, Value
from features.words.matcher import WordMatcher

NAN: Final = float("nan")
_NUMBER: Final = ValueReading("number")
_OTHER: Final = "\0"
"""Stands for every word that is not listed; no text of a record holds NUL."""
_Activity = TypeVar("_Activity", bound=ActivityRecord)
_Outcome = TypeVar("_Outcome", bound=OutcomeRecord)
Numbered = dict[str | None, int]


class Codebook:
    """The codes of one vocabulary.

    Parameters
    ----------
    vocabulary
        What the codes mean.
    reading
        How the words are written.

    Attributes
    ----------
    vocabulary
        The vocabulary.
    reading
        How the words are written.
    types, directions, kinds, stages
        The codes of the words.
    topics
        The codes of the known (code of the activity type, topic) pairs.
    left_out
        Activity types that are no activities.
    only_listed
        Whether activities of other types than the known ones are left out.
    reads_texts
        Whether a text can mention anything that the vocabulary has.
    actors
        The known actors, in the order of their codes.
    valued
        The columns of numbers that a feature needs.
    attributes
        The position of each attribute; those of accounts have their prefix.
    of_account
        The positions of the attributes of an account.
    """

    def __init__(self, vocabulary: Vocabulary, reading: RecordReading = PLAIN) -> None:
        self.vocabulary, self.reading = vocabulary, reading
        types = _numbered(vocabulary.activity_types)
        self.types = _written(types, self._column("activity_type"))
        self.topics = _topics(vocabulary.topics, types, self._column("topic"))
        self.directions = _written(_numbered(DIRECTIONS), self._column("direction"))
        self.kinds, self.stages = _outcomes(vocabulary, reading)
        self.left_out, self.only_listed = self._left_out(vocabulary)
        self.reads_texts = bool(vocabulary.terms)
        self._matcher = WordMatcher(vocabulary.terms)
        self.actors = vocabulary.categories.get(ACTOR, ())
        self.valued = {column for _, column in vocabulary.valued}
        categories = attribute_categories(vocabulary)
        names = (*categories, *vocabulary.numbers)
        self.attributes = {name: place for place, name in enumerate(names)}
        self._readings = [_of_attribute(reading, name) for name in names]
        self._codes = [
            _category(known, one)
            for known, one in zip(categories.values(), self._readings, strict=False)
        ]
        self._blank = np.full((1, len(self.attributes)), NAN)
        self.of_account = [
            place for name, place in self.attributes.items() if name.startswith(ACCOUNT_PREFIX)
        ]

    def _column(self, name: str) -> ValueReading:
        return self.reading.column("activities", name) or ValueReading()

    def _left_out(self, vocabulary: Vocabulary) -> tuple[frozenset[str], bool]:
        """Return the types that are no activities, and whether unknown ones are none either."""
        stated = self.reading.column("activities", "activity_type")
        if stated is None:
            return frozenset(self.reading.outcome_activities), False
        written = self.reading.outcome_activities
        as_outcome = (word for word, meaning in stated.values.items() if meaning in written)
        words = {*written, *as_outcome, *stated.missing} - {*vocabulary.activity_types}
        return frozenset(words - self.types.keys()), stated.others in ONLY_LISTED

    def is_activity(self, activity_type: str) -> bool:
        """Return whether the mapping reads records of a type as activities."""
        bare = activity_type.strip()
        if self.only_listed and bare not in self.types:
            stated = self._column("activity_type")
            return bare in stated.canonical or bare in stated.values
        return bare not in self.left_out

    def activities(self, records: Sequence[_Activity]) -> Sequence[_Activity]:
        """Return the records that the mapping reads as activities."""
        if not (self.left_out or self.only_listed):
            return records
        types = {one.activity_type for one in records}
        if all(map(self.is_activity, types)):
            return records
        return [one for one in records if self.is_activity(one.activity_type)]

    def outcomes(self, records: Sequence[_Outcome]) -> Sequence[_Outcome]:
        """Return the outcomes that are known, each once."""
        if self.reading.outcomes is None:
            return records
        first: dict[Any, _Outcome] = {}
        for one in records:
            meaning = self.outcome(one.outcome)
            if meaning is not None:
                key = (meaning, one.occurred_at, one.deal_id and folded(one.deal_id))
                first.setdefault(key, one)
        return records if len(first) == len(records) else list(first.values())

    def place_of(self, attribute: str) -> int | None:
        """Return the position of an attribute by its name in a change; None if it has none."""
        bare = attribute.strip()
        stated = self.reading.column("attribute_changes", "attribute")
        name = bare if stated is None else stated.word(bare)
        return None if name is None else self.attributes.get(name)

    def outcome(self, word: str) -> str | None:
        """Return what a word for an outcome means; None if nobody knows."""
        known = self.reading.outcomes
        return word if known is None else known.get(word.strip())

    def actor_names(self, texts: Sequence[str | None]) -> Sequence[str | None]:
        """Return the actors that texts stand for; None is missing."""
        stated = self.reading.column("activities", "actor")
        if stated is None or not any(texts):
            return texts
        names = {text: stated.word(text) for text in set(texts)}
        return [names[text] for text in texts]

    def terms(self, texts: Sequence[str | None]) -> list[int]:
        """Return the terms that each text mentions, as bits; see `WordMatcher`.

        Parameters
        ----------
        texts
            As they were written; None is missing.
        """
        stated = self.reading.column("activities", "text")
        if stated is not None:
            texts = [None if text is None else stated.word(text) for text in texts]
        return self._matcher.bits(texts)

    def pairs(self, types: Sequence[int], topics: Sequence[str | None]) -> list[int]:
        """Return the codes of (activity type, topic) pairs; empty if the vocabulary has none.

        Parameters
        ----------
        types
            The code of the type of each activity.
        topics
            Its topic; looked up as it stands, then without surrounding spaces.
        """
        return [*map(self._pair, zip(types, topics, strict=True))] if self.topics else []

    def _pair(self, pair: tuple[int, str | None]) -> int:
        known = self.topics.get(pair)  # type: ignore[arg-type]
        if known is None and pair[1] is not None:
            known = self.topics.get((pair[0], pair[1].strip()))
        return known or 0

    def blank(self, leads: int) -> NDArray[np.float64]:
        """Return a table of attributes, all missing: shape (leads, attributes)."""
        return self._blank.repeat(leads, 0)

    def put(self, attributes: Iterable[tuple[str, Value]], row: NDArray[np.float64]) -> None:
        """Write the attributes that the vocabulary has into the row of a lead.

        Parameters
        ----------
        attributes
            Names and values.
        row
            Shape (attributes,): written.
        """
        for name, value in attributes:
            place = self.attributes.get(name)
            if place is not None:
                row[place] = self.value(place, value)

    def value(self, place: int, value: Value) -> float:
        """Return the code or number of a value; NaN is missing.

        Parameters
        ----------
        place
            The position of the attribute.
        value
            Its value as text, number or truth; None is missing.
        """
        if value is None:
            return NAN
        if place < len(self._codes):
            text = value.strip() if isinstance(value, str) else written(value)
            known = self._codes[place]
            return known.get(text, known[_OTHER])
        return self._number(place, value) if isinstance(value, str) else float(value)

    def _number(self, place: int, text: str) -> float:
        stated = self._readings[place] or _NUMBER
        return number_of(text) if stated.is_unreadable(text) else stated.number(text)

    @cached_property
    def known_values(self) -> dict[str, Container[object]]:
        """Attribute -> values that are known at a glance; others may be known all the same."""
        words = ({word for word, code in known.items() if code != 0} for known in self._codes)
        return dict(zip(self.attributes, chain(words, repeat(_NumberValues())), strict=False))

    def is_unknown(self, place: int, value: Value) -> bool:
        """Return whether an attribute has a value that the model does not know.

        Parameters
        ----------
        place
            The position of the attribute.
        value
            Its value; None is missing.
        """
        if place < len(self._codes):
            return value is not None and self.value(place, value) == 0
        return (
            isinstance(value, str)
            and bool(np.isnan(self._number(place, value)))
            and ((self._readings[place] or _NUMBER).is_unreadable(value))
        )


class _NumberValues:
    """Holds whatever needs no reading to be a number."""

    def __contains__(self, value: object) -> bool:
        """Return whether a value is no text."""
        return not isinstance(value, str)


def of_account(attributes: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """Return the attributes of an account under the names that its leads have them by."""
    return [(ACCOUNT_PREFIX + name, value) for name, value in attributes.items()]


def codes(known: Numbered, texts: Sequence[str | None]) -> list[int]:
    """Return the codes of texts, looked up as they stand, then without surrounding spaces.

    Parameters
    ----------
    known
        The codes of the known texts.
    texts
        The texts; None is missing, which has the code 0, as an unknown text has.
    """
    matches = [*map(known.get, texts)]
    if None in matches:
        return [
            known.get(text.strip(), 0) if code is None and text is not None else code or 0
            for code, text in zip(matches, texts, strict=True)
        ]
    return matches  # type: ignore[return-value]


def ranked(texts: Sequence[str | None]) -> tuple[list[int], list[str]]:
    """Return the number of each text in their order, without surrounding spaces; -1 is missing.

    >>> ranked(["b", None, " a", "b "])
    ([1, -1, 0, 1], ['a', 'b'])
    """
    bare = {text: None if text is None else text.strip() or None for text in set(texts)}
    names = sorted({text for text in bare.values() if text is not None})
    number: dict[str | None, int] = dict(zip(names, range(len(names)), strict=True))
    place = {text: number.get(name, -1) for text, name in bare.items()}
    return [place[text] for text in texts], names


def _written(known: Numbered, stated: ValueReading) -> Numbered:
    """Return the codes of known words and of those that the mapping translates to them."""
    result = dict(known)
    for word, meaning in stated.values.items():
        code = known.get(meaning)
        result.pop(word, None)
        if code is not None:
            result[word] = code
    return result


def _topics(
    known: Sequence[tuple[str, str]], types: Numbered, stated: ValueReading
) -> dict[tuple[int, str], int]:
    """Return the codes of (code of the type, topic as it is written) pairs."""
    result: dict[tuple[int, str], int] = {}
    for code, words in _by_type(known, types).items():
        for word, pair in _written(words, stated).items():
            result[code, str(word)] = pair
    return result


def _by_type(known: Sequence[tuple[str, str]], types: Numbered) -> dict[int, Numbered]:
    pairs: dict[int, Numbered] = {}
    for number, (activity_type, topic) in enumerate(known, start=1):
        if activity_type in types:
            pairs.setdefault(types[activity_type], {})[topic] = number
    return pairs


def _outcomes(vocabulary: Vocabulary, reading: RecordReading) -> tuple[Numbered, Numbered]:
    """Return the codes of decisions and of stages, by every word for them."""
    kinds, stages = _numbered(KINDS), _numbered(vocabulary.categories.get(OUTCOME, ()))
    if reading.outcomes is None:
        return kinds, stages
    words = reading.outcomes.items()
    return (
        {word: kinds.get(meaning, 0) for word, meaning in words},
        {word: stages.get(meaning, 0) for word, meaning in words},
    )


def _of_attribute(reading: RecordReading, name: str) -> ValueReading | None:
    """Return how an attribute is written; the owner is a listed column."""
    if name == OWNER:
        return reading.column("leads", OWNER)
    if name.startswith(ACCOUNT_PREFIX) and name not in reading.attributes:
        return reading.account_attributes.get(name.removeprefix(ACCOUNT_PREFIX))
    return reading.attributes.get(name)


def _category(known: Sequence[str], stated: ValueReading | None) -> dict[str | None, float]:
    """Return the codes of the words of a category; NaN is missing."""
    stated = stated or ValueReading()
    closed = stated.others in ONLY_LISTED
    codes_of_words: dict[str | None, float] = dict.fromkeys(stated.missing, NAN)
    codes_of_words |= dict.fromkeys(stated.canonical if closed else (), 0)
    numbered = _numbered(known)
    codes_of_words |= numbered
    codes_of_words |= {w: numbered.get(m, 0) for w, m in stated.values.items()}
    return codes_of_words | {None: NAN, _OTHER: NAN if closed else 0}


def _numbered(known: Sequence[str]) -> Numbered:
    return {value: i + 1 for i, value in enumerate(known)}
