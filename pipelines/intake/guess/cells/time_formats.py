"""In which formats the times of a column of an unknown export can be read.

Decided here: the format that reads most cells wins, and all that read as many are listed, so that
day and month can be settled with the other columns of the file. A year that no deal can have (0000,
1900, 9999, 31.12.3999) stands for missing. Plain digits are times only where the header says so, or
where very many of them are dates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.text import folded
from features.reading.time_forms import EXCEL, JAPANESE, absolute_times, naive_times
from features.reading.times import read_times
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.mapping.time_rule import TimeRule

MOSTLY: Final = 0.98
_DATES: Final = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y年%m月%d日", "%d/%m/%y",
    "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y",
    "%b %d, %Y", "%b %d %Y", "%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%Y/%m/%d", "%a, %d %b %Y",
    "%a %b %d %Y", "%A, %B %d, %Y",
)  # fmt: skip
_CLOCKS: Final = (
    "", " %H:%M:%S", " %H:%M", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S.%f", ", %H:%M",
    ", %I:%M %p", ", %I:%M:%S %p", " %I:%M%p", " %H:%M %z", " %H:%M:%S %z",
)  # fmt: skip
_DIGITS: Final = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_SIGNS: Final = "/年,:.-"
_LETTERS: Final = ("%a", "%A", "%b", "%B", "%p")
_EPOCH_DIGITS: Final = {10: "epoch_s", 13: "epoch_ms", 16: "epoch_us"}
_NAME: Final = re.compile(
    r"\b(?:at|on|ts|time|timestamp|date|datetime|day|created|updated|closed|modified|datum|fecha)\b"
    r"|date$|datum$|\bdata (?:d[aei]l?|[a-z]+zione)\b|日時|日付|年月日|日$|дата"
    r"|日期|时间|일자|일시|날짜|일$"
)
_SURE_NAME: Final = re.compile(
    r"\b(?:date|datetime|timestamp|datum|fecha)\b|date$|datum$|日時|日付|年月日|日$|дата|日期|일자|일시|날짜"
)
_ID: Final = re.compile(
    r"\b(?:id|no|nr|number|code|key|phone|tel)\b|番号|コード|编号|번호|電話|电话"
)
_WRITTEN: Final = (
    r"^[A-Za-z]{3,9},? (?:\d{1,2} [A-Za-z]{3,9}|[A-Za-z]{3,9} \d{1,2}),? \d{4}|"
    r"^\d{1,4}\s*[-/.年년]\s*\d{1,2}\s*[-/.月월]\s*\d{1,4}|^(?:令和|平成|昭和|[RHS])\s*[\d元]{1,2}\s*[年./]"
    r"|^\d{8}[T ]\d{4}|^\d{1,2}[ -][A-Za-z]{3,9}\.?,?[ -]\d{2,4}|^[A-Za-z]{3,9}\.? \d{1,2},? \d{4}"
)
_MONTH: Final = r"^\d{1,2}[. ]{1,2}(?:de )?[^\W\d_]{3,10}\.?(?: de)?,? (?:19|20)\d{2}\b"
"""A date with the name of a month, in any language."""
_WITH_YEAR: Final = (
    r"^(?:19|20)\d{2}\D{1,3}(?:0?[1-9]|1[0-2])\D{1,3}\d{1,2}(?!\d)"
    r"|^\d{1,2}\D{1,3}\d{1,2}\D{1,3}(?:19|20)\d{2}(?!\d)"
)
"""What is a date whatever its header says."""
_NO_YEAR: Final = (
    r"(?<!\d)(?:000\d|1[0-8]\d\d|190[01]|2[2-9]\d\d|21\d\d|[3-9]\d{3})(?!\d)|^1970-01-01(?!.*[1-9])"
)
_NO_COMPACT_YEAR: Final = r"(?:0000|1[0-8]\d\d|190[01]|2[1-9]\d\d|[3-9]\d{3})\d{4}|0{1,14}"
_FEW_PLACEHOLDERS: Final = 5
_MANY_DATES: Final = 20
_HALF: Final = 0.5
_SOME: Final = 0.2
_SAMPLE: Final = 200
_SERIALS: Final = (36_526, 55_153)
"""2000 to 2050, in serial days."""
_RECENT_NUMBERS: Final = ((40_179, 47_848), (1.26e12, 1.93e12), (1.26e9, 1.93e9))
"""2010 to 2030, in serial days, in milliseconds and in seconds."""
_PLAUSIBLE: Final = (pd.Timestamp("1900-01-01", tz="UTC"), pd.Timestamp("2100-01-01", tz="UTC"))


@dataclass(frozen=True)
class TimeLook:
    """How the times of a column are written.

    `formats` are those that read most cells, the likeliest first, none where it only looks like a
    time; `local`: they carry no offset; `placeholders` stand for missing; `unread` are examples of
    cells that the first format cannot read.
    """

    formats: tuple[str, ...] = ()
    local: bool = False
    placeholders: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def time_look(name: str, raw: pd.Series, text: pd.Series) -> TimeLook | None:
    """Return how the times of a column are written; None if it holds no times.

    Parameters
    ----------
    name
        The header.
    raw
        Its values without the missing ones, in their type.
    text
        The same as text.
    """
    if pd.api.types.is_datetime64_any_dtype(raw):
        return TimeLook(("iso",), raw.dt.tz is None)
    plain = folded(text)
    named = bool(_NAME.search(spaced(name)))
    if plain.str.fullmatch(r"\d+(?:[.,]\d+)?", na=False).mean() > MOSTLY:
        return _numeric(plain, named=named) or (None if named else _recent_numbers(name, plain))
    worded = plain.str.contains(_MONTH, regex=True, na=False)
    named |= bool(worded.mean() > _HALF)
    written = plain.str.contains(_WRITTEN, regex=True, na=False) | worded
    if written.mean() < (_SOME if named else _HALF):
        return _called_a_time(name, text)
    placeholders = _placeholders(plain[written], _NO_YEAR)
    rest = text[~plain.isin(placeholders)]
    words = tuple(dict.fromkeys(text[plain.isin(placeholders)]))
    if rest.empty:
        return TimeLook(("iso",), local=False, placeholders=words)
    formats = tuple(_best(rest, _candidates(rest)))
    if not formats:
        dated = plain[written].str.contains(_WITH_YEAR, regex=True, na=False).mean() > _HALF
        return TimeLook(unread=_examples(rest)) if named or dated else None
    return _read(rest, formats, words)


def _called_a_time(name: str, text: pd.Series) -> TimeLook | None:
    """Return a time that cannot be read, where the header says so and most cells have digits."""
    digits = text.str.contains(r"\d", regex=True, na=False).mean()
    sure = bool(_SURE_NAME.search(spaced(name)))
    return TimeLook(unread=_examples(text)) if sure and digits > _HALF else None


def _read(text: pd.Series, formats: tuple[str, ...], words: tuple[str, ...]) -> TimeLook:
    times = read_times(text, TimeRule(format=formats[0]))
    return TimeLook(formats, bool(times.local.any()), words, _examples(text[times.unreadable]))


def _examples(text: pd.Series) -> tuple[str, ...]:
    return tuple(str(value) for value in text.drop_duplicates().head(3))


def _placeholders(plain: pd.Series, pattern: str) -> list[str]:
    """List the dates with years that no deal can have, unless there are many of them."""
    strange = plain[plain.str.contains(pattern, regex=True, na=False)].unique().tolist()
    return strange if len(strange) <= _FEW_PLACEHOLDERS else []


def _candidates(text: pd.Series) -> Iterator[str]:
    yield "iso"
    sample = text.drop_duplicates().head(_SAMPLE)
    plain = folded(sample)
    signs = {s: plain.str.count(re.escape(s)).fillna(0).to_numpy(np.float64) for s in _SIGNS}
    letters = plain.str.contains("[A-Za-z]", regex=True, na=False).to_numpy(np.bool_)
    for date, clock in product(_DATES, _CLOCKS):
        if _may_read(signs, letters, date + clock) and _share(plain, date + clock) > _HALF:
            yield date + clock
    yield JAPANESE


def _may_read(signs: dict[str, NDArray[Any]], letters: NDArray[np.bool_], form: str) -> bool:
    """Return whether half of the cells hold as many signs as a format, which costs little to see.

    An offset has signs and letters of its own, and `a.m.` has full stops.
    """
    own = {"%z": "/年,.", "%p": "/年,:-"}.get(form[-2:], _SIGNS)
    alike = np.ones(len(letters), np.bool_)
    if not form.endswith("%z"):
        alike &= letters == any(part in form for part in _LETTERS)
    for sign in own:
        alike &= signs[sign] == form.count(sign)
    return bool(np.count_nonzero(alike) > _HALF * len(alike))


def _best(text: pd.Series, formats: Iterator[str]) -> list[str]:
    """List the formats that read most cells; a date without a clock may be read as ISO alone."""
    plain = folded(text)
    shares = {form: _share(plain, form) for form in formats}
    most = max(shares.values())
    best = [form for form, share in shares.items() if share == most]
    best = [form for form in best if form != JAPANESE] or best
    if most <= _HALF:
        return []
    return best[:1] if best[0] == "iso" else best


def _share(plain: pd.Series, form: str) -> float:
    """Return the share of folded cells that a format reads; a pattern needs no zone for that."""
    if not form.startswith("%"):
        times = read_times(plain, TimeRule(format=form)).moments
    elif form.endswith("%z"):
        times = absolute_times(plain, form)
    else:
        times = naive_times(plain, form).dt.tz_localize("UTC")
    return float(times.between(*_PLAUSIBLE).mean())


def _numeric(plain: pd.Series, *, named: bool) -> TimeLook | None:
    placeholders = _placeholders(plain, rf"^(?:{_NO_COMPACT_YEAR})$")
    rest = plain[~plain.isin(placeholders)]
    length = int((plain if rest.empty else rest).str.len().mode().iloc[0])
    form = _EPOCH_DIGITS.get(length, "")
    if named and form and len(rest) and _recent(rest, form) > MOSTLY:
        return TimeLook((form,), placeholders=tuple(placeholders))
    form = _DIGITS.get(length, "")
    many = rest.nunique() >= _MANY_DATES
    if form and (named or many) and len(rest) and _recent(rest, form) > MOSTLY:
        return TimeLook((form,), local=True, placeholders=tuple(placeholders))
    serial = named and len(rest) and bool(_numbers(rest).between(*_SERIALS).mean() > MOSTLY)
    return TimeLook((EXCEL,), local=True, placeholders=tuple(placeholders)) if serial else None


def _recent_numbers(name: str, plain: pd.Series) -> TimeLook | None:
    """Return a time that is asked about: numbers that all are days, or seconds, of twenty years."""
    if _ID.search(spaced(name)) or plain.nunique() < _MANY_DATES:
        return None
    numbers = _numbers(plain)
    recent = any(numbers.between(*limits).mean() > MOSTLY for limits in _RECENT_NUMBERS)
    return TimeLook(unread=_examples(plain)) if recent else None


def _numbers(plain: pd.Series) -> pd.Series:
    points = plain.str.replace(",", ".", regex=False)
    numbers: pd.Series = pd.to_numeric(points, errors="coerce")
    return numbers


def _recent(text: pd.Series, form: str) -> float:
    times = read_times(text, TimeRule(format=form)).moments
    return float(times.between(pd.Timestamp("1990-01-01", tz="UTC"), _PLAUSIBLE[1]).mean())
