"""Living through the days: hidden paths, touches and deal events of all leads.

Decided here: the order in which chance is drawn, one lead after another from one generator, so the
result depends on the seed alone. Times are whole seconds (rounded down, which no cutoff at a whole
second can tell).
"""

from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY, SECOND
from pipelines.sample.chain import (
    event_factors,
    moment_of_share,
    share_before,
    stage_after,
    transition,
)
from pipelines.sample.people import People
from pipelines.sample.seasons import START_MOMENT, Seasons, split_moment
from pipelines.sample.world import WON, Modifiers, World

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
        One row a deal event: lead number, moment, number in `world.EVENTS`, deal number of the lead.
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
    modifiers: Modifiers,
    world: World,
    calendar: Seasons,
    days: int,
    rng: np.random.Generator,
) -> Lives:
    """Let every lead live from its creation to the end of day `days - 1`."""
    day, within = split_moment(people.created_at)
    path_start = np.concatenate([[0], np.cumsum(days - day + 1)])
    path = np.empty(path_start[-1], dtype=np.int8)
    touches, events = _live(
        (day, within, days, path, path_start),
        (modifiers.variant, modifiers.volume, modifiers.up, modifiers.wake),
        (modifiers.opening, modifiers.winning, modifiers.start),
        (world.moves, world.is_wake, world.is_rise, world.hazard),
        (world.after_lost, world.after_won, world.customer_opening),
        (world.rates.sum(axis=-1), np.cumsum(world.rates, axis=-1)),
        (calendar.kind, calendar.activity, calendar.deal, calendar.waking, calendar.era),
        (calendar.hours, calendar.deal_hours),
        rng,
    )
    touch_order = np.lexsort((touches[1], touches[0]))
    touch_lead, touch_at, touch_kind = touches[:, touch_order]
    return Lives(path, path_start, touch_lead, touch_at, touch_kind, *events)


@nb.njit(cache=True)
def _grown(rows: Ints, used: int) -> Ints:
    if used < rows.shape[1]:
        return rows
    more = np.empty((rows.shape[0], 2 * rows.shape[1]), dtype=np.int64)
    more[:, :used] = rows[:, :used]
    return more


@nb.njit(cache=True)
def _drawn(rng, weights):  # type: ignore[no-untyped-def]
    """Draw an index by its weight; `weights` sum to one."""
    u = rng.random()
    for k in range(len(weights) - 1):
        u -= weights[k]
        if u < 0.0:
            return k
    return len(weights) - 1


@nb.njit(cache=True)
def _moment(day, within):  # type: ignore[no-untyped-def]
    seconds = min(np.int64(within * 86_400.0), 86_399)
    return START_MOMENT + day * DAY + seconds * SECOND


@nb.njit(cache=True)
def _live(when, rates_of, deals_of, moving, jumps, touching, calendar, profiles, rng):  # type: ignore[no-untyped-def] # noqa: PLR0913, PLR0915
    created_day, created_within, days, path, path_start = when
    variant, volume, up, wake = rates_of
    opening, winning, start = deals_of
    moves, is_wake, is_rise, hazard = moving
    after_lost, after_won, customer_opening = jumps
    total, upto = touching
    kinds, activity, deal_season, waking, eras = calendar
    hours, deal_hours = profiles
    touches = np.empty((3, 1024), dtype=np.int64)
    events = np.empty((4, 1024), dtype=np.int64)
    n_touches = 0
    n_events = 0
    for i in range(len(created_day)):
        state = _drawn(rng, start[i])
        stage = 0
        customer = 0
        deal = -1
        last_month = -1
        matrix = np.eye(5)
        for day in range(created_day[i], days):
            path[path_start[i] + day - created_day[i]] = state
            kind = kinds[day]
            if kind // 2 != last_month:
                last_month = kind // 2
                matrix = transition(moves, is_wake, is_rise, up[i], wake[i] * waking[kind])
                factors = event_factors(
                    opening[i, eras[kind]],
                    winning[i, eras[kind]],
                    customer_opening if customer else 1.0,
                )
            begin = created_within[i] if day == created_day[i] else 0.0
            share = share_before(hours, begin)
            row = stage + 3 * customer
            rate = total[eras[kind], variant[i], row, state] * volume[i] * activity[kind]
            for _ in range(rng.poisson(rate * (1.0 - share))):
                cell = np.searchsorted(
                    upto[eras[kind], variant[i], row, state],
                    rng.random() * total[eras[kind], variant[i], row, state],
                    side="right",
                )
                at = moment_of_share(hours, share + rng.random() * (1.0 - share))
                touches = _grown(touches, n_touches)
                touches[0, n_touches] = i
                touches[1, n_touches] = _moment(day, at)
                touches[2, n_touches] = cell
                n_touches += 1
            share = share_before(deal_hours, begin)
            event = -1
            spent = share
            chances = np.zeros(4)
            for e in range(4):
                chances[e] = hazard[stage, e, state] * factors[e] * deal_season[kind]
            all_chances = chances.sum()
            if all_chances > 0.0:
                spent = share + rng.standard_exponential() / all_chances
                if spent < 1.0:
                    event = _drawn(rng, chances / all_chances)
            if event >= 0:
                if event == 0:
                    deal += 1
                events = _grown(events, n_events)
                events[0, n_events] = i
                events[1, n_events] = _moment(day, moment_of_share(deal_hours, spent))
                events[2, n_events] = event
                events[3, n_events] = deal
                n_events += 1
                stage = stage_after(stage, event)
            if event == WON:
                customer = 1
                last_month = -1
                state = _drawn(rng, after_won)
            elif event == WON + 1:
                state = _drawn(rng, after_lost)
            else:
                state = _drawn(rng, matrix[state])
        path[path_start[i] + days - created_day[i]] = state
    return touches[:, :n_touches].copy(), events[:, :n_events].copy()
