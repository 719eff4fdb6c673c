"""Converting pandas columns to codes and exact integers.

Decided here: a repeated text is processed once, not row by row (a dictionary-encoded column is
taken as it is); an unknown value has the code 0, a missing one -1; numbers that are summed become
int64 thousandths.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.kernel.inputs import MISSING
from features.kernel.thousandths import write_thousandths
from features.reading.numbers import number
from features.timeline import NEVER, Moments, to_moments

_TRUTH = {"true": 1.0, "false": 0.0}


def distinct(column: pd.Series) -> tuple[NDArray[np.integer], list[str]]:
    """Return the number of each row's value (-1 is missing), and the distinct values.

    >>> distinct(pd.Series(["b", None, "a", "b"]))
    (array([ 0, -1,  1,  0]), ['b', 'a'])
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = column.cat.codes.to_numpy(), column.cat.categories
    else:
        codes, values = pd.factorize(column)
    return codes, [str(value) for value in values]


def ranked(column: pd.Series) -> tuple[NDArray[np.int32], list[str]]:
    """Return the same as `distinct`, numbered in the order of the values."""
    codes, values = distinct(column)
    order = sorted(range(len(values)), key=values.__getitem__)
    rank = np.empty(len(values) + 1, np.int32)
    rank[order] = np.arange(len(values))
    rank[-1] = -1
    return rank[codes], [values[i] for i in order]


@njit(cache=True, nogil=True)
def _translate(numbers: NDArray[np.integer], table: NDArray[np.int16]) -> NDArray[np.int16]:
    out = np.empty(numbers.size, np.int16)
    for i in range(numbers.size):
        out[i] = table[numbers[i]]
    return out


def codes_of(column: pd.Series, known: Sequence[str]) -> NDArray[np.int16]:
    """Code a column by the known values: value number i is i + 1, another 0, missing -1.

    >>> codes_of(pd.Series(["call", None, "fax"]), ("call",))
    array([ 1, -1,  0], dtype=int16)

    Parameters
    ----------
    column
        Texts.
    known
        The known values.
    """
    numbers, values = distinct(column)
    codes: NDArray[np.int16] = _translate(numbers, translation(values, known))
    return codes


def translation(values: Sequence[str], known: Sequence[str]) -> NDArray[np.int16]:
    """Return the table from value numbers to codes; its last entry, reached by -1, means missing.

    Parameters
    ----------
    values
        The values, in the order of their numbers.
    known
        The known values, in the order of their codes.
    """
    position = {value: i + 1 for i, value in enumerate(known)}
    return np.array([position.get(value, 0) for value in values] + [-1], dtype=np.int16)


def thousandths(column: pd.Series, missing: int = MISSING) -> NDArray[np.int64]:
    """Convert a column of numbers to whole thousandths.

    >>> thousandths(pd.Series([1.25, None]))[0]
    np.int64(1250)

    Parameters
    ----------
    column
        Numbers.
    missing
        What stands for a number that is missing or not finite.
    """
    return whole_thousandths(column.to_numpy(np.float64, na_value=np.nan), missing)


def whole_thousandths(values: NDArray[np.float64], missing: int) -> NDArray[np.int64]:
    """Convert an array of numbers to whole thousandths.

    Parameters
    ----------
    values, missing
        As in `exact_thousandths`.
    """
    whole = np.empty(values.size, np.int64)
    write_thousandths(values, np.int64(missing), whole)
    return whole


def number_of(text: object) -> float:
    """Read a number that is written as text; NaN if it is not a number.

    >>> number_of("12.5"), number_of("True"), number_of("many")
    (12.5, 1.0, nan)
    """
    written = str(text).strip()
    value = number(written)
    return value if value == value else _TRUTH.get(written.lower(), value)  # noqa: PLR0124 - NaN


def numbers_of(column: pd.Series) -> NDArray[np.float64]:
    """Read a numeric attribute from a column of any type; NaN is missing."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.asarray(column.to_numpy(np.float64, na_value=np.nan), np.float64)
    numbers, values = distinct(column)
    table: NDArray[np.float64] = np.array([*map(number_of, values), np.nan])
    return np.asarray(table[numbers])


def moments_of(table: pd.DataFrame, name: str) -> Moments:
    """Read a time column as microseconds; a missing time is `NEVER`.

    Parameters
    ----------
    table
        The table.
    name
        The name of the column.
    """
    return to_moments(table[name])


def visible_moments(table: pd.DataFrame, occurred: Moments) -> Moments:
    """Return from when each record is visible: once it has occurred and was known.

    Parameters
    ----------
    table
        Rows with or without `known_at`.
    occurred
        Shape (rows,): when each record occurred; what stands for a missing `known_at`.
    """
    if "known_at" not in table.columns:
        return occurred
    known = to_moments(table["known_at"])
    return np.maximum(np.where(known == NEVER, occurred, known), occurred)


def places(column: pd.Series, ids: pd.Index) -> NDArray[np.int32]:
    """Return the position of each row's id among the ids; -1 where there is none.

    >>> places(pd.Series(["b", "z"]), pd.Index(["a", "b"]))
    array([ 1, -1], dtype=int32)

    Parameters
    ----------
    column
        Ids.
    ids
        The ids that are searched, each once.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        numbers, values = column.cat.codes.to_numpy(), column.cat.categories
    else:
        numbers, values = pd.factorize(column, use_na_sentinel=True)
    if len(values) == len(ids) and values.equals(ids):
        return numbers.astype(np.int32, copy=False)
    if not len(values):
        return np.full(len(numbers), -1, np.int32)
    table = np.append(ids.get_indexer(pd.Index(values)), -1).astype(np.int32)
    return table[numbers]


def has(table: pd.DataFrame, name: str) -> bool:
    """Return whether a column exists and has a value.

    Parameters
    ----------
    table
        The table.
    name
        The name of the column.
    """
    return name in table.columns and bool(table[name].notna().any())


def coded_attributes(
    table: pd.DataFrame, categories: Mapping[str, Sequence[str]], numbers: Sequence[str]
) -> NDArray[np.float64]:
    """Return the attributes of leads, shape (rows, categories + numbers); NaN is missing.

    Parameters
    ----------
    table
        One row a lead; an attribute without a column is missing.
    categories
        Categorical attribute -> its known values.
    numbers
        Numeric attributes.
    """
    out = np.full((len(table), len(categories) + len(numbers)), np.nan)
    for j, (name, known) in enumerate(categories.items()):
        if name in table.columns:
            codes = codes_of(table[name], known)
            out[:, j] = np.where(codes < 0, np.nan, codes)
    for j, name in enumerate(numbers, start=len(categories)):
        if name in table.columns:
            out[:, j] = numbers_of(table[name])
    return out
