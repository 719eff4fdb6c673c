"""The bins of many values at once are those of each value alone."""

import numpy as np
import pytest

from models.explain.trees.tree_bins import FEW_EDGES, bin_of_number, bins_of_numbers
from models.model.binning import BLOCK_ROWS, Binning, bin_of

SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40]


def values_around(edges: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw values on edges, just beside them and elsewhere, and special ones."""
    near = [edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf), SPECIAL]
    return rng.permutation(np.concatenate([*near, rng.normal(size=50)]).astype(edges.dtype))


@pytest.mark.parametrize("rows", [1, BLOCK_ROWS - 1, BLOCK_ROWS, 3 * BLOCK_ROWS + 1])
def test_bins_of_a_scorecard(rows: int) -> None:
    rng = np.random.default_rng(rows)
    sizes = [0, 1, 8, 9, 20]
    edges = tuple(np.sort(rng.normal(size=n)).astype(np.float32) for n in sizes)
    codes = np.array([0, 1, 4, 9], np.float32)
    binning = Binning((*edges, codes), np.array([False] * len(sizes) + [True]))
    columns = [rng.choice(values_around(one, rng), rows) for one in edges]
    values = np.stack([*columns, rng.integers(-1, 12, rows)], axis=1).astype(np.float32)
    values[rng.random(values.shape) < 0.1] = np.nan
    flat, begin = binning.flat_edges, binning.edge_starts
    alone = [
        [
            bin_of(one, flat, begin[column], begin[column + 1], binning.categorical[column])
            for one in values[:, column]
        ]
        for column in range(values.shape[1])
    ]
    np.testing.assert_array_equal(binning.codes(values), alone)


@pytest.mark.parametrize("count", [0, 1, 7, FEW_EDGES, FEW_EDGES + 1])
def test_bins_of_trees(count: int) -> None:
    rng = np.random.default_rng(count)
    edges = np.sort(rng.normal(size=count))
    values = values_around(edges, rng)
    bins = np.zeros(len(values), np.uint16)
    bins_of_numbers(values, edges, bins)
    np.testing.assert_array_equal(bins, [bin_of_number(one, edges) for one in values])
