"""Living through the days: hidden paths, touches and deal events of all leads.

Decided here: the order in which chance is drawn, one lead after another from one generator, so the
result depends on the seed alone. Times are whole seconds (rounded down, which makes no
difference to a cutoff at a whole second).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.timeline import DAY, SECOND
from pipelines.sample.facets.seasons import START_MOMENT, Seasons, split_moment
from pipelines.sample.simulation.chain import (
    event_factors,
    moment_of_share,
    share_before,
    stage_after,
    transition,
)
from pipelines.sample.simulation.people import People
from pipelines.sample.simulation.world import LOST, OPENED, WON, Modifiers, World

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Lives:
    """What happened, sorted by lead and time.

    Attributes
    ----------
    path, path_start
        The hidden state of lead i on its j-th day is `path[path_start[i] + j]`.
    touch_lead, touch_at, touch_kind
        One row an activity: lead number, moment, number in `touches.KINDS`.
    event_lead, event_at, event_kind, event_deal
        One row a deal event: lead number, moment, number in `world.EVENTS`, the lead's deal number.
    """

    path: NDArray[np.int8]
    path_start: Ints
    touch_lead: Ints
    touch_at: Ints
    touch_kind: Ints
    event_lead: Ints
    event_at: Ints
    event_kind: Ints
    event_deal: Ints


def simulate(
    people: People,
    laws: tuple[World, Modifiers, Seasons],
    days: int,
    rng: np.random.Generator,
) -> Lives:
    """Simulate every lead from its creation to the end of day `days - 1`.

    Parameters
    ----------
    people
        The leads.
    laws
        The world, what modifies it for each lead, the calendar.
    days
        Length of the world.
    rng
        The source of chance.
    """
    world, modifiers, calendar = laws
    day, within = split_moment(people.created_at)
    path_start = np.concatenate([[0], np.cumsum(days - day + 1)])
    path = np.empty(path_start[-1], dtype=np.int8)
    m = modifiers
    touch_rates = (m.variant, m.volume, world.rates.sum(axis=-1), np.cumsum(world.rates, axis=-1))
    c = calendar
    touches, events = _live(
        (day, within, days),
        (path, path_start),
        ((m.up, m.wake, m.opening, m.winning), m.start, touch_rates),
        (
            (world.moves, world.is_wake, world.is_rise, world.hazard),
            (world.after_lost, world.after_won),
            world.customer_opening,
        ),
        ((c.kind, c.activity, c.deal, c.waking, c.era), c.hours, c.deal_hours),
        rng,
    )
    touch_lead, touch_at, touch_kind, _ = np.ascontiguousarray(touches[0][: touches[1]].T)
    return Lives(
        path,
        path_start,
        touch_lead,
        touch_at,
        touch_kind,
        *np.ascontiguousarray(events[0][: events[1]].T),
    )


@njit(cache=True)
def _live(when: Any, paths: Any, who: Any, laws: Any, calendar: Any, rng: Any) -> Any:
    """Live all leads; tuples are unpacked in the order in which `simulate` packs them."""
    created_day, created_within, days = when
    path, path_start = paths
    (up, wake, opening, winning), start, touch_rates = who
    (moves, is_wake, is_rise, hazard), after, customer_opening = laws
    (kinds, activity, deal_season, waking, eras), hours, deal_hours = calendar
    none = np.int64(0)  # a plain 0 is a type of its own: what adds would be compiled for both
    touches = (np.empty((1024, 4), dtype=np.int64), none)
    events = (np.empty((1024, 4), dtype=np.int64), none)
    for i in range(len(created_day)):
        state = _drawn(rng, start[i], 1.0)
        stage, customer, deal, month = 0, 0, -1, -1
        matrix = np.eye(5)
        factors = np.ones(4)
        hazards = np.zeros(4)
        for day in range(created_day[i], days):
            path[path_start[i] + day - created_day[i]] = state
            kind = kinds[day]
            if kind // 2 != month:
                month = kind // 2
                matrix = transition(moves, is_wake, is_rise, up[i], wake[i] * waking[kind])
                more = customer_opening if customer else 1.0
                factors = event_factors(opening[i, eras[kind]], winning[i, eras[kind]], more)
            begin = created_within[i] if day == created_day[i] else 0.0
            place = (i, day, eras[kind], stage + 3 * customer, state, activity[kind])
            touches = _touch(touches, place, touch_rates, (hours, share_before(hours, begin)), rng)
            for e in range(4):
                hazards[e] = hazard[stage, e, state] * factors[e] * deal_season[kind]
            spent, event = _event(hazards, share_before(deal_hours, begin), rng)
            if event >= 0:
                deal += event == OPENED
                at = _moment(day, moment_of_share(deal_hours, spent))
                events = _added(events, i, at, event, deal)
                stage = stage_after(stage, event)
            if event == WON:
                customer, month = 1, -1
            state = _drawn(rng, _next(event, matrix[state], after), 1.0)
        path[path_start[i] + days - created_day[i]] = state
    return touches, events


@njit(cache=True)
def _touch(touches: Any, place: Any, touch_rates: Any, profile: Any, rng: Any) -> Any:
    """Add one lead's touches of one day."""
    i, day, era, row, state, season = place
    variant, volume, total, upto = touch_rates
    hours, share = profile
    rate = total[era, variant[i], row, state]
    steps = upto[era, variant[i], row, state]
    pace = 1.0 / (rate * volume[i] * season)
    share += rng.standard_exponential() * pace
    while share < 1.0:
        u = rng.random() * rate
        cell = 0
        while cell < len(steps) - 1 and steps[cell] <= u:
            cell += 1
        touches = _added(touches, i, _moment(day, moment_of_share(hours, share)), cell, np.int64(0))
        share += rng.standard_exponential() * pace
    return touches


@njit(cache=True)
def _event(hazards: Any, share: float, rng: Any) -> Any:
    """Draw when in the rest of the day a deal event comes, if any (-1: none), and which."""
    total = hazards[0] + hazards[1] + hazards[2] + hazards[3]
    if total == 0.0:
        return 1.0, -1
    spent = share + rng.standard_exponential() / total
    if spent >= 1.0:
        return 1.0, -1
    return spent, _drawn(rng, hazards, total)


@njit(cache=True)
def _next(event: int, usual: Any, after: Any) -> Any:
    """Return the chances of the next day's state."""
    if event == LOST:
        return after[0]
    if event == WON:
        return after[1]
    return usual


@njit(cache=True)
def _added(rows: Any, lead: int, at: int, kind: int, deal: int) -> Any:
    """Add a row to a growing array, held with the number of used rows."""
    held, used = rows
    if used == held.shape[0]:
        more = np.empty((2 * used, 4), dtype=np.int64)
        for row in range(used):
            for k in range(4):
                more[row, k] = held[row, k]
        held = more
    held[used, 0] = lead
    held[used, 1] = at
    held[used, 2] = kind
    held[used, 3] = deal
    return held, used + 1


@njit(cache=True)
def _drawn(rng: Any, weights: Any, total: float) -> int:
    """Draw an index by its weight."""
    u = rng.random() * total
    for k in range(len(weights) - 1):
        u -= weights[k]
        if u < 0.0:
            return k
    return len(weights) - 1


@njit(cache=True)
def _moment(day: int, within: float) -> int:
    seconds = min(int(within * 86_400.0), 86_399)
    return START_MOMENT + day * DAY + seconds * SECOND
