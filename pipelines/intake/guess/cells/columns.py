"""What a column of an unknown export looks like.

Decided here: its values alone say whether it is a time (and in which format), a number (and with
which decimal sign), a category, an id or free text, and which words stand for missing. The header
gives hints, never proofs.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import pandas as pd

from features.reading.days import day_count, days_only
from features.reading.numbers import read_numbers
from features.reading.text import as_text, is_missing
from features.reading.times import read_times
from pipelines.intake.guess.cells.number_forms import NumberLook, number_look
from pipelines.intake.guess.cells.time_formats import MOSTLY, TimeLook, time_look
from pipelines.intake.mapping.time_rule import TimeRule

Look = Literal["empty", "time", "number", "category", "id", "text"]
MISSING_WORDS: Final = (
    "", "NA", "N/A", "n/a", "na", "NULL", "null", "None", "none", "NaN", "nan", "Select", "-", "--",
    "未設定", "未選択", "該当なし", "選択してください", "#N/A",
)  # fmt: skip
ID_NAME: Final = re.compile(
    r"(?:^|[ _-])(?i:id|no|number|key|code|uuid|guid)\.?\s*$|(?:Id|ID|No|Nr)\.?\s*$|[#№]\s*$"
    r"|^(?i:id)[ _.-]|^№|番号|コード|编号|编码|번호|(?i:код|номер)$"
)
FEW_KINDS: Final = 0.5
LONG_TEXT: Final = 60
_MANY: Final = 10
"""So many midnights are no chance."""


@dataclass(frozen=True)
class ExportColumn:
    """One column of an export as it looks.

    `formats` are the time formats that fit, the likeliest first; `local`: its times carry no
    offset; `unique`: hardly any value comes twice; `all_values` are those that may be keys;
    `decimal` is the decimal sign, `decimal_sure` whether its own values decide it, `grouped`
    whether `1.230` in it may be 1230 or 1.23; `unread` are examples of cells that look like times
    and cannot be read; `days`: all its times are dates without a time of day; `midnight`: all
    are midnight, which is written; `parts` are the columns that it is joined of.
    """

    name: str
    look: Look
    distinct: int
    there: int
    unique: bool
    values: tuple[str, ...]
    missing_words: tuple[str, ...]
    formats: tuple[str, ...] = ()
    local: bool = False
    all_values: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    decimal: str = "."
    decimal_sure: bool = False
    grouped: bool = False
    unread: tuple[str, ...] = ()
    days: bool = False
    midnight: bool = False
    parts: tuple[str, ...] = ()


def look_at(name: str, raw: pd.Series) -> ExportColumn:
    """Describe a column from some of its values.

    Parameters
    ----------
    name
        Its header.
    raw
        Its values, missing ones included.

    Examples
    --------
    >>> look_at("ended", pd.Series(["13/04/2026 09:30", "NA"])).formats
    ('%d/%m/%Y %H:%M',)
    """
    text = as_text(raw)
    missing = is_missing(text, MISSING_WORDS)
    words = tuple(word for word in MISSING_WORDS if (text == word).any())
    raw, text = (part[~missing].reset_index(drop=True) for part in (raw, text))
    time = time_look(name, raw, text) if len(text) else None
    if time is not None and time.placeholders:
        text = text[~text.isin(time.placeholders)]
        words += time.placeholders
    number = number_look(text) if len(text) and not (time and time.formats) else None
    column = _column(name, text, words, time or TimeLook(), number)
    return _with_days(raw, column) if column.look == "time" else column


def _with_days(raw: pd.Series, column: ExportColumn) -> ExportColumn:
    """Return a column of times that says whether they are days, or midnights."""
    rule = TimeRule(format=column.formats[0])
    moments = read_times(raw, rule).moments
    there = moments.notna().to_numpy()
    days = bool(there.any() and days_only(raw, moments, rule)[there].all())
    local = column.local and not days and int(there.sum()) >= _MANY
    midnight = local and day_count(moments, "UTC") == int(there.sum())
    return replace(column, days=days, midnight=midnight)


def _column(
    name: str, text: pd.Series, words: tuple[str, ...], time: TimeLook, number: NumberLook | None
) -> ExportColumn:
    counts = text.value_counts()
    look: Look = "time" if time.formats and len(text) else _look(name, text, len(counts), number)
    number = number if look == "number" else None
    return ExportColumn(
        name,
        look,
        len(counts),
        len(text),
        len(text) > 0 and len(counts) >= MOSTLY * len(text),
        tuple(str(value) for value in counts.index[:30]),
        words,
        time.formats if look == "time" else (),
        time.local,
        frozenset() if look in {"time", "text"} else frozenset(counts.index),
        number.decimal if number else ".",
        number is not None and number.sure,
        number is not None and number.grouped,
        time.unread,
    )


def _look(name: str, text: pd.Series, distinct: int, number: NumberLook | None) -> Look:
    if text.empty:
        return "empty"
    codes = text.str.fullmatch(r"0\d+", na=False).any()
    if number is not None and not codes:
        numbers, unreadable = read_numbers(text, number.decimal)
        whole = bool((numbers[~unreadable] % 1 == 0).all())
        return "id" if whole and distinct == len(text) and ID_NAME.search(name) else "number"
    if distinct > FEW_KINDS * len(text) and distinct > LONG_TEXT:
        return "text" if text.str.len().mean() > LONG_TEXT else "id"
    return "category"
