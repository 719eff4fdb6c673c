"""Reading the activities of a body in compiled code: positions of texts, moments and numbers.

Decided here: with a key twice, an unknown key, a text in place of a number, a missing or surplus
part the whole array is refused, not repaired.
"""

from typing import Any, Final

import numpy as np

from features.encoders.json_text import (
    BEGIN,
    QUOTE,
    Text,
    after_blanks,
    after_word,
    end_of_text,
    moment,
    number,
)
from features.kernel.coded_lead import Numbers
from features.kernel.compiled import njit
from features.kernel.inputs import Integers

TEXTS: Final = ("activity_type", "topic", "direction", "actor")
(_TYPE, _TOPIC, _DIRECTION, _ACTOR, _OCCURRED, _KNOWN, _DWELL, _AMOUNT) = range(8)
(_ID, _TEXT, _UNKNOWN) = range(8, 11)
_KEYS: Final = (
    *TEXTS,
    "occurred_at",
    "known_at",
    "dwell_seconds",
    "amount",
    "activity_id",
    "text",
)
_LONGEST: Final = max(map(len, _KEYS))
_KEY_OF: Final = np.full((_LONGEST + 1, 256), -1, np.int64)
"""The number of a key by its length and first letter, which distinguish the keys."""
for _number, _name in enumerate(_KEYS):
    _KEY_OF[len(_name), ord(_name[0])] = _number
_KEY_TEXT: Final = np.array([list(name.ljust(_LONGEST).encode()) for name in _KEYS], np.uint8)
_NULL: Final = np.frombuffer(b"null", np.uint8)
_OPEN, _CLOSE, _BEGIN, _END, _COMMA, _COLON = (ord(sign) for sign in "[]{},:")
SHORTEST: Final = len('{"activity_type":"","occurred_at":"2026-01-01T00:00:00Z"}')
_NEEDED: Final = (1 << _TYPE) | (1 << _OCCURRED)
_MOST: Final = 1e12
"""Greater numbers are refused; the reader of records reports them."""
MOMENTS: Final = 2 * len(TEXTS)
IDS: Final = MOMENTS + 2
WRITTEN: Final = IDS + 2
NOTHING: Final = np.array([0] * MOMENTS + [0, -1] + [0, 0] + [0, 0])
"""The notes of an activity: where each word begins and ends, its two moments, and where its id and
its text begin and end."""
Position = Any
"""A position in the text, an int64; -1 refuses."""


@njit(cache=True, nogil=True)
def _key(text: Text, begin: int, end: int) -> Position:
    size = end - begin
    if size == 0 or size > _LONGEST:
        return _UNKNOWN
    key = _KEY_OF[size, text[begin]]
    if key < 0:
        return _UNKNOWN
    for i in range(1, size):
        if text[begin + i] != _KEY_TEXT[key, i]:
            return _UNKNOWN
    return min(key, _TEXT)


@njit(cache=True, nogil=True)
def _text_value(text: Text, at: int, key: int, row: int, notes: Integers) -> Position:
    """Read a text or null: the position after it."""
    if text[at] != QUOTE:
        return after_word(text, at, _NULL) if key != _TYPE else -1
    end, plain = end_of_text(text, at + 1)
    if end < 0 or (key < _OCCURRED and not plain):
        return -1
    if key < _OCCURRED:
        notes[row, 2 * key], notes[row, 2 * key + 1] = at + 1, end
    if key == _TEXT:
        notes[row, WRITTEN], notes[row, WRITTEN + 1] = at + 1, end
    if key == _ID:
        notes[row, IDS], notes[row, IDS + 1] = at + 1, end if plain else -1
    return end + 1


@njit(cache=True, nogil=True)
def _moment_value(text: Text, at: int, key: int, row: int, notes: Integers) -> Position:
    """Read a moment, or null where it may be missing."""
    if text[at] != QUOTE:
        return after_word(text, at, _NULL) if key == _KNOWN else -1
    end, at_moment = moment(text, at + 1)
    notes[row, MOMENTS + key - _OCCURRED] = at_moment
    return end + 1 if end >= 0 and text[end] == QUOTE else -1


@njit(cache=True, nogil=True)
def _number_value(text: Text, at: int, key: int, row: int, values: Numbers) -> Position:
    """Read a number or null."""
    if text[at] == _NULL[0]:
        return after_word(text, at, _NULL)
    after, value = number(text, at)
    if after < 0 or abs(value) > _MOST:
        return -1
    values[key - _DWELL, row] = value
    return after


@njit(cache=True, nogil=True)
def _value(text: Text, at: int, key: int, row: int, notes: Integers, values: Numbers) -> Position:
    """Read the value of a key: the position after it."""
    if at >= text.size:
        return -1
    if key < _OCCURRED or _ID <= key <= _TEXT:
        return _text_value(text, at, key, row, notes)
    if key <= _KNOWN:
        return _moment_value(text, at, key, row, notes)
    return _number_value(text, at, key, row, values)


@njit(cache=True, nogil=True)
def _to_value(text: Text, at: int) -> tuple[int, int]:
    """Read a key: the position of its value, and which key."""
    refused = -1, _UNKNOWN
    at = after_blanks(text, at)
    if at >= text.size or text[at] != QUOTE:
        return refused
    end, plain = end_of_text(text, at + 1)
    if end < 0 or not plain:
        return refused
    key = _key(text, at + 1, end)
    at = after_blanks(text, end + 1)
    if at >= text.size or text[at] != _COLON:
        return refused
    return after_blanks(text, at + 1), key


@njit(cache=True, nogil=True)
def _activity(text: Text, at: int, row: int, notes: Integers, values: Numbers) -> Position:
    """Read an activity that begins after a brace: the position after the one that ends it."""
    present = 0
    while True:
        at, key = _to_value(text, at)
        if at < 0 or key == _UNKNOWN or present >> key & 1:
            return -1
        at = _value(text, at, key, row, notes, values)
        if at < 0:
            return -1
        present |= np.int64(1) << key
        at = after_blanks(text, at)
        if at >= text.size or (text[at] != _COMMA and text[at] != _END):
            return -1
        at += 1
        if text[at - 1] == _END:
            return at if present & _NEEDED == _NEEDED else -1


@njit(cache=True, nogil=True)
def read_activities(text: Text, notes: Integers, values: Numbers) -> Position:
    """Read the array and return the number of activities; -1 if it is not in the plain form.

    Parameters
    ----------
    text
        The bytes of the array.
    notes
        Shape (activities or more, `NOTHING.size`): written; see `NOTHING`.
    values
        Shape (2, activities or more): written: dwell seconds and amount, NaN is missing.
    """
    at, row = after_blanks(text, BEGIN), 0
    if at >= text.size or text[at] != _OPEN:
        return -1
    at = after_blanks(text, at + 1)
    ended = at < text.size and text[at] == _CLOSE
    while not ended:
        if at >= text.size or text[at] != _BEGIN or row == len(notes):
            return -1
        notes[row], values[0, row], values[1, row] = NOTHING, np.nan, np.nan
        at = _activity(text, at + 1, row, notes, values)
        if at < 0:
            return -1
        row, at = row + 1, after_blanks(text, at)
        if at >= text.size or (text[at] != _COMMA and text[at] != _CLOSE):
            return -1
        ended = text[at] == _CLOSE
        at = at if ended else after_blanks(text, at + 1)
    return row if after_blanks(text, at + 1) == text.size else -1
