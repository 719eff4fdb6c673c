"""Quarters of weekly lists whose probabilities are known: many at once, as counts by week."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.worth.receipt import ListedLeads

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class QuarterPlan:
    """How the lists of a quarter are made.

    Attributes
    ----------
    mean, spread
        The usual probability of an open lead, and the spread of its log-odds.
    skill
        How far the ranking follows them; None: not at all.
    pool, places, share
        Open leads, places on the list, and the share by lot, each week.
    """

    mean: float = 0.08
    spread: float = 1.0
    skill: float | None = 1.0
    pool: int = 300
    places: int = 40
    share: float = 0.25
    weeks: int = 13


@dataclass(frozen=True)
class Quarters:
    """Counts of quarters: shape (quarters, weeks, 2), ranked leads first; and the true extra wins.

    `extra` is what the ranked leads were expected to win beyond as many leads drawn from below.
    """

    converted: Floats
    leads: Floats
    extra: Floats


def simulate(plan: QuarterPlan, quarters: int, seed: int) -> Quarters:
    """Draw quarters, in batches."""
    rng = np.random.default_rng(seed)
    batches = [_batch(plan, min(100, quarters - at), rng) for at in range(0, quarters, 100)]
    return Quarters(*(np.concatenate(one) for one in zip(*batches, strict=True)))


def _batch(plan: QuarterPlan, quarters: int, rng: np.random.Generator) -> tuple[Floats, ...]:
    by_lot = round(plan.places * plan.share)
    ranked = plan.places - by_lot
    ready = rng.standard_normal((quarters, plan.weeks, plan.pool))
    odds = np.log(plan.mean / (1.0 - plan.mean)) - 0.4 * plan.spread**2 + plan.spread * ready
    probability = 1.0 / (1.0 + np.exp(-odds))
    rank = rng.standard_normal(ready.shape) + (0.0 if plan.skill is None else plan.skill * ready)
    order = np.argpartition(-rank, ranked, axis=2)
    top = np.take_along_axis(probability, order[:, :, :ranked], 2)
    below = np.take_along_axis(probability, order[:, :, ranked:], 2)
    lot = np.argpartition(rng.random(below.shape), by_lot, axis=2)[:, :, :by_lot]
    drawn = np.take_along_axis(below, lot, 2)
    converted = [(rng.random(one.shape) < one).sum(axis=2) for one in (top, drawn)]
    counts = np.stack(converted, axis=-1).astype(np.float64)
    leads = np.broadcast_to(np.array([ranked, by_lot], np.float64), counts.shape)
    extra = top.sum(axis=(1, 2)) - ranked * below.mean(axis=2).sum(axis=1)
    return counts, leads, extra


def against_another(plan: QuarterPlan, other_skill: float, seed: int) -> tuple[ListedLeads, float]:
    """Draw one quarter lead by lead, with another list; and the true extra wins over that."""
    rng = np.random.default_rng([seed, 7])
    by_lot = round(plan.places * plan.share)
    ranked = plan.places - by_lot
    shape = (plan.weeks, plan.pool)
    ready = rng.standard_normal(shape)
    odds = np.log(plan.mean / (1.0 - plan.mean)) - 0.4 * plan.spread**2 + plan.spread * ready
    probability = 1.0 / (1.0 + np.exp(-odds))
    order = np.argsort(-((plan.skill or 0.0) * ready + rng.standard_normal(shape)), axis=1)
    other = np.argsort(-(other_skill * ready + rng.standard_normal(shape)), axis=1)
    theirs = np.zeros(shape, np.bool_)
    np.put_along_axis(theirs, other[:, :ranked], True, 1)  # noqa: FBT003 - a value
    lot = np.stack([rng.choice(one[ranked:], by_lot, replace=False) for one in order])
    taken = np.concatenate([order[:, :ranked], lot], axis=1)
    chosen = np.take_along_axis(probability, taken, 1)
    label = (rng.random(chosen.shape) < chosen).astype(np.float64)
    is_ranked = np.broadcast_to(np.arange(plan.places) < ranked, chosen.shape)
    rows = ListedLeads(
        np.repeat(np.arange(plan.weeks), plan.places),
        is_ranked.ravel(),
        label.ravel(),
        np.zeros(label.size),
        np.where(is_ranked, 1.0, (plan.pool - ranked) / by_lot).ravel(),
        {"other": np.take_along_axis(theirs, taken, 1).ravel()},
    )
    mine = np.take_along_axis(probability, order[:, :ranked], 1).mean()
    return rows, float(plan.weeks * ranked * (mine - probability[theirs].mean()))
