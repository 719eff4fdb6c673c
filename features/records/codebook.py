"""The codebook: the codes of the words of records, looked up one by one.

Decided here: the code of a known word is its position in the vocabulary plus one; a word that is
missing or not known has the code 0, a value that is missing is NaN. Records and columns are coded
by the same book.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Vocabulary
from features.catalog.reserved import ACTOR, OUTCOME, attribute_categories
from features.reading.normalize import folded, written
from features.records.activities import DIRECTIONS
from features.records.attributes import ACCOUNT_PREFIX
from features.records.columns import number_of
from features.records.outcomes import KINDS
from features.records.record_types import Value

NAN: Final = float("nan")
Numbered = dict[str | None, int]


class Codebook:
    """The codes of one vocabulary.

    Attributes
    ----------
    vocabulary
        The vocabulary.
    types, directions, kinds, stages
        The codes of the words.
    topics
        The codes of the known (activity type, topic) pairs.
    actors
        The known actors, in the order of their codes.
    valued
        The columns of numbers that a feature needs.
    attributes
        The position of each attribute; those of accounts have their prefix.
    of_account
        The positions of the attributes of an account.
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
        """Return the codes of (activity type, topic) pairs; empty if the vocabulary has none.

        Parameters
        ----------
        types, topics
            One entry an activity; looked up as they stand, then without surrounding spaces.
        """
        return [*map(self._pair, zip(types, topics, strict=True))] if self.topics else []

    def _pair(self, pair: tuple[str, str | None]) -> int:
        known = self.topics.get(pair)  # type: ignore[arg-type]
        if known is None and pair[1] is not None:
            known = self.topics.get((pair[0].strip(), pair[1].strip()))
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
            text = written(value)
            return NAN if text is None else self._codes[place].get(text, 0)
        return number_of(folded(value)) if isinstance(value, str) else float(value)


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


def _numbered(known: Sequence[str]) -> Numbered:
    return {value: i + 1 for i, value in enumerate(known)}
