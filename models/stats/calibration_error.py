"""The expected calibration error (ECE), and its floor.

Decided here: bins of equally many rows, equal probabilities never parted. The ECE is read against
its floor: the ECE that true probabilities would show by chance.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.stats.training_set import Floats

BINS: Final = 15
"""How many bins, by default."""


def ece(
    *, label: Floats, probability: Floats, weight: Floats | None = None, bins: int = BINS
) -> float:
    """Compute the expected calibration error: the mean gap between rate and mean probability.

    >>> round(ece(label=np.array([1.0, 0.0]), probability=np.array([0.7, 0.7]), bins=1), 3)
    0.2

    Parameters
    ----------
    label, probability
        Shape (rows,).
    weight
        Shape (rows,); missing means one each.
    bins
        How many bins, of equally many rows each.
    """
    return calibration_gap(label, probability, equal_bins(probability, bins), weight)


def equal_bins(probability: Floats, bins: int = BINS) -> NDArray[np.int64]:
    """Return the bin of every row: equally many rows a bin, equal probabilities never parted.

    Parameters
    ----------
    probability
        Shape (rows,).
    bins
        How many bins.
    """
    edges = np.quantile(probability, np.arange(1, bins) / bins)
    return np.searchsorted(edges, probability, side="left").astype(np.int64)


def calibration_gap(
    label: Floats, probability: Floats, bin_of: NDArray[np.int64], weight: Floats | None = None
) -> float:
    """Compute the mean absolute gap, over bins, of labels and probabilities.

    Parameters
    ----------
    label, probability
        Shape (rows,).
    bin_of
        Shape (rows,): the bin of every row.
    weight
        Shape (rows,); missing means one each.
    """
    each = np.ones(len(label)) if weight is None else weight
    gaps = np.bincount(bin_of, weights=each * (label - probability))
    return float(np.abs(gaps).sum() / each.sum())


@dataclass(frozen=True)
class Floor:
    """The ECE of true probabilities, by simulation.

    Attributes
    ----------
    mean
        Its mean over the simulations.
    high
        Its 95th percentile.
    """

    mean: float
    high: float


def ece_floor(
    probability: Floats,
    lead: NDArray[np.int64] | None = None,
    draws: int = 200,
    seed: int = 0,
    bins: int = BINS,
) -> Floor:
    """Simulate the ECE that would be observed if the probabilities were true.

    Parameters
    ----------
    probability
        Shape (rows,).
    lead
        Shape (rows,): the snapshots of a lead share one draw, as their labels nearly do. Missing
        means that rows are independent.
    draws
        How many simulations.
    seed
        Seed of the simulations.
    bins
        As in `ece`.
    """
    source = np.random.default_rng(seed)
    bin_of = equal_bins(probability, bins)
    codes = np.arange(len(probability)) if lead is None else np.unique(lead, return_inverse=True)[1]
    simulated = np.empty(draws)
    for draw in range(draws):
        luck = source.random(int(codes.max()) + 1)[codes]
        simulated[draw] = calibration_gap(
            (luck < probability).astype(np.float64), probability, bin_of
        )
    return Floor(float(simulated.mean()), float(np.quantile(simulated, 0.95)))
