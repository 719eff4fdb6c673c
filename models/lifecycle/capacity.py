"""Capacity: conversions among the leads that sales could work in the order of a ranking.

Decided here: each week the hottest leads are worked, up to the capacity of sales; a lead is worked
once. Leads enter with their snapshots and stay for four weeks (their latest snapshot counts),
unless they convert before they are worked. A conversion is captured if a worked lead converts
afterwards, within the horizon of its snapshot. Ties are broken at random: a base rate works leads
at random. The effect of a call is unknown; this counts the conversions among the leads contacted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY, Moments
from models.evaluation.comparisons import interval
from models.lifecycle.origins import BacktestSettings
from models.stats.metrics import Interval
from models.stats.training_set import Floats

WEEK: Final = 7 * DAY
STAYS: Final = 4 * WEEK
_WORKED, _CAPTURED = 1.0, 2.0
Key = TypeVar("Key")


@dataclass(frozen=True)
class AnsweredRows:
    """The snapshots that were predicted.

    Attributes
    ----------
    label, lead, cutoff
        Shape (rows,): final labels, a code of the lead, microseconds.
    converts_at
        Shape (rows,): the first conversion at or after the cutoff; `NEVER` if there is none.
    """

    label: Floats
    lead: NDArray[np.int64]
    cutoff: Moments
    converts_at: Moments


@dataclass(frozen=True)
class CapturedConversions:
    """Leads worked and conversions captured; how many `less` than by the model, with interval."""

    worked: int
    captured: int
    less: Interval


def taken(
    rows: AnsweredRows, probability: Floats, capacity: int, first: int, seed: int = 0
) -> Floats:
    """Simulate the work of sales, week by week.

    Parameters
    ----------
    rows
        The snapshots.
    probability
        Shape (rows,): leads are worked in descending order.
    capacity
        Leads per week.
    first
        The beginning of the first week, microseconds.
    seed
        Of the random order of ties.

    Returns
    -------
    Shape (rows,): 0 not worked, 1 worked, 2 worked and a conversion was captured.
    """
    lot = np.random.default_rng(seed).random(int(rows.lead.max(initial=0)) + 1)
    order = np.lexsort((lot[rows.lead], -probability))
    done = np.zeros(len(lot), dtype=np.bool_)
    out = np.zeros(len(rows.label))
    last = int(rows.cutoff.max(initial=first))
    for start in range(first, last + 1, WEEK):
        pool = order[_comes_up(rows, start)[order] & ~done[rows.lead[order]]]
        pool = pool[_is_latest(rows, pool)][:capacity]
        done[rows.lead[pool]] = True
        out[pool] = np.where(rows.label[pool] == 1.0, _CAPTURED, _WORKED)
    return out


def _comes_up(rows: AnsweredRows, start: int) -> NDArray[np.bool_]:
    """Mark the snapshots that may be worked in a week, whether or not their lead was before."""
    there = (rows.cutoff < start + WEEK) & (rows.cutoff >= start - STAYS + WEEK)
    return there & (rows.converts_at >= start)


def _is_latest(rows: AnsweredRows, pool: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Mark the latest snapshot of each lead of the pool."""
    order = np.lexsort((-rows.cutoff[pool], rows.lead[pool]))
    ordered = rows.lead[pool][order]
    mine = np.zeros(len(pool), dtype=np.bool_)
    mine[order] = np.append(True, ordered[1:] != ordered[:-1])[: len(pool)]
    return mine


def captured(
    outcome: Mapping[Key, Floats],
    lead: NDArray[np.int64],
    model: Key,
    settings: BacktestSettings,
) -> dict[Key, CapturedConversions]:
    """Count leads worked and conversions captured, and how many fewer than by the model.

    Parameters
    ----------
    outcome
        Name -> the result of `taken`, shape (rows,).
    lead
        Shape (rows,): a code of the lead.
    model
        The name that the others are compared with.
    settings
        Redraws and seed.
    """
    codes, position = np.unique(lead, return_inverse=True)
    by_lead = np.column_stack(
        [
            np.bincount(position, weights=one == _CAPTURED, minlength=len(codes))
            for one in outcome.values()
        ]
    )
    less = by_lead[:, [list(outcome).index(model)]] - by_lead
    rng = np.random.default_rng(settings.seed)
    redrawn = np.array([_redraw(rng, len(codes)) @ less for _ in range(settings.redraws)])
    return {
        name: CapturedConversions(
            int(np.count_nonzero(one)),
            int(by_lead[:, at].sum()),
            interval(float(less[:, at].sum()), redrawn[:, at]),
        )
        for at, (name, one) in enumerate(outcome.items())
    }


def _redraw(rng: np.random.Generator, leads: int) -> Floats:
    """Draw leads with replacement; return the number of draws of each."""
    return np.bincount(rng.integers(0, leads, leads), minlength=leads).astype(np.float64)
