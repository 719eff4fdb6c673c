"""The words of a codebook in one array, found by compiled code by their bytes.

Decided here: a word is found only exactly as the vocabulary has it; what else may be meant, as a
word with spaces around it, is for the codebook. Types stand under 0, the topics of a type under its
code, directions under a number that no type has.
"""

from typing import Any, Final

import numpy as np

from features.encoders.json_text import Text
from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.kernel.packed import pack
from features.records.codebook import Codebook

TYPES_ASKED: Final[Any] = np.int64(0)
DIRECTIONS_ASKED: Final[Any] = np.int64(-1)
_START, _TIMES = np.uint64(14_695_981_039_346_656_037), np.uint64(1_099_511_628_211)


def packed_words(book: Codebook) -> Integers:
    """Pack the words of a codebook for `find`."""
    told = [
        *((TYPES_ASKED, word, code) for word, code in book.types.items()),
        *((DIRECTIONS_ASKED, word, code) for word, code in book.directions.items()),
        *((book.types[of], word, code) for (of, word), code in book.topics.items()),
    ]
    content = [str(word).encode() for _, word, _ in told]
    text = np.frombuffer(b"".join(content) or b" ", np.uint8)
    ends = np.cumsum([len(word) for word in content], dtype=np.int64)
    begins = np.array([0, *ends[:-1]], np.int64)[: len(told)]
    slots = _slots(
        [(text[b:e], told[n][0]) for n, (b, e) in enumerate(zip(begins, ends, strict=True))]
    )
    under, code = (np.array([one[n] for one in told], np.int64) for n in (0, 2))
    return pack((slots, under, code, begins, ends, text.astype(np.int64)))


def _slots(words: Any) -> Integers:
    """Give each word the first free place from its own on; at least half of them stay free."""
    slots = np.full(1 << (2 * len(words) + 1).bit_length(), -1, np.int64)
    for number, (word, under) in enumerate(words):
        slot = int(_hash(word, (0, word.size), under)) % slots.size
        while slots[slot] >= 0:
            slot = (slot + 1) % slots.size
        slots[slot] = number
    return slots


@njit(cache=True, nogil=True)
def _hash(text: Text, span: tuple[int, int], under: int) -> Any:
    """FNV-1a, begun with what the word stands under."""
    told = (_START ^ np.uint64(under)) * _TIMES
    for i in range(span[0], span[1]):
        told = (told ^ np.uint64(text[i])) * _TIMES
    return told ^ (told >> np.uint64(32))


@njit(cache=True, nogil=True)
def find(text: Text, begin: int, end: int, under: int, words: Integers) -> int:
    """Give the code of the word at a span of the text; -1 if there is none."""
    slots, mask = words[0], np.uint64(words[1] - 1)
    slot = np.int64(_hash(text, (begin, end), under) & mask)
    while words[slots + slot] >= 0:
        word = words[slots + slot]
        if words[words[2] + word] == under and _is(text, begin, end, word, words):
            return words[words[4] + word]  # type: ignore[no-any-return]
        slot = (slot + 1) & np.int64(mask)
    return -1


@njit(cache=True, nogil=True)
def _is(text: Text, begin: int, end: int, word: int, words: Integers) -> bool:
    first, after = words[words[6] + word], words[words[8] + word]
    if after - first != end - begin:
        return False
    for i in range(end - begin):  # noqa: SIM110 - compiled code knows no `all`
        if words[words[10] + first + i] != text[begin + i]:
            return False
    return True
