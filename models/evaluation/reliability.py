"""Reliability: the share that converted, by predicted probability.

Decided here: bins have equal numbers of rows, as in the calibration error, so that the error is the
mean distance of the points of this diagram from its diagonal.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.stats.calibration_error import BINS, equal_bins
from models.stats.training_set import Floats


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin: mean predicted probability, share that converted with its 95 % interval, rows."""

    predicted: float = field(metadata={"key": "given"})
    converted: float
    low: float
    high: float
    rows: int


def reliability(
    label: Floats, probability: Floats, lead: NDArray[np.int64], redraws: int = 200, seed: int = 0
) -> tuple[ReliabilityBin, ...]:
    """Compare predicted probability and converted share, bin by bin.

    Parameters
    ----------
    label, probability, lead
        Shape (rows,): 1 or 0; the probability; a code of the lead.
    redraws, seed
        Number of bootstrap redraws of the leads behind the intervals, and their seed.

    Returns
    -------
    The bins, from the lowest to the highest probability.

    Examples
    --------
    >>> label, probability = np.array([0.0, 1.0, 1.0]), np.array([0.5, 0.5, 0.9])
    >>> bins = reliability(label, probability, np.arange(3), 20)
    >>> [(one.predicted, one.converted) for one in bins]
    [(0.5, 0.5), (0.9, 1.0)]
    """
    bin_of = equal_bins(probability)
    share = _redrawn(label, bin_of, lead, redraws, seed)
    bins = []
    for one in np.unique(bin_of):
        mine = bin_of == one
        drawn = share[:, one][~np.isnan(share[:, one])]
        low, high = np.quantile(drawn, (0.025, 0.975)) if len(drawn) else (np.nan, np.nan)
        predicted, converted = float(probability[mine].mean()), float(label[mine].mean())
        bins.append(ReliabilityBin(predicted, converted, float(low), float(high), int(mine.sum())))
    return tuple(bins)


def _redrawn(
    label: Floats, bin_of: NDArray[np.int64], lead: NDArray[np.int64], redraws: int, seed: int
) -> Floats:
    """Compute the converted share of each bin on each redraw: shape (redraws, BINS)."""
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
