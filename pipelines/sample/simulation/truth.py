"""The true conversion probability of a snapshot: given everything, and given what can be observed.

Decided here: inference is exact, not fitted. A forward filter carries the probabilities of the
hidden states through the days: the day's transition, then the likelihood of what was observed
(touches, deal events) *and of silence*, up to the cutoff within its day. A backward recursion over
the horizon gives the chance of no win from every state and stage. Weighted by the filter it is the
observable limit: no model can know more. The stance of a lead (`intents`) is a hidden class beside
the states: `answers` asks for each of them and weighs the answers by how probable the observations
and the texts are. With the hidden state known it is
`probability_given_everything`. The recursions are in `forward` and `backward`.

What is left out of the filter says nothing about interest: touches with equal rates in all states
(the only ones that may be entered late), texts, dwell seconds, amounts, attribute changes.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.sample.facets.seasons import Seasons
from pipelines.sample.simulation.forward import answer_leads
from pipelines.sample.simulation.world import Modifiers, World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
THREADS: Final = 2


@dataclass(frozen=True)
class Observations:
    """What can be observed of the leads, and the hidden paths: flat arrays sorted by lead and day.

    `touch_start` and `event_start` have the shape (leads + 1,); `within` is the share of the day's
    24 hours; `touch_kind` holds only touches that tell something; `path[path_start[i] + j]` is the
    hidden state of lead i on its j-th day.
    """

    created_day: Ints
    created_within: Floats
    touch_start: Ints
    touch_day: Ints
    touch_within: Floats
    touch_kind: Ints
    event_start: Ints
    event_day: Ints
    event_within: Floats
    event_kind: Ints
    path_start: Ints
    path: NDArray[np.int8]


@dataclass(frozen=True)
class Questions:
    """Snapshots sorted by lead and cutoff; `start` has the shape (leads + 1,)."""

    start: Ints
    day: Ints
    within: Floats


def answer(
    observed: Observations,
    questions: Questions,
    laws: tuple[World, Modifiers, Seasons],
    horizon_days: int,
) -> tuple[Floats, Floats, Floats]:
    """Compute (given everything, given what is observed, weight) for every question.

    Parameters
    ----------
    observed
        What can be observed, and the hidden paths.
    questions
        The snapshots.
    laws
        The world, what modifies it for each lead (its stance included), the calendar.
    horizon_days
        Days from the cutoff; the end is open.

    Returns
    -------
    The chance of a deal won in [cutoff, cutoff + horizon), twice, and the logarithm of how
    probable the observations are under these laws; missing (NaN) where the lead did not exist
    before the cutoff.

    Raises
    ------
    ValueError
        If the calendar ends before the last horizon.
    """
    world, modifiers, calendar = laws
    n = len(questions.day)
    everything, observable, weight = (np.full(n, np.nan) for _ in range(3))
    telling = np.flatnonzero(~world.noise)
    position = np.zeros(len(world.noise), dtype=np.int64)
    position[telling] = np.arange(len(telling))
    if n and questions.day.max() + horizon_days + 1 >= len(calendar.kind):
        raise ValueError("the calendar is too short for this horizon")
    touch_kind = position[observed.touch_kind]
    arguments = (
        (
            (observed.created_day, observed.created_within, observed.path_start, observed.path),
            (observed.touch_start, observed.touch_day, observed.touch_within, touch_kind),
            (observed.event_start, observed.event_day, observed.event_within, observed.event_kind),
        ),
        (questions.start, questions.day, questions.within, horizon_days),
        _of_each_lead(modifiers, world, telling),
        _laws(world, calendar),
        (everything, observable, weight),
    )
    edges = np.linspace(0, len(observed.created_day), 4 * THREADS + 1).astype(np.int64)
    ranges = [(int(begin), int(end)) for begin, end in itertools.pairwise(edges)]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda leads: answer_leads(leads, *arguments), ranges))
    return everything, observable, weight


def _of_each_lead(modifiers: Modifiers, world: World, telling: Ints) -> tuple[object, ...]:
    """Pack what differs between leads, in the order in which `forward` unpacks it."""
    return (
        (modifiers.up, modifiers.wake, modifiers.opening, modifiers.winning),
        modifiers.start,
        (
            modifiers.variant,
            modifiers.volume,
            world.telling_total,
            np.ascontiguousarray(world.rates[..., telling]),
        ),
    )


def _laws(world: World, calendar: Seasons) -> tuple[object, ...]:
    """Pack what is the same for all leads, in the order in which `forward` unpacks it."""
    return (
        (world.moves, world.is_wake, world.is_rise, world.hazard, world.customer_opening),
        (
            (world.after_lost, world.after_won),
            (calendar.kind, calendar.activity, calendar.deal, calendar.waking, calendar.era),
            calendar.hours,
            calendar.deal_hours,
        ),
    )
