"""Which rows of a source are for a table: the conditions under `where`.

Decided here: a limit that is a number compares numbers, one that is text compares text in its
order; a missing or unreadable value meets no limit and no `one_of`, and every `not`.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.numbers import read_numbers
from features.reading.text import as_text, is_missing
from pipelines.intake.mapping.conditions import Condition

Flags = NDArray[np.bool_]
UNLISTED: Final = "unlisted "
"""Before a value that stands neither under `one_of` nor under `not`."""
LISTED: Final = "listed"
"""The rows whose value is listed under `values`."""
MOST_VALUES: Final = 20
"""So many values that nobody listed are counted one by one, of every piece."""


def meets(column: pd.Series, condition: Condition, missing: Iterable[str]) -> Flags:
    """Flag the rows whose value meets a condition.

    Parameters
    ----------
    column
        The source column.
    condition
        What must hold.
    missing
        The words that stand for missing.

    Examples
    --------
    >>> meets(pd.Series(["5", "12", ""]), Condition(at_least=10), [""]).tolist()
    [False, True, False]
    >>> meets(pd.Series(["done", "planned", ""]), Condition(none_of=("planned",)), [""]).tolist()
    [True, False, True]
    """
    text = as_text(column)
    absent = is_missing(text, missing)
    flags = np.ones(len(text), dtype=bool)
    if condition.one_of:
        flags &= text.isin(list(condition.one_of)).to_numpy()
    if condition.none_of:
        flags &= ~text.isin(list(condition.none_of)).to_numpy()
    if condition.present is not None:
        flags &= ~absent if condition.present else absent
    if condition.at_least is not None:
        flags &= ~absent & ~_less(text, condition.at_least) & _comparable(text, condition.at_least)
    if condition.below is not None:
        flags &= ~absent & _less(text, condition.below)
    return flags


def unlisted_values(
    column: pd.Series, condition: Condition, missing: Iterable[str]
) -> Counter[str]:
    """Count the values that a condition lists neither way, where it lists both ways.

    Parameters
    ----------
    column, condition, missing
        As in `meets`.
    """
    if not (condition.one_of and condition.none_of):
        return Counter()
    return other_values(as_text(column), [*condition.one_of, *condition.none_of], missing)


def other_values(text: pd.Series, listed: Iterable[str], missing: Iterable[str]) -> Counter[str]:
    """Count the values that are not listed, the most frequent ones.

    Parameters
    ----------
    text
        Shape (rows,): the values.
    listed
        Those that are listed.
    missing
        The words that stand for missing.
    """
    text = text[~is_missing(text, missing)]
    counts = text[~text.isin(list(listed))].value_counts()
    return Counter({str(value): int(n) for value, n in counts.head(MOST_VALUES).items()})


def _less(text: pd.Series, limit: float | str) -> Flags:
    if isinstance(limit, str):
        smaller: Flags = (text < limit).fillna(value=False).to_numpy(bool)
        return smaller
    less: Flags = read_numbers(text)[0] < limit
    return less


def _comparable(text: pd.Series, limit: float | str) -> Flags:
    if isinstance(limit, str):
        return text.notna().to_numpy()
    readable: Flags = np.isfinite(read_numbers(text)[0])
    return readable
