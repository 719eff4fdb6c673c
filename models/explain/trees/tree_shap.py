"""Exact SHAP values of small trees at the price of a table lookup.

Decided here: the path-dependent SHAP values of a tree (Lundberg et al. 2020, "From local
explanations to global understanding with explainable AI for trees"; conditional expectations by the
training rows that went each way) depend on a row only through the directions it takes at the nodes.
A tree of 8 leaves has 7 nodes, so at most 128 such states. All of them are computed once, when a
model is loaded (`models.explain.trees.tree_shap_tables`). Explaining a row is then: a bin per
column, one lookup per tree, one addition per column of the tree.

The sums run over the trees in their order whatever the number of rows, so one lead alone and the
same lead among a million get the same bits; and the margin is LightGBM's own, to the bit.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.packed import AT, pack
from models.explain.trees.tree_bins import (
    BinArrays,
    bin_of_category,
    bin_of_number,
    bins_of_numbers,
)

_BLOCK_ROWS = 64


@dataclass(frozen=True)
class StateTables:
    """The tables of a whole booster, as flat arrays.

    A *slot* is one column of one tree. `moves[move_start[slot] + bin]` is what the bin adds to the
    state of the tree. A state has one cell per slot, its SHAP value, and a last one, the value of
    the leaf reached; they lie side by side (8 leaves: one cache line) from
    `cells[cell_start[tree] + state * (slots + 1)]`.
    """

    bins: BinArrays
    tree_slots: NDArray[np.int64]
    slot_column: NDArray[np.int64]
    move_start: NDArray[np.int64]
    moves: NDArray[np.uint16]
    cell_start: NDArray[np.int64]
    cells: NDArray[np.float64]
    expected: float

    @cached_property
    def by_bin(self) -> tuple[NDArray[np.int64], ...]:
        """Lay the moves out bin by bin, so that a single row reads neighbouring memory.

        Slots sorted by column, the trees of these slots, where each column begins among them, where
        each column's moves begin, and the moves.
        """
        order = np.argsort(self.slot_column, kind="stable")
        trees = np.repeat(np.arange(len(self.tree_slots) - 1), np.diff(self.tree_slots))[order]
        counts = np.bincount(self.slot_column, minlength=len(self.bins.column))
        parts = np.split(order, np.cumsum(counts)[:-1]) if len(counts) else []
        tables = [self._moves_of(slots) for slots in parts]
        return (
            trees,
            starts(counts.tolist()),
            starts([table.size for table in tables]),
            np.concatenate([np.zeros(0, np.uint16), *(table.ravel() for table in tables)]),
        )

    def _moves_of(self, slots: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Put the moves of the slots of one column side by side: shape (bins, slots)."""
        return np.stack(
            [self.moves[self.move_start[slot] : self.move_start[slot + 1]] for slot in slots],
            axis=1,
        )

    @property
    def nbytes(self) -> int:
        """Memory of the tables, in bytes."""
        return self.moves.nbytes + self.cells.nbytes

    def explain(
        self, values: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compute the SHAP values, shape (rows, features), and the margins, shape (rows,)."""
        shap = np.zeros(values.shape, dtype=np.float64)
        margin = np.zeros(len(values), dtype=np.float64)
        self.add_to(values, shap, margin, 1.0)
        return shap, margin

    def add_to(
        self,
        values: NDArray[np.float32],
        shap: NDArray[np.float64],
        margin: NDArray[np.float64],
        weight: float,
    ) -> None:
        """Add `weight` times the SHAP values to `shap`, and the margins themselves to `margin`.

        Parameters
        ----------
        values
            Shape (rows, features).
        shap, margin
            Shape (rows, features) and (rows,): what is added to.
        weight
            Factor of the SHAP values.
        """
        add_trees(values, self.packed, shap, margin, weight)

    @cached_property
    def packed(self) -> NDArray[np.int64]:
        """Pack all tables into one array, which is cheaper to pass than many."""
        bins = self.bins
        binning = (bins.column, bins.edges, bins.start, bins.categories)
        by_tree = (self.move_start, self.moves, self.cell_start, self.cells)
        return pack((*binning, self.tree_slots, self.slot_column, *self.by_bin, *by_tree))


def starts(sizes: list[int]) -> NDArray[np.int64]:
    """Compute where each of several consecutive parts begins, and where the last one ends.

    >>> starts([2, 3]).tolist()
    [0, 2, 5]
    """
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


@njit(cache=True, nogil=True)
def _unpacked(packed: Any) -> Any:  # pragma: no cover (compiled)
    """Return bins, slots, moves bin by bin, moves slot by slot, and cells."""
    binning = (
        cut.int64(packed, AT + 0),
        cut.float64(packed, AT + 1),
        cut.int64(packed, AT + 2),
        cut.int64(packed, AT + 3),
    )
    slots = cut.int64(packed, AT + 4), cut.int64(packed, AT + 5)
    by_bin = (
        cut.int64(packed, AT + 6),
        cut.int64(packed, AT + 7),
        cut.int64(packed, AT + 8),
        cut.uint16(packed, AT + 9),
    )
    moves = cut.int64(packed, AT + 10), cut.uint16(packed, AT + 11)
    return binning, slots, by_bin, moves, (cut.int64(packed, AT + 12), cut.float64(packed, AT + 13))


@njit(cache=True, nogil=True)
def _bin_block(
    values: Any, first: Any, count: int, binning: Any, bins: Any
) -> None:  # pragma: no cover (compiled)
    column, edges, start, categories = binning
    block = np.empty(count)
    for place in range(len(column)):
        for row in range(count):
            block[row] = values[first + row, column[place]]
        if categories[place] > 0:
            for row in range(count):
                bins[place, row] = bin_of_category(block[row], categories[place])
        else:
            bins_of_numbers(block, edges[start[place] : start[place + 1]], bins[place])


@njit(cache=True, nogil=True)
def _cells_of_block(
    count: int, bins: Any, tree: int, trees: Any, state: Any
) -> None:  # pragma: no cover (compiled)
    """Write where the cells of each row begin in one tree."""
    (tree_slots, slot_column), (move_start, moves), cell_start = trees
    first, end = tree_slots[tree], tree_slots[tree + 1]
    state[:count] = 0
    for slot in range(first, end):
        own, start = bins[slot_column[slot]], move_start[slot]
        for row in range(count):
            state[row] += moves[start + own[row]]
    width, start = end - first + 1, cell_start[tree]
    for row in range(count):
        state[row] = start + state[row] * width


@njit(cache=True, nogil=True)
def _add_trees(
    count: int, bins: Any, trees: Any, sums: Any, outputs: Any
) -> None:  # pragma: no cover (compiled)
    slots, moves, (cell_start, cells) = trees
    tree_slots, slot_column = slots
    state = np.empty(_BLOCK_ROWS, dtype=np.int64)
    for tree in range(len(tree_slots) - 1):
        _cells_of_block(count, bins, tree, (slots, moves, cell_start), state)
        first, end = tree_slots[tree], tree_slots[tree + 1]
        for slot in range(first, end):
            total, place = sums[slot_column[slot]], slot - first
            for row in range(count):
                total[row] += cells[state[row] + place]
        for row in range(count):
            outputs[row] += cells[state[row] + end - first]


@njit(cache=True, nogil=True)
def add_outputs(values: Any, packed: Any, margin: Any) -> None:  # pragma: no cover (compiled)
    """Add the margins of packed trees alone: the same sums as `add_trees`, without SHAP values.

    Parameters
    ----------
    values
        Shape (rows, features).
    packed
        `StateTables.packed`.
    margin
        Shape (rows,): what is added to.
    """
    binning, slots, _, moves, (cell_start, cells) = _unpacked(packed)
    tree_slots = slots[0]
    bins = np.empty((len(binning[0]), _BLOCK_ROWS), dtype=np.uint16)
    state, outputs = np.empty(_BLOCK_ROWS, dtype=np.int64), np.empty(_BLOCK_ROWS)
    for begin in range(0, len(values), _BLOCK_ROWS):
        count = min(_BLOCK_ROWS, len(values) - begin)
        outputs[:] = 0.0
        _bin_block(values, begin, count, binning, bins)
        for tree in range(len(tree_slots) - 1):
            _cells_of_block(count, bins, tree, (slots, moves, cell_start), state)
            last = tree_slots[tree + 1] - tree_slots[tree]
            for row in range(count):
                outputs[row] += cells[state[row] + last]
        for row in range(count):
            margin[begin + row] += outputs[row]


@njit(cache=True, nogil=True)
def _explain(
    out: Any, binning: Any, slots: Any, moves: Any, cells: Any
) -> None:  # pragma: no cover (compiled)
    """Go through the trees once per block of rows, so that a tree's tables stay in the cache."""
    values, shap, margin, weight = out
    column = binning[0]
    bins = np.empty((len(column), _BLOCK_ROWS), dtype=np.uint16)
    sums = np.empty((len(column), _BLOCK_ROWS))
    outputs = np.empty(_BLOCK_ROWS)
    for first in range(0, len(values), _BLOCK_ROWS):
        count = min(_BLOCK_ROWS, len(values) - first)
        sums[:] = 0.0
        outputs[:] = 0.0
        _bin_block(values, first, count, binning, bins)
        _add_trees(count, bins, (slots, moves, cells), sums, outputs)
        for row in range(count):
            margin[first + row] += outputs[row]
            for place in range(len(column)):
                shap[first + row, column[place]] += weight * sums[place, row]


@njit(cache=True, nogil=True)
def _states_of_one(
    values: Any, binning: Any, by_bin: Any, state: Any
) -> None:  # pragma: no cover (compiled)
    column, edges, start, categories = binning
    trees, first, move_start, moves = by_bin
    for place in range(len(column)):
        value = np.float64(values[0, column[place]])
        if categories[place] > 0:
            code = bin_of_category(value, categories[place])
        else:
            code = bin_of_number(value, edges[start[place] : start[place + 1]])
        count = first[place + 1] - first[place]
        own = move_start[place] + code * count
        for slot in range(count):
            state[trees[first[place] + slot]] += moves[own + slot]


@njit(cache=True, nogil=True)
def _explain_one(
    out: Any, binning: Any, slots: Any, by_bin: Any, table: Any
) -> None:  # pragma: no cover (compiled)
    """Do the same additions in the same order for a single row, column by column."""
    values, shap, margin, weight = out
    tree_slots, slot_column = slots
    cell_start, cells = table
    column = binning[0]
    state = np.zeros(len(cell_start), dtype=np.int64)
    _states_of_one(values, binning, by_bin, state)
    sums = np.zeros(len(column))
    output = 0.0
    for tree in range(len(tree_slots) - 1):
        first, end = tree_slots[tree], tree_slots[tree + 1]
        cell = cell_start[tree] + state[tree] * (end - first + 1)
        for slot in range(first, end):
            sums[slot_column[slot]] += cells[cell + slot - first]
        output += cells[cell + end - first]
    margin[0] += output
    for place in range(len(column)):
        shap[0, column[place]] += weight * sums[place]


@njit(cache=True, nogil=True)
def add_trees(
    values: Any, packed: Any, shap: Any, margin: Any, weight: float
) -> None:  # pragma: no cover (compiled)
    """Add the SHAP values and margins of packed trees; a single row takes a path of its own.

    Parameters
    ----------
    values
        Shape (rows, features).
    packed
        `StateTables.packed`.
    shap, margin
        Shape (rows, features) and (rows,): what is added to.
    weight
        Factor of the SHAP values.
    """
    binning, slots, by_bin, moves, cells = _unpacked(packed)
    out = (values, shap, margin, weight)
    if len(values) == 1:
        _explain_one(out, binning, slots, by_bin, cells)
    else:
        _explain(out, binning, slots, moves, cells)
