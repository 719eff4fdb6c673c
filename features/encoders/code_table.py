"""The words of a codebook as a hash table in one array, for compiled code.

Decided here: a word matches only if it equals one of the vocabulary byte by byte; anything else,
such as a word with spaces around it, is left to the codebook. Types are in group 0, the topics of a
type in the group of its code, directions in a group whose number no type has.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from features.encoders.codebook import Codebook
from features.encoders.json_text import Text
from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.kernel.packed import pack

TYPE_GROUP: Final[Any] = np.int64(0)
DIRECTION_GROUP: Final[Any] = np.int64(-1)
_START, HASH_STEP = np.uint64(14_695_981_039_346_656_037), np.uint64(1_099_511_628_211)


def packed_words(book: Codebook) -> Integers:
    """Pack the words of a codebook for `look_up`."""
    entries = [
        *((TYPE_GROUP, word, code) for word, code in book.types.items()),
        *((DIRECTION_GROUP, word, code) for word, code in book.directions.items()),
        *((of, word, code) for (of, word), code in book.topics.items()),
    ]
    content = [str(word).encode() for _, word, _ in entries]
    text = np.frombuffer(b"".join(content) or b" ", np.uint8)
    ends = np.cumsum([len(word) for word in content], dtype=np.int64)
    begins = np.array([0, *ends[:-1]], np.int64)[: len(entries)]
    slots = _slots(
        [(text[b:e], entries[n][0]) for n, (b, e) in enumerate(zip(begins, ends, strict=True))]
    )
    group, code = (np.array([one[n] for one in entries], np.int64) for n in (0, 2))
    return pack((slots, group, code, begins, ends, text.astype(np.int64)))


def _slots(words: Sequence[tuple[Text, int]]) -> Integers:
    """Assign each word the first free slot from its own on; at least half of them stay free."""
    slots = np.full(1 << (2 * len(words) + 1).bit_length(), -1, np.int64)
    for number, (word, group) in enumerate(words):
        slot = int(_hash(word, (0, word.size), group)) % slots.size
        while slots[slot] >= 0:
            slot = (slot + 1) % slots.size
        slots[slot] = number
    return slots


@njit(cache=True, nogil=True)
def _hash(text: Text, span: tuple[int, int], group: int) -> Any:
    """Compute the FNV-1a hash of a word, begun with its group."""
    state = (_START ^ np.uint64(group)) * HASH_STEP
    for i in range(span[0], span[1]):
        state = (state ^ np.uint64(text[i])) * HASH_STEP
    return state ^ (state >> np.uint64(32))


@njit(cache=True, nogil=True)
def span_hash(text: Text, begin: int, end: int) -> Any:
    """Compute the hash of a span of the text.

    Parameters
    ----------
    text
        UTF-8.
    begin, end
        The span, `end` not included.
    """
    return _hash(text, (begin, end), 0)


@njit(cache=True, nogil=True)
def look_up(text: Text, begin: int, end: int, group: int, words: Integers) -> int:
    """Return the code of the word at a span of the text; -1 if the group has no such word.

    Parameters
    ----------
    text
        UTF-8.
    begin, end
        The span, `end` not included.
    group
        The group of words.
    words
        What `packed_words` returned.
    """
    slots, mask = words[0], np.uint64(words[1] - 1)
    slot = np.int64(_hash(text, (begin, end), group) & mask)
    while words[slots + slot] >= 0:
        word = words[slots + slot]
        if words[words[2] + word] == group and _is(text, begin, end, word, words):
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
