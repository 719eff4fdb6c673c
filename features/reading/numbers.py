"""Numbers as they stand in an export or a request.

Decided here: full-width digits are digits; a currency sign around a number and thousands marks
between groups of three digits (a comma or a point, whichever is not the decimal sign; a space; an
apostrophe) do not count; anything else that is not a finite number is unreadable, never guessed.
"""

import re
from functools import cache
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.normalize import folded
from features.reading.text import as_text

Decimal = Literal[".", ","]
_NAN: Final = float("nan")
_PLAIN: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CURRENCY: Final = re.compile(r"^(-?)[¥$€£]\s*|\s*[円¥$€£]$")
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
    """
    if decimal == "." and _PLAIN.fullmatch(text):
        return _finite(text)
    bare = _CURRENCY.sub(r"\1", folded(text))
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


def _finite(text: str) -> float:
    value = float(text)
    return value if abs(value) < float("inf") else _NAN


def _other(decimal: Decimal) -> str:
    return "," if decimal == "." else "."


@cache
def _grouped(mark: str, decimal: Decimal) -> re.Pattern[str]:
    return re.compile(rf"-?[0-9]{{1,3}}(?:[{mark}][0-9]{{3}})+(?:[{decimal}][0-9]+)?")
