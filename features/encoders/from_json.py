"""The activities of a lead as they stand in JSON, coded without a record of each in between.

Decided here: compiled code reads the array once and writes the table that
`features.records.coded_lead` sorts. It takes what CRMs send in the plain way; an array that holds
anything else (a key twice, a number with an exponent, a moment in an odd form) it does not take at
all, and the caller makes records of it, which say the same and name what is wrong. Words that are
not found as they stand are looked up by the codebook, as those of records are.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from features.encoders.code_table import DIRECTIONS_ASKED, TYPES_ASKED, find, packed_words
from features.encoders.json_reader import MOMENTS, NOTHING, SHORTEST, TEXTS, all_of
from features.encoders.json_text import Text
from features.kernel.compiled import njit
from features.kernel.inputs import Codes, Integers
from features.records.codebook import Codebook, codes, ranked
from features.records.coded_lead import (
    ACTOR,
    CODE,
    DIRECTION,
    LEAD,
    OCCURRED_AT,
    PAIR,
    SEEN_FROM,
    Numbers,
)
from features.records.columns import translation

_WHITE: Final = 0x20
_ASCII: Final = 0x80
_NONE: Final = np.empty(0, np.float64)
_NOBODY: Final = translation([], ())


class Coded(NamedTuple):
    """The activities of one lead, coded; see `features.records.coded_lead.Told`.

    Attributes
    ----------
    activities, dwell, amount, actor_code
        As there.
    strange
        The types that the vocabulary does not know, as often as they come.
    """

    activities: Integers
    dwell: Numbers
    amount: Numbers
    actor_code: Codes
    strange: list[str]


class WrittenActivities:
    """Reads activities by one codebook; make it once, it keeps nothing."""

    def __init__(self, book: Codebook) -> None:
        self._book = book
        self._words = packed_words(book)
        self._valued = "dwell_seconds" in book.valued, "amount" in book.valued

    def coded(self, written: bytes) -> Coded | None:
        """Code an array of activities; none if it is not of the plain kind.

        Parameters
        ----------
        written
            Its bytes.
        """
        if not (written.isascii() or _is_utf8(written)):
            return None
        text = np.frombuffer(written, np.uint8)
        table, values, open_words = _read(text, self._words)
        if open_words < 0:
            return None
        dwell = values[0] if self._valued[0] else _NONE
        amount = values[1] if self._valued[1] else _NONE
        actor_code, strange = _NOBODY, list[str]()
        if open_words:
            actor_code, strange = self._settle(written, text, table)
        return Coded(table, dwell, amount, actor_code, strange)

    def _settle(self, written: bytes, text: Text, table: Integers) -> tuple[Codes, list[str]]:
        """Look up by the codebook what is not found as it stands; number the actors."""
        spans = _spans(text)
        types, topics, sides, actors = (_texts(written, spans, n) for n in range(len(TEXTS)))
        known = codes(self._book.types, types)
        table[CODE] = known
        table[PAIR] = self._book.pairs(types, topics) or 0
        table[DIRECTION] = codes(self._book.directions, sides)
        table[ACTOR], names = ranked(actors)
        strange = [name for name, code in zip(types, known, strict=True) if code == 0]
        return translation(names, self._book.actors), strange


def _is_utf8(written: bytes) -> bool:
    try:
        written.decode()
    except UnicodeDecodeError:
        return False
    return True


def _texts(written: bytes, spans: Integers, which: int) -> list[Any]:
    return [
        written[begin:end].decode() if end > begin else ("" if begin else None)
        for begin, end in spans[:, 2 * which : 2 * which + 2].tolist()
    ]


@njit(cache=True, nogil=True)
def _may_be_trimmed(text: Text, begin: int, end: int) -> Any:
    """Say whether a text may have spaces around it; beyond ASCII any sign may be one."""
    return not (_WHITE < text[begin] < _ASCII and _WHITE < text[end - 1] < _ASCII)


@njit(cache=True, nogil=True)
def _code(text: Text, row: int, notes: Integers, words: Integers, table: Integers) -> Any:
    """Write the codes of an activity; say whether a word must be looked up otherwise."""
    is_open = notes[row, 7] > notes[row, 6]
    code = find(text, notes[row, 0], notes[row, 1], TYPES_ASKED, words)
    is_open |= code < 0
    code = max(code, 0)
    table[CODE, row], table[PAIR, row], table[DIRECTION, row], table[ACTOR, row] = code, 0, 0, -1
    begin, end = notes[row, 2], notes[row, 3]
    if end > begin:
        pair = find(text, begin, end, code, words)
        table[PAIR, row] = max(pair, 0)
        is_open |= pair < 0 and _may_be_trimmed(text, begin, end)
    begin, end = notes[row, 4], notes[row, 5]
    if end > begin:
        side = find(text, begin, end, DIRECTIONS_ASKED, words)
        table[DIRECTION, row] = max(side, 0)
        is_open |= side < 0
    return is_open


@njit(cache=True, nogil=True)
def _read(text: Text, words: Integers) -> tuple[Integers, Numbers, int]:
    """Read an array: the coded table, dwell and amount, how many have words to be looked up."""
    room = text.size // SHORTEST + 1
    notes, values = np.empty((room, NOTHING.size), np.int64), np.empty((2, room))
    count = all_of(text, notes, values)
    table, open_words = np.empty((7, max(count, 0)), np.int64), 0
    for row in range(count):
        table[LEAD, row], occurred = 0, notes[row, MOMENTS]
        table[OCCURRED_AT, row] = occurred
        table[SEEN_FROM, row] = max(occurred, notes[row, MOMENTS + 1])
        open_words += int(_code(text, row, notes, words, table))
    return table, _told(values, table.shape[1]), open_words if count >= 0 else count


@njit(cache=True, nogil=True)
def _spans(text: Text) -> Integers:
    """Read an array again: of each activity, where its texts begin and end."""
    room = text.size // SHORTEST + 1
    notes = np.empty((room, NOTHING.size), np.int64)
    return notes[: all_of(text, notes, np.empty((2, room)))]


@njit(cache=True, nogil=True)
def _told(values: Numbers, count: int) -> Numbers:
    """Keep so many; values of which none is told add nothing, as zeros do."""
    told = np.empty((2, count))
    for n in range(2):
        nothing = True
        for row in range(count):
            told[n, row] = values[n, row]
            nothing &= np.isnan(told[n, row]) or told[n, row] == 0.0
        for row in range(count if nothing else 0):
            told[n, row] = 0.0
    return told
