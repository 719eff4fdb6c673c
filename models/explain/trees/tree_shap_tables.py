"""Computation of the state tables of small trees, once, when a model is loaded.

Decided here: by the definition of the Shapley value, over all coalitions of the columns of a tree.
A column contributes a number to the state of a tree, one for each combination of directions that
its values can take at the nodes that split on it; the numbers of all columns form the state.
If a tree has too many states, the whole booster is explained by LightGBM's `pred_contrib` instead.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from models.explain.trees.tree_bins import BinArrays, ColumnBins, column_bins
from models.explain.trees.tree_shap import StateTables, starts
from models.explain.trees.tree_text import Tree

MAX_STATES = 512
"""A tree with more states than this is left to LightGBM (8 leaves have at most 128)."""
MAX_COLUMNS = 9
"""A tree with more distinct columns than this is left to LightGBM (8 leaves have at most 7)."""


def tabulate(trees: tuple[Tree, ...]) -> StateTables | None:
    """Compute the tables of all trees; None if one of them is too large."""
    bins = column_bins(trees)
    place = {item.column: position for position, item in enumerate(bins)}
    tables = []
    for tree in trees:
        shape = _shape(tree, bins, place)
        if shape is None:
            return None
        tables.append((shape, *_fill(tree, shape)))
    return _joined(bins, tables)


@dataclass(frozen=True)
class _Shape:
    """The states of one tree: one number per slot, combined with `strides`.

    `slots` are places in the bins; `moves[slot][bin]` is stride times number; the directions at the
    nodes of a slot for each of its numbers are the bits of `patterns[slot, number]`.
    """

    slots: tuple[int, ...]
    slot_of_node: NDArray[np.int64]
    bit_of_node: NDArray[np.int64]
    moves: tuple[NDArray[np.uint16], ...]
    patterns: NDArray[np.int64]
    strides: NDArray[np.int64]
    states: int


def _shape(tree: Tree, bins: tuple[ColumnBins, ...], place: dict[int, int]) -> _Shape | None:
    slots = tuple(sorted({place[column] for column in tree.feature.tolist()}))
    if len(slots) > MAX_COLUMNS:
        return None
    slot_of_node = np.array([slots.index(place[c]) for c in tree.feature.tolist()], dtype=np.int64)
    bit_of_node = np.zeros(tree.nodes, dtype=np.int64)
    numbered = []
    for slot, position in enumerate(slots):
        nodes = np.flatnonzero(slot_of_node == slot)
        bit_of_node[nodes] = np.arange(len(nodes))
        bits = np.zeros(bins[position].count, dtype=np.int64)
        for bit, node in enumerate(nodes.tolist()):
            bits |= bins[position].goes_left(tree, node).astype(np.int64) << bit
        numbered.append(np.unique(bits, return_inverse=True))
    sizes = [len(patterns) for patterns, _ in numbered]
    states = int(np.prod(sizes, dtype=np.int64))
    if states > MAX_STATES:
        return None
    strides = np.cumprod([1, *sizes[:-1]]).astype(np.int64) if sizes else np.zeros(0, np.int64)
    table = np.zeros((len(slots), max(sizes, default=1)), dtype=np.int64)
    for slot, (patterns, _) in enumerate(numbered):
        table[slot, : len(patterns)] = patterns
    moves = tuple(
        (stride * number).astype(np.uint16)
        for stride, (_, number) in zip(strides, numbered, strict=True)
    )
    return _Shape(slots, slot_of_node, bit_of_node, moves, table, strides, states)


def _fill(tree: Tree, shape: _Shape) -> tuple[NDArray[np.float64], float]:
    """Compute the cells, shape (states, slots + 1), and the expected value of one tree."""
    if tree.nodes == 0:
        return tree.leaf_value[:1, None], float(tree.leaf_value[0])
    goes_left = np.empty((shape.states, tree.nodes), dtype=np.bool_)
    states = np.arange(shape.states)
    sizes = np.append(shape.strides[1:], shape.states) // shape.strides
    for node in range(tree.nodes):
        slot = shape.slot_of_node[node]
        number = states // shape.strides[slot] % sizes[slot]
        goes_left[:, node] = shape.patterns[slot, number] >> shape.bit_of_node[node] & 1
    left_count = _child_counts(tree, tree.left)
    share = left_count / (left_count + _child_counts(tree, tree.right))
    slots = len(shape.slots)
    return _tables(  # type: ignore[no-any-return]
        goes_left,
        (tree.left, tree.right, share, tree.leaf_value),
        shape.slot_of_node,
        _shapley_weights(slots),
    )


def _child_counts(tree: Tree, child: NDArray[np.int64]) -> NDArray[np.float64]:
    leaves = tree.leaf_count[np.where(child < 0, ~child, 0)]
    return np.where(child < 0, leaves, tree.node_count[np.where(child < 0, 0, child)])


def _shapley_weights(players: int) -> NDArray[np.float64]:
    """Weight of a coalition by its size: size! (players - size - 1)! / players!."""
    weights = np.empty(players, dtype=np.float64)
    weights[0] = 1.0 / players
    for size in range(1, players):
        weights[size] = weights[size - 1] * size / (players - size)
    return weights


def _joined(
    bins: tuple[ColumnBins, ...],
    tables: list[tuple[_Shape, NDArray[np.float64], float]],
) -> StateTables:
    moves = [move for shape, *_ in tables for move in shape.moves]
    cells = [own.ravel() for _, own, _ in tables]
    return StateTables(
        bins=BinArrays.of(bins),
        tree_slots=starts([len(shape.slots) for shape, *_ in tables]),
        slot_column=np.array([s for shape, *_ in tables for s in shape.slots], dtype=np.int64),
        move_start=starts([len(move) for move in moves]),
        moves=np.concatenate([np.zeros(0, np.uint16), *moves]),
        cell_start=starts([len(own) for own in cells]),
        cells=np.concatenate([np.zeros(0), *cells]),
        expected=float(sum(expected for *_, expected in tables)),
    )


@njit(cache=True, nogil=True)
def _tables(
    goes_left: Any, tree: Any, slot_of_node: Any, weights: Any
) -> Any:  # pragma: no cover (compiled)
    """Compute the cells of every state and the expected value of the tree."""
    states, players = len(goes_left), len(weights)
    cells = np.zeros((states, players + 1))
    value = np.empty(1 << players)
    for state in range(states):
        _expectations(goes_left[state], tree, slot_of_node, value)
        _shapley(value, weights, cells[state])
        cells[state, players] = value[-1]
    return cells, value[0]


@njit(cache=True, nogil=True)
def _expectations(
    goes_left: Any, tree: Any, slot_of_node: Any, value: Any
) -> None:  # pragma: no cover (compiled)
    """Compute the expected value of the tree for every coalition of known columns.

    A child's number is above its parent's, so one pass from the last node to the first suffices.
    """
    left, right, share, leaf_value = tree
    at = np.empty(len(left))
    for coalition in range(len(value)):
        for node in range(len(left) - 1, -1, -1):
            low, high = left[node], right[node]
            if_left = leaf_value[~low] if low < 0 else at[low]
            if_right = leaf_value[~high] if high < 0 else at[high]
            if coalition >> slot_of_node[node] & 1:
                at[node] = if_left if goes_left[node] else if_right
            else:
                at[node] = share[node] * if_left + (1.0 - share[node]) * if_right
        value[coalition] = at[0]


@njit(cache=True, nogil=True)
def _shapley(value: Any, weights: Any, cells: Any) -> None:  # pragma: no cover (compiled)
    """Sum the weighted marginal value of each player over all coalitions without it."""
    players = len(weights)
    for coalition in range(len(value) - 1):
        size = 0
        for player in range(players):
            size += coalition >> player & 1
        for player in range(players):
            if not coalition >> player & 1:
                cells[player] += weights[size] * (value[coalition | 1 << player] - value[coalition])
