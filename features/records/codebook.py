"""The codebook: what the words of records mean to a model, looked up one by one.

Decided here: a known word is its place in the vocabulary plus one; a word that is missing or not
known is 0, a value that is missing NaN. Records and columns are coded by the same book.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Vocabulary
from features.catalog.reserved import ACTOR, OUTCOME, attribute_categories
from features.records.activities import DIRECTIONS
from features.records.attributes import ACCOUNT_PREFIX
from features.records.columns import number_of
from features.records.normalize import folded, written
from features.records.outcomes import KINDS

NAN: Final = float("nan")
Numbered = dict[str | None, int]


class Codebook:
    """The codes of one vocabulary; make it once, it keeps nothing.

    Attributes
    ----------
    types, directions, kinds, stages
        The codes of the words.
    actors
        The known actors, in the order of their codes.
    valued
        The columns of numbers that a feature asks for.
    attributes
        The place of each attribute; those of accounts have their prefix.
    of_account
        The places of an account's.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.types = _numbered(vocabulary.activity_types)
        self.topics = {
            pair: i + 1 for i, pair in enumerate(vocabulary.topics) if pair[0] in self.types
        }
        self.directions = _numbered(DIRECTIONS)
        self.kinds = _numbered(KINDS)
        self.stages = _numbered(vocabulary.categories.get(OUTCOME, ()))
        self.actors = vocabulary.categories.get(ACTOR, ())
        self.valued = {column for _, column in vocabulary.valued}
        categories = attribute_categories(vocabulary)
        names = (*categories, *vocabulary.numbers)
        self.attributes = {name: place for place, name in enumerate(names)}
        self._codes = [_numbered(known) for known in categories.values()]
        self._blank = np.full((1, len(self.attributes)), NAN)
        self.of_account = [
            place for name, place in self.attributes.items() if name.startswith(ACCOUNT_PREFIX)
        ]

    def pairs(self, types: Sequence[str], topics: Sequence[str | None]) -> list[int]:
        """Look activity types up with their topics; both as they are first."""
        return [*map(self._pair, zip(types, topics, strict=True))] if self.topics else []

    def _pair(self, told: tuple[str, str | None]) -> int:
        known = self.topics.get(told)  # type: ignore[arg-type]
        if known is None and told[1] is not None:
            known = self.topics.get((told[0].strip(), told[1].strip()))
        return known or 0

    def blank(self, leads: int) -> NDArray[np.float64]:
        """Make the table of attributes, all missing: shape (leads, attributes)."""
        return self._blank.repeat(leads, 0)

    def put(self, told: Iterable[tuple[str, Any]], row: NDArray[np.float64]) -> None:
        """Write the attributes that are known by their names into the row of a lead."""
        for name, value in told:
            place = self.attributes.get(name)
            if place is not None:
                row[place] = self.value(place, value)

    def value(self, place: int, value: Any) -> float:
        """Code the value of the attribute at a place."""
        if value is None:
            return NAN
        if place < len(self._codes):
            text = written(value)
            return NAN if text is None else self._codes[place].get(text, 0)
        return number_of(folded(value)) if isinstance(value, str) else float(value)


def of_account(attributes: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Name the attributes of an account as those of its leads."""
    return [(ACCOUNT_PREFIX + name, value) for name, value in attributes.items()]


def codes(known: Numbered, texts: Sequence[str | None]) -> list[int]:
    """Look texts up as they are first, then without surrounding spaces."""
    found = [*map(known.get, texts)]
    if None in found:
        return [
            known.get(text.strip(), 0) if code is None and text is not None else code or 0
            for code, text in zip(found, texts, strict=True)
        ]
    return found  # type: ignore[return-value]


def ranked(texts: Sequence[str | None]) -> tuple[list[int], list[str]]:
    """Give each text its number in their order, without surrounding spaces; -1 is missing.

    >>> ranked(["b", None, " a", "b "])
    ([1, -1, 0, 1], ['a', 'b'])
    """
    bare = {text: None if text is None else text.strip() or None for text in set(texts)}
    names = sorted({text for text in bare.values() if text is not None})
    number: dict[str | None, int] = dict(zip(names, range(len(names)), strict=True))
    place = {text: number.get(name, -1) for text, name in bare.items()}
    return [place[text] for text in texts], names


def _numbered(known: Sequence[str]) -> Numbered:
    return {value: i + 1 for i, value in enumerate(known)}
