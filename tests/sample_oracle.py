"""The sample company's probabilities worked out slowly: enumeration and brute-force simulation.

Nothing here is shared with `pipelines.sample.simulation` but the world's parameters.
"""

import itertools
from dataclasses import replace

import numpy as np

from features.timeline import DAY
from pipelines.sample import SampleCompany
from pipelines.sample.facets.intents import CHANCES, INTENTS, SHARES, STANCES
from pipelines.sample.facets.seasons import START_MOMENT

SECONDS = 86_400


def matrix_of(company: SampleCompany, lead: int, day: int) -> np.ndarray:
    world, m, calendar = company.world, company.modifiers, company.calendar
    wake = m.wake[lead] * calendar.waking[calendar.kind[day]]
    moves = world.moves * np.where(world.is_rise, m.up[lead], 1.0)
    moves = moves * np.where(world.is_wake, wake, 1.0)
    assert moves.sum(axis=1).max() < 0.9
    return moves + np.diag(1.0 - moves.sum(axis=1))


def hazards_of(
    company: SampleCompany, lead: int, day: int, stage: int, customer: int
) -> np.ndarray:
    """Shape (event, state)."""
    m, kind = company.modifiers, company.calendar.kind[day]
    era = company.calendar.era[kind]
    opened = m.opening[lead, era] * (company.world.customer_opening if customer else 1.0)
    won = m.winning[lead, era]
    factors = np.array([opened, won**0.5, won, 1.0])
    return company.world.hazard[stage] * factors[:, None] * company.calendar.deal[kind]


def share(profile: np.ndarray, within: float) -> float:
    return float(np.interp(within, np.arange(25) / 24, profile))


def stage_after(stage: int, event: int) -> int:
    return {-1: stage, 0: 1, 1: 2, 2: 0, 3: 0}[event]


def posterior_by_enumeration(company: SampleCompany, lead: int, cutoff: int) -> np.ndarray:
    """Sum the likelihood of what was observed over all that is hidden; shape (stances, 5)."""
    weights = np.array(
        [
            share * texts_of(company, lead, cutoff, stance) * _over_paths(company, lead, cutoff, n)
            for n, (stance, share) in enumerate(zip(STANCES, SHARES, strict=True))
        ]
    )
    return weights / weights.sum()


def texts_of(company: SampleCompany, lead: int, cutoff: int, stance: str) -> float:
    """Return how probable the texts before a cutoff are for a stance."""
    rows = zip(*company.touches, strict=True)
    intents = [intent for of_lead, at, _, intent in rows if of_lead == lead and at < cutoff]
    chances = [CHANCES[INTENTS[intent]][STANCES.index(stance)] for intent in intents if intent > 0]
    return float(np.prod(chances))


def _over_paths(company: SampleCompany, lead: int, cutoff: int, stance: int) -> np.ndarray:
    """Sum the likelihood of touches and deals over every path of hidden states; shape (5,)."""
    everybody = np.full(len(company.people), stance)
    company = replace(company, modifiers=company.modifiers.with_stance(everybody))
    created = int(company.people.created_at[lead])
    first, last = (created - START_MOMENT) // DAY, (cutoff - START_MOMENT) // DAY
    days = range(first, last + 1)
    stages = _stages(company, lead, days, cutoff)
    weights = np.zeros(5)
    likelihood = {
        (day, state): _likelihood(company, lead, (day, state, *stages[day]), cutoff)
        for day in days
        for state in range(5)
    }
    for path in itertools.product(range(5), repeat=len(days)):
        weight = company.modifiers.start[lead, path[0]]
        for day, state in zip(days, path, strict=True):
            weight *= likelihood[day, state]
        for day, (before, after) in zip(days, itertools.pairwise(path), strict=False):
            event = stages[day][2]
            if event in {2, 3}:
                world = company.world
                weight *= (world.after_won if event == 2 else world.after_lost)[after]
            else:
                weight *= matrix_of(company, lead, day)[before, after]
        weights[path[-1]] += weight
    return weights


def _events(company: SampleCompany, lead: int, day: int, cutoff: int) -> list[tuple[int, int]]:
    lives = company.lives
    begin = START_MOMENT + day * DAY
    rows = (lives.event_lead == lead) & (lives.event_at >= begin)
    rows &= lives.event_at < min(begin + DAY, cutoff)
    return list(zip(lives.event_at[rows].tolist(), lives.event_kind[rows].tolist(), strict=True))


def _stages(
    company: SampleCompany, lead: int, days: range, cutoff: int
) -> dict[int, tuple[int, int, int, int]]:
    """Day -> stage, whether won before, the event of the day (-1: none), its moment."""
    stage, customer, by_day = 0, 0, {}
    for day in days:
        events = _events(company, lead, day, cutoff)
        at, event = events[0] if events else (0, -1)
        by_day[day] = (stage, customer, event, at)
        stage, customer = stage_after(stage, event), int(customer or event == 2)
    return by_day


def _likelihood(
    company: SampleCompany,
    lead: int,
    today: tuple[int, int, int, int, int, int],
    cutoff: int,
) -> float:
    """Of one day in one state: touches, the deal event, and no others."""
    day, state, stage, customer, event, event_at = today
    world, calendar, m, lives = company.world, company.calendar, company.modifiers, company.lives
    kind, begin = calendar.kind[day], START_MOMENT + day * DAY
    start = max(0.0, (int(company.people.created_at[lead]) - begin) / DAY)
    end = min(1.0, (cutoff - begin) / DAY)
    rates = world.rates[calendar.era[kind], m.variant[lead], stage + 3 * customer, state]
    rates = rates * m.volume[lead] * calendar.activity[kind]
    exposure = share(calendar.hours, end) - share(calendar.hours, start)
    likelihood = float(np.exp(-rates.sum() * exposure))
    rows = (lives.touch_lead == lead) & (lives.touch_at >= begin)
    for touch in lives.touch_kind[rows & (lives.touch_at < min(begin + DAY, cutoff))]:
        likelihood *= rates[touch]
    hazards = hazards_of(company, lead, day, stage, customer)[:, state]
    stop = (event_at - begin) / DAY if event >= 0 else end
    exposure = share(calendar.deal_hours, stop) - share(calendar.deal_hours, start)
    likelihood *= float(np.exp(-hazards.sum() * exposure))
    return likelihood * (float(hazards[event]) if event >= 0 else 1.0)


def win_share_by_simulation(
    company: SampleCompany,
    at: tuple[int, int, int],
    start: tuple[int, int],
    horizon_days: int,
    draws: tuple[int, int],
) -> float:
    """Live on from a hidden state many times; `at` = lead, cutoff, state; `draws` = n, seed."""
    lead, cutoff, state = at
    stage_now, customer = start
    n, seed = draws
    rng = np.random.default_rng(seed)
    day0, rest = divmod(cutoff - START_MOMENT, DAY)
    passed = share(company.calendar.deal_hours, rest / DAY)
    states, stages, won = np.full(n, state), np.full(n, stage_now), np.zeros(n, dtype=bool)
    for day in range(day0, day0 + horizon_days + 1):
        low = passed if day == day0 else 0.0
        high = passed if day == day0 + horizon_days else 1.0
        events = np.full(n, -1)
        for stage in range(3):
            rows = np.flatnonzero(stages == stage)
            hazards = hazards_of(company, lead, day, stage, customer)[:, states[rows]]
            waits = rng.exponential(size=(4, len(rows))) / np.maximum(hazards, 1e-300)
            events[rows] = np.where(waits.min(axis=0) < high - low, waits.argmin(axis=0), -1)
        won |= events == 2
        states = _next_states(company, (lead, day), states, events, rng)
        stages = np.select([events == 0, events == 1, events >= 2], [1, 2, 0], stages)
    return float(won.mean())


def _next_states(
    company: SampleCompany,
    when: tuple[int, int],
    states: np.ndarray,
    events: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    chances = matrix_of(company, *when)[states]
    chances[events == 3] = company.world.after_lost
    chances[events == 2] = company.world.after_won
    return (rng.random((len(states), 1)) > chances.cumsum(axis=1)).sum(axis=1).clip(max=4)
