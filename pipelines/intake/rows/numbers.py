"""Numbers as they stand in an export.

Decided here: full-width digits are digits; a currency sign around a number and thousands marks
between groups of three digits (a comma or a point, whichever is not the decimal sign; a space; an
apostrophe) do not count; anything else that is not a finite number is unreadable, never guessed.
"""

from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.intake.rows.text import as_text, folded

Decimal = Literal[".", ","]
_CURRENCY: Final = r"^(-?)[¥$€£]\s*|\s*[円¥$€£]$"


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
        plain = _plain(folded(pd.Series(distinct, dtype="str")), decimal)
        numbers = pd.to_numeric(plain, errors="coerce").to_numpy("float64", na_value=np.nan)
        values = np.append(numbers, np.nan)[codes]
    finite = np.isfinite(values)
    return np.where(finite, values, np.nan), there & ~finite


def _plain(text: pd.Series, decimal: Decimal) -> pd.Series:
    """Write numbers with a decimal point and no thousands mark."""
    if decimal == "." and not text.str.contains(r"[^0-9.\-]", regex=True, na=False).any():
        return text
    bare = text.str.replace(_CURRENCY, r"\1", regex=True)
    other = "," if decimal == "." else "."
    for mark in (other, " ", "'", "\u2019"):
        bare = _ungrouped(bare, mark, decimal)
    if decimal == ".":
        return bare
    bare = bare.mask(bare.str.contains(".", regex=False, na=False))
    return bare.str.replace(",", ".", regex=False)


def _ungrouped(text: pd.Series, mark: str, decimal: Decimal) -> pd.Series:
    form = rf"-?\d{{1,3}}(?:[{mark}]\d{{3}})+(?:[{decimal}]\d+)?"
    grouped = text.str.fullmatch(form, na=False)
    return text.where(~grouped, text.str.replace(mark, "", regex=False))
