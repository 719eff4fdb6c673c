"""Reading the trees of a booster from LightGBM's text format.

Decided here: the text is the only source. The direction at a node follows LightGBM's rules: a
numeric value goes left if it is at most the threshold; a missing value (none, zero or NaN, as the
node defines) takes the node's default; a category goes left if it is in the node's set, and a
missing, negative or unknown one goes right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from features.errors import ArtifactError, MikomiError

MISSING_NONE, MISSING_ZERO, MISSING_NAN = 0, 1, 2
ZERO_THRESHOLD = float(np.float32(1e-35))
"""LightGBM treats a value of at most this size as zero."""

_CATEGORY_BIT, _DEFAULT_LEFT_BIT, _MISSING_SHIFT, _MISSING_MASK = 1, 2, 2, 3
_WORD_BITS = 32


@dataclass(frozen=True)
class Tree:
    """One tree: arrays over its nodes (a child below zero is the leaf `~child`) and its leaves.

    Attributes
    ----------
    feature
        Shape (nodes,): column that the node splits on.
    threshold
        Shape (nodes,): the largest value that goes left; NaN for a categorical node.
    categories
        One entry per node: the codes that go left; None for a numeric node.
    missing
        Shape (nodes,): the kind of value treated as missing: `MISSING_NONE`, `MISSING_ZERO` or
        `MISSING_NAN`.
    default_left
        Shape (nodes,): whether a missing value goes left.
    left, right
        Shape (nodes,): the children.
    node_count, leaf_count
        Shape (nodes,) and (leaves,): number of training rows that reached each.
    leaf_value
        Shape (leaves,): the value that the leaf adds to the margin.
    """

    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    categories: tuple[NDArray[np.int64] | None, ...]
    missing: NDArray[np.int64]
    default_left: NDArray[np.bool_]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    node_count: NDArray[np.float64]
    leaf_count: NDArray[np.float64]
    leaf_value: NDArray[np.float64]

    @property
    def nodes(self) -> int:
        """Number of nodes; a tree of one leaf has none."""
        return len(self.feature)


def parse(text: str) -> tuple[Tree, ...]:
    """Read all trees of a booster with one output.

    Parameters
    ----------
    text
        The result of `lightgbm.Booster.model_to_string()`.

    Raises
    ------
    ArtifactError
        If the text is no booster, or if its output is not the sum of constant leaves.
    """
    header, *sections = text.split("end of trees", maxsplit=1)[0].split("\nTree=")
    _check_header(header)
    trees = tuple(_tree(_fields(section)) for section in sections)
    if not trees and "\nend of trees" not in text:
        raise _unreadable("no trees and no end of trees")
    return trees


def _check_header(header: str) -> None:
    lines = header.splitlines()
    if not lines or lines[0].strip() != "tree":
        raise _unreadable("a text that does not begin with the word tree")
    if "num_tree_per_iteration=1" not in lines:
        raise _unreadable("several trees per iteration")
    if "average_output" in lines:
        raise _unreadable("trees whose outputs are averaged")


def _unreadable(observed: str) -> MikomiError:
    return ArtifactError.of(
        f"{observed} in a booster",
        "LightGBM's text of a binary gradient boosting",
        "train it again",
    )


def _fields(section: str) -> Mapping[str, str]:
    return dict(line.split("=", 1) for line in section.splitlines() if "=" in line)


def _tree(fields: Mapping[str, str]) -> Tree:
    if fields.get("is_linear", "0") != "0":
        raise _unreadable("linear leaves")
    kind = _ints(fields, "decision_type")
    threshold = _floats(fields, "threshold")
    categorical = (kind & _CATEGORY_BIT) != 0
    sets = list(_category_sets(fields))
    return Tree(
        feature=_ints(fields, "split_feature"),
        threshold=np.where(categorical, np.nan, threshold),
        categories=tuple(
            sets[int(place)] if is_category else None
            for place, is_category in zip(threshold, categorical, strict=True)
        ),
        missing=(kind >> _MISSING_SHIFT) & _MISSING_MASK,
        default_left=(kind & _DEFAULT_LEFT_BIT) != 0,
        left=_ints(fields, "left_child"),
        right=_ints(fields, "right_child"),
        node_count=_floats(fields, "internal_count"),
        leaf_count=_floats(fields, "leaf_count"),
        leaf_value=_floats(fields, "leaf_value"),
    )


def _category_sets(fields: Mapping[str, str]) -> Iterator[NDArray[np.int64]]:
    boundaries, words = _ints(fields, "cat_boundaries"), _ints(fields, "cat_threshold")
    for start, end in pairwise(boundaries):
        bits = (words[start:end, None] >> np.arange(_WORD_BITS)) & 1
        yield np.flatnonzero(bits.ravel())


def _ints(fields: Mapping[str, str], name: str) -> NDArray[np.int64]:
    return np.array([int(item) for item in fields.get(name, "").split()], dtype=np.int64)


def _floats(fields: Mapping[str, str], name: str) -> NDArray[np.float64]:
    return np.array([float(item) for item in fields.get(name, "").split()], dtype=np.float64)
