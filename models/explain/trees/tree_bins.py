"""Bins of the tree columns: one small number per column instead of a comparison per node.

Decided here: the thresholds of all nodes that split on a column cut it into intervals; zero and
missing have bins of their own, and so has every category in the set of a node. All values of one
bin take the same direction at every node, so a row is converted to bins once.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.errors import ArtifactError
from features.kernel.compiled import njit
from models.explain.trees.tree_text import (
    MISSING_NAN,
    MISSING_NONE,
    MISSING_ZERO,
    ZERO_THRESHOLD,
    Tree,
)

_MAX_BINS = 2**16 - 1
FEW_EDGES: Final = 128
"""Of a column with more, each value is searched by halves."""


@dataclass(frozen=True)
class ColumnBins:
    """The bins of one column.

    Attributes
    ----------
    column
        Position of the column in the values.
    edges
        Ascending thresholds of a numeric column; bin i holds `edges[i - 1] < value <= edges[i]`.
    categories
        For a categorical column one more than its highest named code, else 0; bin = code.
    """

    column: int
    edges: NDArray[np.float64]
    categories: int

    @property
    def count(self) -> int:
        """Number of bins: intervals, zero, missing; or categories and one for all others."""
        return self.categories + 1 if self.categories else len(self.edges) + 3

    def goes_left(self, tree: Tree, node: int) -> NDArray[np.bool_]:
        """Compute whether the values of each bin go left at a node of this column.

        Parameters
        ----------
        tree
            The tree.
        node
            Position of the node, which splits on this column.

        Returns
        -------
        Shape (bins,).
        """
        named = tree.categories[node]
        if named is not None:
            return np.isin(np.arange(self.count), named)
        intervals = np.append(self.edges, np.inf) <= tree.threshold[node]
        default, missing = bool(tree.default_left[node]), tree.missing[node]
        zero = default if missing == MISSING_ZERO else tree.threshold[node] >= 0.0
        nan = {MISSING_NONE: zero, MISSING_ZERO: zero, MISSING_NAN: default}[int(missing)]
        return np.append(intervals, [zero, nan])


def column_bins(trees: tuple[Tree, ...]) -> tuple[ColumnBins, ...]:
    """Derive the bins of every column that some node splits on, in column order.

    Raises
    ------
    ArtifactError
        If a column is split both as a number and as a category, or has too many bins.
    """
    edges: dict[int, set[float]] = {}
    codes: dict[int, int] = {}
    for tree in trees:
        for node, column in enumerate(tree.feature.tolist()):
            named = tree.categories[node]
            if named is None:
                edges.setdefault(column, set()).add(float(tree.threshold[node]))
            else:
                codes[column] = max(codes.get(column, 1), int(named.max(initial=0)) + 1)
    if edges.keys() & codes.keys():
        raise ArtifactError.of(
            f"columns {sorted(edges.keys() & codes.keys())} split both as numbers and categories",
            "one kind per column",
            "train the booster again",
        )
    columns = sorted(edges.keys() | codes.keys())
    bins = tuple(
        ColumnBins(column, np.array(sorted(edges.get(column, ()))), codes.get(column, 0))
        for column in columns
    )
    if any(bins_of.count > _MAX_BINS for bins_of in bins):
        raise ArtifactError.of("a column of very many bins", "at most 65,535", "use fewer trees")
    return bins


@dataclass(frozen=True)
class BinArrays:
    """All bins as flat arrays; the edges of column i are `edges[start[i] : start[i + 1]]`."""

    column: NDArray[np.int64]
    edges: NDArray[np.float64]
    start: NDArray[np.int64]
    categories: NDArray[np.int64]

    @classmethod
    def of(cls, bins: tuple[ColumnBins, ...]) -> "BinArrays":
        """Lay the bins out one column after the other."""
        sizes = [len(item.edges) for item in bins]
        return cls(
            column=np.array([item.column for item in bins], dtype=np.int64),
            edges=np.concatenate([np.zeros(0), *(item.edges for item in bins)]),
            start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            categories=np.array([item.categories for item in bins], dtype=np.int64),
        )


@njit(cache=True, nogil=True)
def bin_of_number(value: float, edges: NDArray[np.float64]) -> int:
    """Return the bin of a value of a numeric column: interval, then zero, then missing.

    Parameters
    ----------
    value
        The value; NaN is missing.
    edges
        Ascending thresholds of the column.
    """
    count = len(edges)
    if np.isnan(value):
        return count + 2
    if abs(value) <= ZERO_THRESHOLD:
        return count + 1
    low, size = 0, count
    while size > 0:
        half = size >> 1
        if edges[low + half] < value:
            low += half + 1
            size -= half + 1
        else:
            size = half
    return low


@njit(cache=True, nogil=True)
def bins_of_numbers(
    block: NDArray[np.float64], edges: NDArray[np.float64], bins: NDArray[np.uint16]
) -> None:  # pragma: no cover (compiled)
    """Write the bins of some values of a numeric column: those of `bin_of_number`.

    Decided here: where there are few edges, those below each value are counted, which takes no
    branches.

    Parameters
    ----------
    block
        The values, shape (rows,).
    edges
        Ascending thresholds of the column.
    bins
        Shape (rows,) or longer: the first ones are written.
    """
    if len(edges) > FEW_EDGES:
        for row in range(len(block)):
            bins[row] = bin_of_number(block[row], edges)
        return
    below = np.zeros(len(block), np.int64)
    for edge in edges:
        for row in range(len(block)):
            below[row] += edge < block[row]
    for row in range(len(block)):
        bins[row] = below[row]
        if np.isnan(block[row]):
            bins[row] = len(edges) + 2
        elif abs(block[row]) <= ZERO_THRESHOLD:
            bins[row] = len(edges) + 1


@njit(cache=True, nogil=True)
def bin_of_category(value: float, categories: int) -> int:
    """Return the bin of a value of a categorical column; the last is for missing and unknown codes.

    Parameters
    ----------
    value
        The code of the category; NaN is missing.
    categories
        Number of bins of known codes.
    """
    if np.isnan(value) or value <= -1.0 or value >= categories:
        return categories
    return int(value)
