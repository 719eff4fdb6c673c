"""Reliability: of those given p, how many converted.

Decided here: bins hold equal numbers of rows, the same as in the calibration error, so that the
error is the mean distance of this picture's points from its diagonal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.stats.metrics import BINS, equal_bins
from models.stats.training_set import Floats


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin: mean probability given, share that converted with its 95 % interval, rows."""

    given: float
    converted: float
    low: float
    high: float
    rows: int


def reliability(
    label: Floats, probability: Floats, lead: NDArray[np.int64], redraws: int = 200, seed: int = 0
) -> tuple[ReliabilityBin, ...]:
    """Compare given and converted share, bin by bin; intervals by redraws of the leads.

    >>> label, given = np.array([0.0, 1.0, 1.0]), np.array([0.5, 0.5, 0.9])
    >>> [(one.given, one.converted) for one in reliability(label, given, np.arange(3), 20)]
    [(0.5, 0.5), (0.9, 1.0)]
    """
    bin_of = equal_bins(probability)
    share = _redrawn(label, bin_of, lead, redraws, seed)
    told = []
    for one in np.unique(bin_of):
        mine = bin_of == one
        seen = share[:, one][~np.isnan(share[:, one])]
        low, high = np.quantile(seen, (0.025, 0.975)) if len(seen) else (np.nan, np.nan)
        given, converted = float(probability[mine].mean()), float(label[mine].mean())
        told.append(ReliabilityBin(given, converted, float(low), float(high), int(mine.sum())))
    return tuple(told)


def _redrawn(
    label: Floats, bin_of: NDArray[np.int64], lead: NDArray[np.int64], redraws: int, seed: int
) -> Floats:
    """Tell the converted share of each bin on each redraw: shape (redraws, BINS)."""
    codes, position = np.unique(lead, return_inverse=True)
    cells, size = position * BINS + bin_of, len(codes) * BINS
    rows = np.bincount(cells, minlength=size).reshape(len(codes), BINS).astype(np.float64)
    won = np.bincount(cells, label, minlength=size).reshape(len(codes), BINS)
    rng, share = np.random.default_rng(seed), np.full((redraws, BINS), np.nan)
    for draw in range(redraws):
        drawn = np.bincount(rng.integers(0, len(codes), len(codes)), minlength=len(codes))
        count = drawn @ rows
        np.divide(drawn @ won, count, out=share[draw], where=count > 0)
    return share
