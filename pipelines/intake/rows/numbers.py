"""Numbers as they stand in an export.

Decided here: full-width digits are digits; a currency sign around a number and thousands marks
between groups of three digits do not count; anything else that is not a finite number is
unreadable, never guessed.
"""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.intake.rows.text import as_text, folded


def read_numbers(
    raw: pd.Series, decimal: Literal[".", ","] = "."
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read a column whose missing values are already missing; also tell the unreadable ones.

    >>> read_numbers(pd.Series(["１,２００円", "3.5", "many", None]))
    (array([1200. ,    3.5,    nan,    nan]), array([False, False,  True, False]))
    """
    there = raw.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(raw):
        values = raw.to_numpy("float64", na_value=np.nan)
    else:
        codes, distinct = pd.factorize(as_text(raw))
        plain = _plain(folded(pd.Series(distinct, dtype="str")), decimal)
        told = pd.to_numeric(plain, errors="coerce").to_numpy("float64", na_value=np.nan)
        values = np.append(told, np.nan)[codes]
    finite = np.isfinite(values)
    return np.where(finite, values, np.nan), there & ~finite


def _plain(text: pd.Series, decimal: str) -> pd.Series:
    if not text.str.contains(r"[^0-9.\-]", regex=True, na=False).any():
        return text
    mark = "," if decimal == "." else r"\."
    bare = text.str.replace(r"^[¥$€£]\s*|\s*[円¥$€£]$", "", regex=True)
    grouped = bare.str.fullmatch(rf"-?\d{{1,3}}(?:{mark}\d{{3}})+(?:[.,]\d+)?", na=False)
    bare = bare.where(~grouped, bare.str.replace(mark, "", regex=True))
    return bare.str.replace(",", ".", regex=False) if decimal == "," else bare
