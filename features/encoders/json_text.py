"""Reading texts, numbers and moments of JSON in compiled code, where they are in a plain form.

Decided here: what is read equals what any reader of JSON reads, to the bit; whatever is not in the
plain form (escapes, exponents, more digits than a double holds, unusual forms of a moment) is
refused by a position of -1 and left to a complete reader. Nothing is guessed.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.timeline import DAY

Text = NDArray[np.uint8]

BEGIN: Final[Any] = np.int64(0)
_TWO: Final[Any] = np.int64(2)
_FOUR: Final[Any] = np.int64(4)
"""Passed to a function, a literal would be a type of its own, compiled separately for each."""
QUOTE: Final = ord('"')
_BACKSLASH, _SPACE, _MINUS, _PLUS, _POINT, _ZERO = (ord(sign) for sign in "\\ -+.0")
_COLON, _T, _Z = (ord(sign) for sign in ":TZ")
_ESCAPED: Final = np.array([sign in b'"\\/bfnrt' for sign in range(256)])
_BLANK: Final = np.array([sign in b" \t\n\r" for sign in range(256)])
_TENS: Final = np.array([float(f"1e{power}") for power in range(23)])
"""The powers of ten that a double holds exactly: one division by them rounds once, as required."""
_WHOLE: Final = 2**53
_MONTH_DAYS: Final = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_FIRST_YEAR, _LAST_YEAR = 1971, 9997
_SHORTEST: Final = len("2026-01-01T00:00:00Z")
_SECOND: Final = 1_000_000


@njit(cache=True, nogil=True)
def after_blanks(text: Text, at: int) -> int:
    """Return the position of the next character that is not blank; the size of the text if none.

    Parameters
    ----------
    text
        The bytes.
    at
        Where to begin.
    """
    while at < text.size and _BLANK[text[at]]:
        at += 1
    return at


@njit(cache=True, nogil=True)
def end_of_text(text: Text, at: int) -> tuple[int, bool]:
    """Return the position of the quote that ends a text, and whether the text has no escapes.

    Escapes are skipped; those by number, which may be invalid, are refused by -1.

    Parameters
    ----------
    text
        The bytes.
    at
        Where the text begins, after its quote.
    """
    plain = True
    while at < text.size and text[at] != QUOTE:
        if text[at] < _SPACE:
            return -1, False
        if text[at] == _BACKSLASH:
            plain = False
            at += 1
            if at == text.size or not _ESCAPED[text[at]]:
                return -1, False
        at += 1
    return (at, plain) if at < text.size else (-1, False)


@njit(cache=True, nogil=True)
def after_word(text: Text, at: int, word: Text) -> int:
    """Return the position after a word like `null`; -1 if something else stands there.

    Parameters
    ----------
    text
        The bytes.
    at
        Where the word begins.
    word
        The bytes of the word.
    """
    if at + word.size > text.size:
        return -1
    for i in range(word.size):
        if text[at + i] != word[i]:
            return -1
    return at + word.size


@njit(cache=True, nogil=True)
def number(text: Text, at: int) -> tuple[int, float]:
    """Read a number and return the position after it and its value.

    Parameters
    ----------
    text
        The bytes.
    at
        Where the number begins.
    """
    negative = at < text.size and text[at] == _MINUS
    at += int(negative)
    begin, digits, point = at, 0, -1
    while at < text.size:
        if text[at] == _POINT and point < 0 and at > begin:
            point = at + 1
        elif _ZERO <= text[at] <= _ZERO + 9:
            digits = 10 * digits + (text[at] - _ZERO)
            if digits > _WHOLE:
                return -1, 0.0
        else:
            break
        at += 1
    places = at - point if point >= 0 else 0
    leading = text[begin] == _ZERO and at - begin > 1 and begin + 2 != point if at > begin else True
    if leading or point == at or places >= _TENS.size or (negative and digits == 0):
        return -1, 0.0
    value = digits / _TENS[places]
    return at, -value if negative else value


@njit(cache=True, nogil=True)
def _digits(text: Text, at: int, count: int) -> int:
    value = 0
    for i in range(at, at + count):
        if not _ZERO <= text[i] <= _ZERO + 9:
            return -1
        value = 10 * value + (text[i] - _ZERO)
    return value


@njit(cache=True, nogil=True)
def _days(year: int, month: int, day: int) -> int:
    """Count the days since 1970 (Hinnant's civil-to-days); -1 if there is no such day."""
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and day >= 1):  # noqa: PLR2004
        return -1
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)  # noqa: PLR2004
    if day > _MONTH_DAYS[month - 1] + int(leap):
        return -1
    march = year - int(month <= 2)  # noqa: PLR2004
    era = march // 400
    of_era = march - 400 * era
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 146_097 * era + 365 * of_era + of_era // 4 - of_era // 100 + of_year - 719_468


@njit(cache=True, nogil=True)
def _zone(text: Text, at: int) -> tuple[int, int]:
    """Read a time zone: the position after it and its minutes."""
    if text[at] == _Z:
        return at + 1, 0
    two, refused = _TWO, (-1, 0)
    if at + 6 > text.size or text[at + 3] != _COLON or (text[at] != _PLUS and text[at] != _MINUS):
        return refused
    hours, minutes = _digits(text, at + 1, two), _digits(text, at + 4, two)
    if not (0 <= hours < 24 and 0 <= minutes < 60):  # noqa: PLR2004
        return refused
    passed = 60 * hours + minutes
    return at + 6, -passed if text[at] == _MINUS else passed


@njit(cache=True, nogil=True)
def _fraction(text: Text, at: int) -> tuple[int, int]:
    """Read up to six decimals of a second: the position after them and the microseconds."""
    micros, unit = 0, _SECOND
    while at < text.size and _ZERO <= text[at] <= _ZERO + 9:
        unit //= 10
        if unit == 0:
            return -1, micros
        micros += unit * (text[at] - _ZERO)
        at += 1
    return (at, micros) if unit < _SECOND else (-1, micros)


@njit(cache=True, nogil=True)
def _time_of_day(text: Text, at: int) -> int:
    """Read a time of day like 09:00:00: seconds, or -1."""
    two = _TWO
    hours, minutes = _digits(text, at, two), _digits(text, at + 3, two)
    seconds = _digits(text, at + 6, two)
    signs = text[at + 2] == _COLON and text[at + 5] == _COLON
    if not (signs and 0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):  # noqa: PLR2004
        return -1
    return (hours * 60 + minutes) * 60 + seconds  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def moment(text: Text, begin: int) -> tuple[int, int]:
    """Read a moment like 2026-01-31T09:00:00.5+09:00: the position after it, microseconds of 1970.

    Parameters
    ----------
    text
        The bytes.
    begin
        Where the moment begins.
    """
    refused, two = (-1, 0), _TWO
    if begin + _SHORTEST > text.size or text[begin + 10] != _T:
        return refused
    if text[begin + 4] != _MINUS or text[begin + 7] != _MINUS:
        return refused
    year, month = _digits(text, begin, _FOUR), _digits(text, begin + 5, two)
    days = _days(year, month, _digits(text, begin + 8, two))
    seconds, at, micros = _time_of_day(text, begin + 11), begin + 19, 0
    if text[at] == _POINT:
        at, micros = _fraction(text, at + 1)
    if days < 0 or seconds < 0 or at < 0 or at >= text.size:
        return refused
    at, zone = _zone(text, at)
    if at < 0 or at >= text.size:
        return refused
    return at, days * DAY + (seconds - 60 * zone) * _SECOND + micros
