"""Coding the activities of a lead directly from JSON, without a record of each in between.

Decided here: compiled code reads the array once and writes the table that
`features.kernel.coded_lead` sorts. It accepts the plain form in which CRMs send activities. An
array that holds anything else (a key twice, a number with an exponent, a moment in an unusual form)
is not read at all, and the caller decodes records, which give the same codes and report what is
wrong. Words that do not match as they stand are looked up in the codebook, as those of records are.
Nor is an array read in which an activity may stand twice, or that holds what the mapping does not
read as an activity: records are compared one by one.
"""

import json
from typing import Any, Final, NamedTuple

import numpy as np

from features.encoders.code_table import (
    DIRECTION_GROUP,
    HASH_STEP,
    TYPE_GROUP,
    look_up,
    packed_words,
    span_hash,
)
from features.encoders.codebook import Codebook, codes, ranked
from features.encoders.json_reader import (
    IDS,
    MOMENTS,
    NOTHING,
    SHORTEST,
    TEXTS,
    WRITTEN,
    read_activities,
)
from features.encoders.json_text import Text
from features.encoders.unknown_words import (
    NOTHING_UNKNOWN,
    Unknown,
    WrittenWords,
    unknown_words,
    without_missing,
)
from features.kernel.coded_lead import (
    ACTIVITY_ROWS,
    ACTOR,
    CODE,
    DIRECTION,
    LEAD,
    OCCURRED_AT,
    PAIR,
    TERMS,
    VISIBLE_FROM,
    Numbers,
)
from features.kernel.compiled import njit
from features.kernel.inputs import Codes, Integers
from features.records.columns import translation

_WHITE: Final = 0x20
_ASCII: Final = 0x80
_NONE: Final = np.empty(0, np.float64)
_NO_ACTORS: Final = translation([], ())


class CodedActivities(NamedTuple):
    """The activities of one lead, coded; see `features.kernel.coded_lead.CodedLead`.

    Attributes
    ----------
    activities, dwell, amount, actor_code
        As in `CodedLead`.
    unknown
        The words that the vocabulary does not hold.
    """

    activities: Integers
    dwell: Numbers
    amount: Numbers
    actor_code: Codes
    unknown: Unknown


class WrittenActivities:
    """Reads activities by one codebook; it has no state beside it.

    Parameters
    ----------
    book
        The codebook.
    """

    def __init__(self, book: Codebook) -> None:
        self._book = book
        self._words = packed_words(book)
        self._valued = "dwell_seconds" in book.valued, "amount" in book.valued

    def coded(self, written: bytes) -> CodedActivities | None:
        """Code an array of activities; return None if it is not in the plain form.

        Parameters
        ----------
        written
            The bytes of the array.
        """
        if not (written.isascii() or _is_utf8(written)):
            return None
        text = np.frombuffer(written, np.uint8)
        table, values, open_words, strange, spans = _read(text, self._words)
        if open_words < 0:
            return None
        dwell = values[0] if self._valued[0] else _NONE
        amount = values[1] if self._valued[1] else _NONE
        actor_code, unknown = _NO_ACTORS, NOTHING_UNKNOWN
        if open_words:
            actor_code, unknown = self._settle(written, text, table)
            if "activity_type" in unknown and not self._are_activities(unknown):
                return None
        elif len(strange):
            topics = [written[begin:end].decode() for begin, end in strange.tolist()]
            topics = without_missing(self._book, "topic", topics)
            unknown = {"topic": topics} if topics else NOTHING_UNKNOWN
        if self._book.reads_texts and np.count_nonzero(spans):
            texts = _written(written, spans)
            if texts is None:
                return None
            table[TERMS] = self._book.terms(texts)
        return CodedActivities(table, dwell, amount, actor_code, unknown)

    def _are_activities(self, unknown: Unknown) -> bool:
        return all(map(self._book.is_activity, set(unknown["activity_type"])))

    def _settle(self, written: bytes, text: Text, table: Integers) -> tuple[Codes, Unknown]:
        """Look up in the codebook what did not match as it stands; number the actors."""
        spans = _spans(text)
        types, topics, sides, actors = (_texts(written, spans, n) for n in range(len(TEXTS)))
        known = codes(self._book.types, types)
        table[CODE] = known
        table[PAIR] = self._book.pairs(known, topics) or 0
        table[DIRECTION] = codes(self._book.directions, sides)
        table[ACTOR], names = ranked(self._book.actor_names(actors))
        unknown = unknown_words(self._book, WrittenWords(types, topics, sides, actors))
        return translation(names, self._book.actors), unknown


def _is_utf8(written: bytes) -> bool:
    try:
        written.decode()
    except UnicodeDecodeError:
        return False
    return True


def _written(written: bytes, spans: Integers) -> list[str | None] | None:
    """Return the texts of activities; None if one of them is not valid JSON."""
    try:
        return [
            json.loads(written[begin - 1 : end + 1]) if end > begin else None
            for begin, end in spans.tolist()
        ]
    except ValueError:
        return None


def _texts(written: bytes, spans: Integers, which: int) -> list[Any]:
    return [
        written[begin:end].decode() if end > begin else ("" if begin else None)
        for begin, end in spans[:, 2 * which : 2 * which + 2].tolist()
    ]


@njit(cache=True, nogil=True)
def _may_be_trimmed(text: Text, begin: int, end: int) -> Any:
    """Return whether a text may have spaces around it; beyond ASCII any character may be one."""
    return not (_WHITE < text[begin] < _ASCII and _WHITE < text[end - 1] < _ASCII)


@njit(cache=True, nogil=True)
def _code(text: Text, row: int, notes: Integers, words: Integers, table: Integers) -> Any:
    """Write the codes of an activity.

    Return whether a word must be looked up in the codebook, and whether the topic is not known.
    """
    is_strange = False
    is_open = notes[row, 7] > notes[row, 6]
    code = look_up(text, notes[row, 0], notes[row, 1], TYPE_GROUP, words)
    is_open |= code < 0
    code = max(code, 0)
    table[CODE, row], table[PAIR, row], table[DIRECTION, row], table[ACTOR, row] = code, 0, 0, -1
    begin, end = notes[row, 2], notes[row, 3]
    if end > begin:
        pair = look_up(text, begin, end, code, words)
        table[PAIR, row] = max(pair, 0)
        is_open |= pair < 0 and _may_be_trimmed(text, begin, end)
        is_strange = pair < 0
    begin, end = notes[row, 4], notes[row, 5]
    if end > begin:
        side = look_up(text, begin, end, DIRECTION_GROUP, words)
        table[DIRECTION, row] = max(side, 0)
        is_open |= side < 0
    return is_open, is_strange


@njit(cache=True, nogil=True)
def _may_repeat(text: Text, notes: Integers, table: Integers) -> Any:
    """Return whether an activity may stand there twice: by its id, or without one, by its codes."""
    count = table.shape[1]
    keys = np.empty(count, np.int64)
    for row in range(count):
        begin, end = notes[row, IDS], notes[row, IDS + 1]
        if end < 0 or (end > begin and _may_be_trimmed(text, begin, end)):
            return count > 1
        state = span_hash(text, begin, end)
        for k in range(0 if end > begin else table.shape[0]):
            state = (state ^ np.uint64(table[k, row])) * HASH_STEP
        keys[row] = np.int64(state)
    keys.sort()
    for row in range(1, count):  # noqa: SIM110 - compiled code knows no `any`
        if keys[row] == keys[row - 1]:
            return True
    return False


@njit(cache=True, nogil=True)
def _read(text: Text, words: Integers) -> tuple[Integers, Numbers, int, Integers, Integers]:
    """Read an array.

    Return the coded table, dwell and amount, how many activities need the codebook (-1: the array
    cannot be read here), and where each unknown topic and the text of each activity begin and end.
    """
    room = text.size // SHORTEST + 1
    notes, values = np.empty((room, NOTHING.size), np.int64), np.empty((2, room))
    count = read_activities(text, notes, values)
    table, open_words = np.empty((ACTIVITY_ROWS, max(count, 0)), np.int64), 0
    strange, strangers = np.empty((max(count, 0), 2), np.int64), 0
    for row in range(count):
        table[LEAD, row], table[TERMS, row], occurred = 0, 0, notes[row, MOMENTS]
        table[OCCURRED_AT, row] = occurred
        table[VISIBLE_FROM, row] = max(occurred, notes[row, MOMENTS + 1])
        is_open, is_strange = _code(text, row, notes, words, table)
        open_words += int(is_open)
        if is_strange and table[CODE, row] > 0:
            strange[strangers] = notes[row, 2:4]
            strangers += 1
    if count < 0 or _may_repeat(text, notes, table):
        open_words = -1
    spans = notes[: max(count, 0), WRITTEN:].copy()
    return table, _stated(values, table.shape[1]), open_words, strange[:strangers], spans


@njit(cache=True, nogil=True)
def _spans(text: Text) -> Integers:
    """Read an array again: of each activity, where its texts begin and end."""
    room = text.size // SHORTEST + 1
    notes = np.empty((room, NOTHING.size), np.int64)
    return notes[: read_activities(text, notes, np.empty((2, room)))]


@njit(cache=True, nogil=True)
def _stated(values: Numbers, count: int) -> Numbers:
    """Return the first `count` values; all zero if every one is missing or zero."""
    stated = np.empty((2, count))
    for n in range(2):
        nothing = True
        for row in range(count):
            stated[n, row] = values[n, row]
            nothing &= np.isnan(stated[n, row]) or stated[n, row] == 0.0
        for row in range(count if nothing else 0):
            stated[n, row] = 0.0
    return stated
