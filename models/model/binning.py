"""Binning: every feature becomes a few bins, learned from the training rows.

Decided here: a numeric feature has bins of about equal size, cut at values that occur; zero has a
bin of its own when it is frequent; a category has a bin for each code with support, the rest share
bin 0; missing is always the last bin, also when no training row had it. A value belongs to the bin
of the first edge that is not below it, so a bin is (previous edge, edge].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from models.model.settings import ScorecardSettings
from models.stats.training_set import Values

Edges = NDArray[np.float32]
BinCodes = NDArray[np.uint8]

_MOST_CODES = 200
BLOCK_ROWS: Final = 64
"""So many rows are binned together."""


@dataclass(frozen=True)
class Binning:
    """The bins of all features.

    Attributes
    ----------
    edges
        Per feature, ascending: inner edges of a number, or the codes that have a bin.
    categorical
        Shape (features,): whether the column holds codes without order.
    """

    edges: tuple[Edges, ...]
    categorical: NDArray[np.bool_]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Shape (features,): bins, the one for missing included."""
        return np.array([len(edges) + 2 for edges in self.edges], dtype=np.int64)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Shape (features + 1,): where the bins of a feature begin in the row of all bins."""
        return np.concatenate([[0], np.cumsum(self.counts)]).astype(np.int64)

    @cached_property
    def flat_edges(self) -> Edges:
        """All edges, one feature after the other."""
        return np.concatenate([*self.edges, np.empty(0)]).astype(np.float32)

    @cached_property
    def edge_starts(self) -> NDArray[np.int64]:
        """Shape (features + 1,): where the edges of a feature begin in `flat_edges`."""
        lengths = [len(edges) for edges in self.edges]
        return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    def codes(self, values: Values) -> BinCodes:
        """Return the bin of every value: shape (features, rows), feature by feature."""
        out = np.empty((values.shape[1], values.shape[0]), dtype=np.uint8)
        lookup = (self.flat_edges, self.edge_starts, self.starts, self.categorical)
        _fill_codes(values, lookup, out)
        return out

    def to_json(self) -> list[list[float]]:
        """Return the edges as plain lists."""
        return [[float(edge) for edge in edges] for edges in self.edges]

    @classmethod
    def from_json(cls, raw: list[list[float]], categorical: NDArray[np.bool_]) -> "Binning":
        """Read what `to_json` wrote.

        Parameters
        ----------
        raw
            The edges, a list a feature.
        categorical
            Shape (features,): whether the column holds codes without order.
        """
        return cls(tuple(np.array(edges, dtype=np.float32) for edges in raw), categorical)


def learn(
    values: Values,
    categorical: NDArray[np.bool_],
    settings: ScorecardSettings,
    further: Sequence[Edges] = (),
) -> Binning:
    """Learn bins from training values.

    >>> counts = np.array([[0], [0], [0], [1], [2], [np.nan]], dtype=np.float32)
    >>> learn(counts, np.array([False]), ScorecardSettings(min_bin_rows=1)).edges
    (array([0., 1.], dtype=float32),)

    Parameters
    ----------
    values
        Shape (rows, features).
    categorical
        Shape (features,): whether the column holds codes without order.
    settings
        How many bins, and how small.
    further
        Per feature, edges that must be there: those that hand-given points need.
    """
    edges = []
    for column in range(values.shape[1]):
        present = values[:, column][~np.isnan(values[:, column])]
        cut = _category_codes if categorical[column] else _number_edges
        own = cut(present, settings)
        edges.append(np.union1d(own, further[column]).astype(np.float32) if further else own)
    return Binning(tuple(edges), categorical)


def _category_codes(present: Edges, settings: ScorecardSettings) -> Edges:
    codes, support = np.unique(present, return_counts=True)
    enough = codes[(support >= settings.min_bin_rows) & (codes > 0)]
    return np.asarray(enough[:_MOST_CODES], dtype=np.float32)


def _number_edges(present: Edges, settings: ScorecardSettings) -> Edges:
    if len(present) == 0:
        return np.empty(0, dtype=np.float32)
    size = max(settings.min_bin_rows, len(present) // settings.max_bins)
    levels, support = np.unique(present, return_counts=True)
    edges = levels[_cuts(support, levels == 0.0, size, settings.min_bin_rows)]
    return np.asarray(edges[edges < levels[-1]], dtype=np.float32)


@njit(cache=True)
def _cuts(
    support: NDArray[np.int64], is_zero: NDArray[np.bool_], size: int, least: int
) -> NDArray[np.bool_]:  # pragma: no cover (compiled)
    """Mark the levels after which a bin ends: it is full, or zero has a bin of its own next."""
    ends = np.zeros(len(support), dtype=np.bool_)
    held = 0
    left = support.sum()
    for level in range(len(support)):
        held += support[level]
        left -= support[level]
        full = held >= size
        zero_here = is_zero[level] and support[level] >= size
        zero_next = level + 1 < len(support) and is_zero[level + 1] and support[level + 1] >= size
        if (full or zero_here or zero_next) and left >= least:
            ends[level] = True
            held = 0
    return ends


@njit(cache=True, nogil=True)
def bin_of(value: float, edges: Edges, begin: int, end: int, category: bool) -> int:  # noqa: FBT001  # pragma: no cover (compiled)
    """Return the bin of one value, by binary search among `edges[begin:end]`.

    Parameters
    ----------
    value
        The value; NaN is missing.
    edges
        The edges of all features.
    begin, end
        Where those of this feature lie, `end` not included.
    category
        Whether the value is a code without order.
    """
    if np.isnan(value):
        return end - begin + 1
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        if edges[middle] < value:
            low = middle + 1
        else:
            high = middle
    if not category:
        return low - begin
    return low - begin + 1 if low < end and edges[low] == value else 0


@njit(cache=True, nogil=True)
def bins_of_block(
    values: Values, at: tuple[int, int, int], lookup: Any, bins: Any
) -> None:  # pragma: no cover (compiled)
    """Write the bins of some rows of one column: those of `bin_of`.

    Decided here: the edges below a value are counted, all values of the block at once; a search by
    halves mispredicts its branches and takes six times as long.

    Parameters
    ----------
    values
        Shape (rows, features).
    at
        The column, the first row and how many rows, at most `BLOCK_ROWS`.
    lookup
        Edges, where those of each feature begin, where its bins begin, which are categories.
    bins
        Shape (BLOCK_ROWS,), int64: the first ones are written.
    """
    column, first, count = at
    edges, edge_starts, _, categorical = lookup
    own = edges[edge_starts[column] : edge_starts[column + 1]]
    block, below = np.zeros(BLOCK_ROWS, np.float32), np.zeros(BLOCK_ROWS, np.int32)
    for row in range(count):
        block[row] = values[first + row, column]
    for edge in own:
        for row in range(count):
            below[row] += edge < block[row]
    for row in range(count):
        bins[row] = below[row]
        if np.isnan(block[row]):
            bins[row] = len(own) + 1
        elif categorical[column]:
            known = below[row] < len(own) and own[below[row]] == block[row]
            bins[row] = below[row] + 1 if known else 0


@njit(cache=True, nogil=True)
def _fill_codes(values: Values, lookup: Any, out: BinCodes) -> None:  # pragma: no cover (compiled)
    bins = np.empty(BLOCK_ROWS, np.int64)
    for first in range(0, values.shape[0], BLOCK_ROWS):
        count = min(BLOCK_ROWS, values.shape[0] - first)
        for column in range(values.shape[1]):
            bins_of_block(values, (column, first, count), lookup, bins)
            for row in range(count):
                out[column, first + row] = bins[row]
