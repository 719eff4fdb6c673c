"""Text as it stands in an export, made comparable.

Decided here: surrounding spaces, the ideographic one included, never count. Ids, numbers and times
are written in their compatibility form (NFKC), so that `Ａ００１` and `A001` are one id. Categories
keep their own form: which spellings mean the same is for the mapping's `values` to say, and a data
check names the candidates. The form is Python's, as for a single value: Arrow's leaves letters with
marks (`é`, `ガ`, `한`) in parts, so that an id of an export would not be that of a request.
"""

import unicodedata
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def as_text(column: pd.Series) -> pd.Series:
    """Write every value as text without surrounding spaces; a missing one stays missing.

    >>> as_text(pd.Series([1.0, None, 20.0])).tolist()
    ['1', nan, '20']
    """
    is_type = pd.api.types
    if is_type.is_float_dtype(column):
        return _float_text(column)
    if is_type.is_bool_dtype(column) or is_type.is_datetime64_any_dtype(column):
        return column.map(_one, na_action="ignore").astype("str")
    if is_type.is_object_dtype(column):
        return _trimmed(column.map(_one, na_action="ignore").astype("str"))
    return _trimmed(column.astype("str"))


def _one(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _float_text(column: pd.Series) -> pd.Series:
    values = column.to_numpy("float64", na_value=np.nan)
    there = ~np.isnan(values)
    if bool(np.all(values[there] % 1 == 0)) and bool(np.all(np.abs(values[there]) < 2**53)):
        whole = pd.Series(values, index=column.index).astype("Int64")
        return whole.astype("str").where(there)
    return column.astype("str").where(there)


def _trimmed(column: pd.Series) -> pd.Series:
    return _arrow(column, pc.utf8_trim_whitespace)


def folded(column: pd.Series) -> pd.Series:
    """Write text in its compatibility form (NFKC) without surrounding spaces.

    >>> folded(pd.Series(["Ａ００１　", "ｶﾞ"])).tolist()
    ['A001', 'ガ']
    """
    if bool(pc.all(pc.string_is_ascii(pa.array(column, pa.string(), from_pandas=True))).as_py()):
        return column
    codes, distinct = pd.factorize(column)
    forms = [unicodedata.normalize("NFKC", str(text)) for text in distinct]
    values = np.array([*forms, None], dtype=object)[codes]
    return _trimmed(pd.Series(values, column.index, "str", column.name))


def _arrow(column: pd.Series, function: object) -> pd.Series:
    text = pa.array(column, pa.large_string(), from_pandas=True)
    done = function(text)  # type: ignore[operator]
    return pd.Series(done.to_pandas().array, index=column.index, name=column.name, dtype="str")


def is_missing(column: pd.Series, words: Iterable[str]) -> NDArray[np.bool_]:
    """Flag the values that are absent or stand for missing.

    Parameters
    ----------
    column
        One value a row, as text.
    words
        The words that stand for missing.
    """
    missing: NDArray[np.bool_] = (column.isna() | column.isin(list(words))).to_numpy()
    return missing
