"""What a column of an unknown export looks like.

Decided here: what is told from the values alone: is it a time (and in which format), a number, a
category, an id, free text; which words stand for missing. Names give hints, never proofs.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from pipelines.intake.mapping.schema import TimeRule
from pipelines.intake.rows.numbers import read_numbers
from pipelines.intake.rows.text import as_text, is_missing
from pipelines.intake.rows.times import EPOCHS, read_times

Look = Literal["empty", "time", "number", "category", "id", "text"]
MISSING_WORDS: Final = (
    "", "NA", "N/A", "n/a", "na", "NULL", "null", "None", "none", "NaN", "nan", "Select", "-", "--",
    "未設定", "未選択", "該当なし", "選択してください", "#N/A",
)  # fmt: skip
FORMATS: Final = (
    "%Y%m%d", "%Y%m%d%H%M%S",
    "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y",
    "%m/%d/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日",
)  # fmt: skip
_EPOCH_DIGITS: Final = {10: "epoch_s", 13: "epoch_ms", 16: "epoch_us"}
_TIME_NAME: Final = re.compile(
    r"(?:^|[ _])(?:at|on|ts|time|timestamp|date|datetime|day|created|updated|closed)(?:$|[ _])"
    r"|日時|日付|年月日|日$",
    re.IGNORECASE,
)
ID_NAME: Final = re.compile(
    r"(?:^|[ _-])(?i:id|no|number|key|code|uuid)$|(?:Id|ID|No)$|番号|コード"
)
_DATE_LIKE: Final = (pd.Timestamp("1990-01-01", tz="UTC"), pd.Timestamp("2100-01-01", tz="UTC"))
MOSTLY: Final = 0.98
FEW_KINDS: Final = 0.5
LONG_TEXT: Final = 60


@dataclass(frozen=True)
class Column:
    """One column of an export as it looks.

    `formats` are the time formats that fit, the likeliest first; `local` tells that times carry no
    offset; `unique` that hardly any value comes twice; `all_values` are those that may be keys.
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


def look_at(name: str, raw: pd.Series) -> Column:
    """Tell what a column looks like from some of its values.

    >>> look_at("ended", pd.Series(["13/04/2026 09:30", "NA"])).formats
    ('%d/%m/%Y %H:%M',)
    """
    text = as_text(raw)
    missing = is_missing(text, MISSING_WORDS)
    found = tuple(word for word in MISSING_WORDS if (text == word).any())
    raw, text = (part[~missing].reset_index(drop=True) for part in (raw, text))
    counts = text.value_counts()
    formats, local = _time_formats(name, raw, text) if len(text) else ((), False)
    look: Look = "time" if formats else _look(name, text, len(counts))
    return Column(
        name,
        look,
        len(counts),
        len(text),
        len(text) > 0 and len(counts) >= MOSTLY * len(text),
        tuple(str(value) for value in counts.index[:30]),
        found,
        formats,
        local,
        frozenset() if look in {"time", "text"} else frozenset(counts.index),
    )


def _look(name: str, text: pd.Series, distinct: int) -> Look:
    if text.empty:
        return "empty"
    codes = text.str.fullmatch(r"0\d+", na=False).any()
    numbers, unreadable = read_numbers(text)
    if not codes and unreadable.mean() <= 1 - MOSTLY:
        whole = bool((numbers[~unreadable] % 1 == 0).all())
        return "id" if whole and distinct == len(text) and ID_NAME.search(name) else "number"
    if distinct > FEW_KINDS * len(text) and distinct > LONG_TEXT:
        return "text" if text.str.len().mean() > LONG_TEXT else "id"
    return "category"


def _time_formats(name: str, raw: pd.Series, text: pd.Series) -> tuple[tuple[str, ...], bool]:
    if pd.api.types.is_datetime64_any_dtype(raw):
        return ("iso",), raw.dt.tz is None
    digits = text.str.fullmatch(r"\d+", na=False).all()
    if digits:
        length = int(text.str.len().mode().iloc[0])
        named = bool(_TIME_NAME.search(name))
        epoch = _EPOCH_DIGITS.get(length)
        if named and epoch:
            return (epoch,), False
        return (("%Y%m%d",), True) if named and _fits(text, "%Y%m%d") else ((), False)
    if text.head(200).str.contains(r"\d.*[-/.:年].*\d", regex=True).mean() <= MOSTLY:
        return (), False
    fitting: tuple[str, ...] = ("iso",) if _fits(text, "iso") else ()
    fitting = fitting or tuple(form for form in FORMATS if _fits(text, form))
    local = bool(read_times(text, TimeRule(format=fitting[0])).local.any()) if fitting else False
    return fitting, local


def _fits(text: pd.Series, form: str) -> bool:
    times = read_times(text, TimeRule(format=form))
    if times.unreadable.mean() > 1 - MOSTLY:
        return False
    first, last = _DATE_LIKE
    return form in EPOCHS or bool(times.moments.dropna().between(first, last).mean() > MOSTLY)
