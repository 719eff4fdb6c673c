"""Numbers as they stand in an export or a request.

Decided here: full-width digits are digits; a currency sign around a number and thousands marks
between groups of three digits (a comma or a point, whichever is not the decimal sign; a space; an
apostrophe) do not count, nor does a unit that counts (`120名`) or a percent sign. Powers of ten of
Japan, China and Korea are read (`1億2,000万円`, `350万元`, `350만원`). Durations have units that
differ in size (`30日`, `2年`), so they are unreadable, as is anything else that is not a finite
number: never guessed.
"""

import re
from functools import cache
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.normalize import folded
from features.reading.text import as_text

Decimal = Literal[".", ","]
_NAN: Final = float("nan")
_PLAIN: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CURRENCY: Final = re.compile(
    r"^(-?)(?:[¥$€£₩₹₽]|(?:USD|EUR|GBP|JPY|CNY|KRW|INR|CHF)(?= ?[0-9]))\s*"
    r"|\s*(?:[円元원¥$€£₩₹₽]|руб\.?|zł|kr\.?|USD|EUR|GBP|JPY|CNY|KRW|INR|CHF)$"
)
_UNIT: Final = re.compile(
    r"(?<=[0-9兆億亿억万만千])\s*(?:名|人|社|件|個|个|台|回|席|本|店舗?|拠点|ユーザー|ライセンス|円|명|개|건|%)$"
)
_POWERS: Final = {
    "兆": 1e12, "億": 1e8, "亿": 1e8, "억": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "만": 1e4,
    "千": 1e3,
}  # fmt: skip
_POWER: Final = re.compile(rf"([0-9][0-9.,]*)\s*({'|'.join(_POWERS)})\s*")
_MARKS: Final = (" ", "'", "\u2019")


def number(text: str, decimal: Decimal = ".") -> float:
    """Read a number that is written as text; NaN if it is not a finite number.

    Parameters
    ----------
    text
        The text.
    decimal
        The decimal sign; the other of the two is the thousands mark.

    Examples
    --------
    >>> number("１,２００円"), number("1.200,5", ","), number("many")
    (1200.0, 1200.5, nan)
    >>> number("1,500名"), number("1億2,000万円"), number("30日")
    (1500.0, 120000000.0, nan)
    """
    if decimal == "." and _PLAIN.fullmatch(text):
        return _finite(text)
    bare = _UNIT.sub("", _CURRENCY.sub(r"\1", folded(text)))
    if _POWER.search(bare):
        return _with_powers(bare, decimal)
    for mark in (_other(decimal), *_MARKS):
        if _grouped(mark, decimal).fullmatch(bare):
            bare = bare.replace(mark, "")
    if decimal == ",":
        bare = "" if "." in bare else bare.replace(",", ".")
    return _finite(bare) if _PLAIN.fullmatch(bare) else _NAN


def read_numbers(
    raw: pd.Series, decimal: Decimal = "."
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read a column whose missing values are already missing.

    Parameters
    ----------
    raw
        One value a row, text or numbers.
    decimal
        The decimal sign of text; the other of the two is the thousands mark.

    Returns
    -------
    tuple
        The numbers, NaN where there is none, and which values are there but unreadable.

    Examples
    --------
    >>> read_numbers(pd.Series(["１,２００円", "3.5", "many", None]))
    (array([1200. ,    3.5,    nan,    nan]), array([False, False,  True, False]))
    """
    there = raw.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(raw):
        values = raw.to_numpy("float64", na_value=np.nan)
    else:
        codes, distinct = pd.factorize(as_text(raw))
        values = np.array([*(number(text, decimal) for text in distinct), np.nan])[codes]
    finite = np.isfinite(values)
    return np.where(finite, values, np.nan), there & ~finite


def _with_powers(text: str, decimal: Decimal) -> float:
    """Read a number in parts, each behind a smaller power of ten; NaN if it is not that."""
    bare = text.removeprefix("-")
    parts = list(_POWER.finditer(bare))
    rest = bare[parts[-1].end() :]
    powers = [_POWERS[part[2]] for part in parts]
    falling = all(first > then for first, then in pairwise(powers))
    if not falling or "".join([*(part[0] for part in parts), rest]) != bare:
        return _NAN
    values = [number(part[1], decimal) for part in parts]
    total = sum(value * power for value, power in zip(values, powers, strict=True))
    total += number(rest, decimal) if rest else 0.0
    return -total if text.startswith("-") else total


def _finite(text: str) -> float:
    value = float(text)
    return value if abs(value) < float("inf") else _NAN


def _other(decimal: Decimal) -> str:
    return "," if decimal == "." else "."


@cache
def _grouped(mark: str, decimal: Decimal) -> re.Pattern[str]:
    return re.compile(rf"-?[0-9]{{1,3}}(?:[{mark}][0-9]{{3}})+(?:[{decimal}][0-9]+)?")
