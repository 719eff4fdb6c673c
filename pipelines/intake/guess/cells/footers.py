"""Rows at the end of a report that are no rows of data: totals, counts, who exported it when.

Decided here: the last rows with hardly any values, if there is a column that they all lack and that
every other row has. A first mapping takes only the rows that have it.
"""

from typing import Final, NamedTuple

import pandas as pd

from features.reading.text import as_text

_MOST: Final = 10
_LEAST_COLUMNS: Final = 4
_SPARSE: Final = 1 / 3
_PART: Final = 0.1


class Footer(NamedTuple):
    """The rows at the end that are no data.

    Attributes
    ----------
    column
        The name of a column that they lack and that all other rows have.
    rows
        How many they are.
    first
        The first value in them.
    """

    column: str
    rows: int
    first: str


def footer_of(frame: pd.DataFrame) -> Footer | None:
    """Return the footer of a file that was read to its end; None if it has none.

    >>> rows = [[str(n), "2024-05-01", "Web", "Berlin"] for n in range(40)]
    >>> footer_of(pd.DataFrame([*rows, ["Total", "", "", ""], ["", "", "", ""]], columns=[*"abcd"]))
    Footer(column='b', rows=2, first='Total')
    """
    there = pd.DataFrame({name: as_text(frame[name]).fillna("").ne("") for name in frame})
    filled = there.sum(axis=1)
    if filled.median() < _LEAST_COLUMNS:
        return None
    dense = filled[filled > _SPARSE * filled.median()]
    rows = len(frame) - 1 - int(dense.index[-1])
    if not 0 < rows <= min(_MOST, _PART * len(frame)):
        return None
    body, last = there.iloc[:-rows], there.iloc[-rows:]
    could = [str(name) for name in there if body[name].all() and not last[name].any()]
    if not could or not last.to_numpy().any():
        return None
    values = frame.iloc[-rows:].to_numpy()[last.to_numpy()]
    return Footer(could[0], rows, str(values[0]))
