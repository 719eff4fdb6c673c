"""Sums without the most frequent bins equal those over every row."""

import numpy as np

from models.model import frequent_bins
from models.model.bin_sums import histogram, margin

STARTS = np.array([0, 4, 9, 11], dtype=np.int64)


def codes(rare: float) -> np.ndarray:
    """Draw bins of three features; about so many rows lie outside the first of each."""
    rng = np.random.default_rng(0)
    drawn = np.stack([rng.integers(0, size, 300) for size in (4, 5, 2)])
    return np.where(rng.random(drawn.shape) < rare, drawn, 0).astype(np.uint8)


def test_sums_of_rows_and_of_bins_are_those_of_every_row() -> None:
    own, rng = codes(0.4), np.random.default_rng(1)
    support = histogram(own, np.ones(300), STARTS)
    rare = frequent_bins.rare_bins(own, support, STARTS)
    assert rare is not None
    assert len(rare.row) < own.size / 2
    table, amount = rng.normal(size=11), rng.normal(size=300)
    dense = margin(own, table, STARTS)
    np.testing.assert_allclose(frequent_bins.margin(rare, table, 300), dense, atol=1e-12)
    by_bin = frequent_bins.histogram(rare, amount, 11)
    np.testing.assert_allclose(by_bin, histogram(own, amount, STARTS), atol=1e-12)
    wrong = rare._replace(frequent=rare.frequent + 1)
    assert np.abs(frequent_bins.margin(wrong, table, 300) - dense).max() > 0.1, "the planted fault"


def test_every_row_is_visited_where_most_lie_outside() -> None:
    own = codes(1.0)
    assert frequent_bins.rare_bins(own, histogram(own, np.ones(300), STARTS), STARTS) is None
