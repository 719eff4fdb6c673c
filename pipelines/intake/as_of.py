"""Which value of a dated table counts from which moment on, and what that makes of each lead.

Decided here: a row counts once it has occurred and was known, whichever came later. Of the rows
that count, the one that occurred last decides; of two of one moment, the one known later, then the
greater value, a missing one last. So a row that arrives late changes nothing if a later one is
known, and the past of a lead never changes. Only moments at which the value changes are kept.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import Moments


class SpreadValues(NamedTuple):
    """The value of each span at its beginning, and later ones within it.

    Attributes
    ----------
    first
        Shape (spans,): index into the steps; -1 where there is no value.
    span, step
        Shape (changes,): of each later value, the span and the index into the steps.
    """

    first: NDArray[np.int64]
    span: NDArray[np.int64]
    step: NDArray[np.int64]


def steps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return from which moment on which value counts: `key`, `moment`, `value`, sorted by both.

    Parameters
    ----------
    rows
        `key`, `occurred`, `visible` (microseconds) and `value`, in any order; missing values count.

    Examples
    --------
    The row of moment 1 that is known at 5 is late: the one of moment 3 was known before.

    >>> rows = {"key": ["a"] * 3, "occurred": [0, 3, 1], "visible": [0, 4, 5], "value": [7, 8, 9]}
    >>> steps(pd.DataFrame(rows))[["moment", "value"]].to_numpy().tolist()
    [[0, 7], [4, 8]]
    """
    rows = rows.sort_values(["key", "visible", "occurred", "value"], kind="stable")
    rows = rows[rows["occurred"] == rows.groupby("key")["occurred"].cummax()]
    rows = rows.drop_duplicates(["key", "visible"], keep="last")
    before = rows[["key", "value"]].shift()
    same = (rows["value"] == before["value"]) | (rows["value"].isna() & before["value"].isna())
    changed = rows[~(same & (rows["key"] == before["key"]))]
    named = changed.rename(columns={"visible": "moment"})
    return named[["key", "moment", "value"]].reset_index(drop=True)


def spread(spans: pd.DataFrame, made: pd.DataFrame) -> SpreadValues:
    """Look up which values count in each span [since, until).

    Parameters
    ----------
    spans
        `key`, `since`, `until` (microseconds): one row a span.
    made
        What `steps` returned.
    """
    codes, keys = pd.factorize(made["key"])
    own = pd.Index(keys).get_indexer(pd.Index(spans["key"])).astype(np.int64)
    since, until = spans["since"].to_numpy(np.int64), spans["until"].to_numpy(np.int64)
    moments = made["moment"].to_numpy(np.int64)
    place = _Places(np.unique(np.concatenate([moments, since, until])))
    steps_at = place.of(codes.astype(np.int64), moments)
    low = np.searchsorted(steps_at, place.of(own, since), "right")
    high = np.searchsorted(steps_at, place.of(own, until), "left")
    begin = np.searchsorted(codes, own, "left")
    first = np.where((own >= 0) & (low > begin), low - 1, -1)
    counts = np.where(own >= 0, np.maximum(high - low, 0), 0)
    span = np.repeat(np.arange(len(spans)), counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + low[span]
    return SpreadValues(first, span, step)


class _Places:
    """Numbers that sort as (key, moment) does."""

    def __init__(self, moments: Moments) -> None:
        self._moments = moments

    def of(self, keys: NDArray[np.int64], moments: Moments) -> NDArray[np.int64]:
        """Return the numbers of keys and moments.

        Parameters
        ----------
        keys, moments
            Shape (pairs,) each.
        """
        places: NDArray[np.int64] = np.searchsorted(self._moments, moments).astype(np.int64)
        return keys * (self._moments.size + 1) + places
