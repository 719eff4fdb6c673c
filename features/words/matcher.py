"""Reading a text once: which terms it mentions.

Decided here: the longest word wins, from left to right, so that 予算がない (a refusal) is not also
予算 (a budget). A word in Latin letters is a whole word, or with `*` at its end the beginning of
one; a Japanese word may stand anywhere. The terms of a text are the bits of one whole number, so
that an activity carries them as it carries its topic; there are at most `MOST_TERMS`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.words.normal import PLANE, Points, normal, normal_points

MOST_TERMS: Final = 60
"""The bits of an int64, with room left."""
BEGINNING: Final = "*"
_LATIN_END: Final = 0x250
_WHOLE_FIRST, _WHOLE_LAST = 1, 2

Trie = tuple[NDArray[np.uint16], NDArray[np.int32], NDArray[np.int16], NDArray[np.uint8]]
"""The class of every character, and of each node: the next node by class, its term, its limits."""


class WordMatcher:
    """Reads texts by a vocabulary's terms; it has no state beside them.

    Parameters
    ----------
    terms
        Term -> the words that mention it, in the order of their numbers.
    """

    def __init__(self, terms: Mapping[str, Sequence[str]]) -> None:
        self.names = tuple(terms)
        self._trie = _trie(terms)

    def bits(self, texts: Iterable[str | None]) -> list[int]:
        """Return the terms of each text: bit n is set if it mentions term number n.

        Parameters
        ----------
        texts
            As they were written; None is missing and mentions nothing.
        """
        return [self._read(text) if text else 0 for text in texts]

    def words(self, text: str, term: str) -> list[str]:
        """Return the words by which a text mentions a term, each once, as they are compared.

        Parameters
        ----------
        text
            As it was written.
        term
            One of the terms.
        """
        points, number = normal_points(text), self.names.index(term) + 1
        plain, spans = normal(text), _spans(points, *self._trie)
        words = (plain[begin:end] for begin, end, code in spans.tolist() if code == number)
        return list(dict.fromkeys(words))

    def without(self, text: str) -> str:
        """Return a text in normal form with a space in the place of each word of a term.

        Parameters
        ----------
        text
            As it was written.
        """
        plain, parts, at = normal(text), [], 0
        for begin, end, _ in _spans(normal_points(plain), *self._trie).tolist():
            parts.append(plain[at:begin])
            at = end
        return " ".join([*parts, plain[at:]])

    def _read(self, text: str) -> int:
        return int(_bits(normal_points(text), *self._trie))


def _trie(terms: Mapping[str, Sequence[str]]) -> Trie:
    entries = [
        (plain.removesuffix(BEGINNING), number, _limits(plain))
        for number, words in enumerate(terms.values(), start=1)
        for word in words
        if (plain := normal(word)).removesuffix(BEGINNING)
    ]
    letters = sorted({letter for word, _, _ in entries for letter in word if ord(letter) < PLANE})
    classes = np.zeros(PLANE, np.uint16)
    kinds = {letter: number for number, letter in enumerate(letters, start=1)}
    classes[[ord(letter) for letter in letters]] = np.arange(1, len(letters) + 1)
    rows: list[dict[int, int]] = [{}]
    ends: dict[int, tuple[int, int]] = {}
    for word, number, limits in entries:
        node = 0
        for letter in word:
            kind = kinds[letter]
            if kind not in rows[node]:
                rows[node][kind] = len(rows)
                rows.append({})
            node = rows[node][kind]
        ends.setdefault(node, (number, limits))
    following = np.zeros((len(rows), len(letters) + 1), np.int32)
    for node, row in enumerate(rows):
        following[node, list(row)] = list(row.values())
    term, limit = np.zeros(len(rows), np.int16), np.zeros(len(rows), np.uint8)
    for node, (number, limits) in ends.items():
        term[node], limit[node] = number, limits
    return classes, following, term, limit


def _limits(word: str) -> int:
    bare = word.removesuffix(BEGINNING)
    first = _WHOLE_FIRST if ord(bare[0]) < _LATIN_END else 0
    last = _WHOLE_LAST if ord(bare[-1]) < _LATIN_END and bare == word else 0
    return first | last


@njit(cache=True, nogil=True)
def _is_latin(point: int) -> bool:
    """Return whether a character continues a Latin word: a letter or a digit."""
    return (
        0x61 <= point <= 0x7A  # noqa: PLR2004 (a to z)
        or 0x30 <= point <= 0x39  # noqa: PLR2004 (0 to 9)
        or 0xDF <= point < _LATIN_END  # noqa: PLR2004 (letters with accents)
    )


@njit(cache=True, nogil=True)
def _longest(
    text: Points,
    begin: int,
    classes: NDArray[np.uint16],
    following: NDArray[np.int32],
    term: NDArray[np.int16],
    limit: NDArray[np.uint8],
) -> tuple[int, int]:
    """Return the end and the term of the longest word at a place; 0 means none."""
    node, at, end, code = 0, begin, begin, 0
    open_before = begin == 0 or not _is_latin(text[begin - 1])
    while at < text.size and text[at] < PLANE:
        node = following[node, classes[text[at]]]
        if node == 0:
            break
        at += 1
        if term[node] > 0:
            open_after = at == text.size or not _is_latin(text[at])
            first, last = limit[node] & _WHOLE_FIRST, limit[node] & _WHOLE_LAST
            if (first == 0 or open_before) and (last == 0 or open_after):
                end, code = at, term[node]
    return end, code


@njit(cache=True, nogil=True)
def _bits(
    text: Points,
    classes: NDArray[np.uint16],
    following: NDArray[np.int32],
    term: NDArray[np.int16],
    limit: NDArray[np.uint8],
) -> Any:
    bits, at = np.int64(0), 0
    while at < text.size:
        if text[at] >= PLANE or following[0, classes[text[at]]] == 0:
            at += 1
            continue
        end, code = _longest(text, at, classes, following, term, limit)
        if code > 0:
            bits |= np.int64(1) << np.int64(code - 1)
        at = max(end, at + 1)
    return bits


@njit(cache=True, nogil=True)
def _spans(
    text: Points,
    classes: NDArray[np.uint16],
    following: NDArray[np.int32],
    term: NDArray[np.int16],
    limit: NDArray[np.uint8],
) -> Integers:
    """Return begin, end and term of each word, in the order of the text."""
    spans, count, at = np.empty((text.size, 3), np.int64), 0, 0
    while at < text.size:
        end, code = _longest(text, at, classes, following, term, limit)
        if code > 0:
            spans[count, 0], spans[count, 1], spans[count, 2] = at, end, code
            count += 1
        at = max(end, at + 1)
    return spans[:count]
