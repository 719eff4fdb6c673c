"""The words of activities that a model has not learned, as they were written.

Decided here: what is missing is not unknown; the topic of an activity of an unknown type is counted
with its type alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from features.encoders.codebook import Codebook, codes
from features.reading.values import ValueReading

Texts = Sequence[str | None]
Unknown = Mapping[str, list[str]]
"""Column -> the words in it that are not known, with repetitions; a column without any is left out.
"""
NOTHING_UNKNOWN: Final[Unknown] = {}


class WrittenWords(NamedTuple):
    """The words of activities, column by column; one entry an activity, None is missing."""

    activity_type: Sequence[str]
    topic: Texts
    direction: Texts
    actor: Texts


def unknown_words(book: Codebook, words: WrittenWords) -> Unknown:
    """Return the words that the vocabulary does not hold.

    Parameters
    ----------
    book
        The codes of the vocabulary.
    words
        Those of some activities.
    """
    types = codes(book.types, words.activity_type)
    unknown = {
        "activity_type": [
            name for name, code in zip(words.activity_type, types, strict=True) if not code
        ],
        "topic": [
            topic
            for topic, code in zip(words.topic, types, strict=True)
            if topic and code and not _has_topic(book, code, topic)
        ],
        "direction": _unknown(words.direction, lambda word: word in book.directions),
        "actor": _unknown(words.actor, _knows_actor(book)),
    }
    return {
        column: left
        for column, listed in unknown.items()
        if (left := without_missing(book, column, listed))
    }


def without_missing(book: Codebook, column: str, words: Sequence[str]) -> list[str]:
    """Return the words of a column that do not stand for missing.

    Parameters
    ----------
    book
        The codes of the vocabulary.
    column
        The column of activities.
    words
        Words in it.
    """
    if column == "activity_type" or not words:
        return list(words)
    stated = book.reading.column("activities", column) or ValueReading()
    missing = {word for word in set(words) if stated.word(word) is None}
    return [word for word in words if word not in missing]


def _has_topic(book: Codebook, code: int, topic: str) -> bool:
    return (code, topic) in book.topics or (code, topic.strip()) in book.topics


def _knows_actor(book: Codebook) -> Callable[[str], bool]:
    stated = book.reading.column("activities", "actor") or ValueReading()
    return lambda word: stated.word(word) in book.actors


def _unknown(words: Texts, knows: Callable[[str], bool]) -> list[str]:
    known = {word for word in set(words) if not word or knows(word.strip())}
    return [word for word in words if word and word not in known]
