"""The horizon, backward: the chance of no win from every hidden state and stage. Compiled.

Decided here: three stages, four events, five states; a win ends the recursion. Arguments are tuples
of arrays, named where they are unpacked; numba infers their types. `days` = (day kind of every day,
first day kind of the tables).
"""

from typing import Any

import numpy as np

from features.kernel.compiled import njit
from pipelines.sample.simulation.chain import event_factors, stage_after, transition
from pipelines.sample.simulation.world import LOST, OPENED, QUOTED, WON


@njit(cache=True)
def tables(kinds: Any, customer: int, lead: Any, laws: Any, calendar: Any) -> Any:
    """Tabulate a whole day, by the kind of day.

    Parameters
    ----------
    kinds
        The first and the last kind that are needed, both included.
    customer
        Whether the lead is a customer already, who opens deals at a factor of its own.
    lead
        Factors of the lead: interest rises, interest wakes, a deal opens, a deal is won.
    laws
        Daily moves, which of them wake and which rise, hazards of events, the factor of
        customers.
    calendar
        The kind of every day; by kind the factors of activities, deals and waking, and the era.

    Returns
    -------
    tuple
        Transitions (kinds, 5, 5), hazards (kinds, 3 stages, 4 events, 5), the chances of no event
        (kinds, 3, 5) and of each event (kinds, 3, 4, 5).
    """
    up, wake, opening, winning = lead
    moves, is_wake, is_rise, hazard, customer_opening = laws
    _, _, deal, waking, eras = calendar
    first, last = kinds
    size = last - first + 1
    matrix = np.empty((size, 5, 5))
    rate = np.empty((size, 3, 4, 5))
    survive = np.empty((size, 3, 5))
    chance = np.empty((size, 3, 4, 5))
    for k in range(size):
        kind = first + k
        matrix[k] = transition(moves, is_wake, is_rise, up, wake * waking[kind])
        factors = event_factors(
            opening[eras[kind]], winning[eras[kind]], customer_opening if customer else 1.0
        )
        for s in range(3):
            for e in range(4):
                for z in range(5):
                    rate[k, s, e, z] = hazard[s, e, z] * factors[e] * deal[kind]
            part_of_day(rate[k, s], 1.0, survive[k, s], chance[k, s])
    return matrix, rate, survive, chance


@njit(cache=True)
def part_of_day(rate: Any, exposure: float, survive: Any, chance: Any) -> None:
    """Compute the chances of no event and of each event within a part of a day, for one stage.

    Parameters
    ----------
    rate
        Hazards a day, shape (4 events, 5 hidden states).
    exposure
        The part of the day, in [0, 1].
    survive
        Filled with the chances of no event, shape (5,).
    chance
        Filled with the chances of each event, shape (4, 5).
    """
    for z in range(5):
        total = rate[0, z] + rate[1, z] + rate[2, z] + rate[3, z]
        survive[z] = np.exp(-total * exposure)
        for e in range(4):
            chance[e, z] = rate[e, z] / total * (1.0 - survive[z]) if total > 0.0 else 0.0


@njit(cache=True)
def carry_back(no_win: Any, moved: Any, after_lost: Any, matrix: Any) -> float:
    """Carry the chances of no win back over the moves of a night.

    Parameters
    ----------
    no_win
        The chances of no win after the moves, shape (3 stages, 5 hidden states).
    moved
        Filled with those before the moves.
    after_lost
        Chances of the hidden states of a lead that has lost a deal, shape (5,).
    matrix
        Transitions of the night, shape (5, 5).

    Returns
    -------
    float
        The chance of no win of a lead that loses its deal on this day.
    """
    for s in range(3):
        for z in range(5):
            moved[s, z] = (
                matrix[z, 0] * no_win[s, 0]
                + matrix[z, 1] * no_win[s, 1]
                + matrix[z, 2] * no_win[s, 2]
                + matrix[z, 3] * no_win[s, 3]
                + matrix[z, 4] * no_win[s, 4]
            )
    lost: float = 0.0
    for z in range(5):
        lost += after_lost[z] * no_win[0, z]
    return lost


@njit(cache=True)
def horizon_back(until: Any, tabled: Any, days: Any, after_lost: Any, moved: Any) -> Any:
    """Compute the chance of no win from the start of the next day to the end of the horizon.

    Parameters
    ----------
    until
        The day of the cutoff, the whole days of the horizon, the share of its last day.
    tabled
        The result of `tables`.
    days
        The kind of every day, and the first kind that is tabled.
    after_lost
        Chances of the hidden states of a lead that has lost a deal, shape (5,).
    moved
        Space for (3, 5) floats.

    Returns
    -------
    NDArray
        Shape (3 stages, 5 hidden states).
    """
    day, horizon, share = until
    matrix, rate, survive, chance = tabled
    kinds, first = days
    no_win = np.ones((3, 5))
    alive = np.empty(5)
    event = np.empty((4, 5))
    for s in range(3):
        part_of_day(rate[kinds[day + horizon] - first, s], share, alive, event)
        for z in range(5):
            no_win[s, z] -= event[WON, z]
    for later in range(day + horizon - 1, day, -1):
        k = kinds[later] - first
        lost = carry_back(no_win, moved, after_lost, matrix[k])
        for z in range(5):
            no_win[0, z] = survive[k, 0, z] * moved[0, z] + chance[k, 0, OPENED, z] * moved[1, z]
            no_win[1, z] = (
                survive[k, 1, z] * moved[1, z]
                + chance[k, 1, QUOTED, z] * moved[2, z]
                + chance[k, 1, LOST, z] * lost
            )
            no_win[2, z] = survive[k, 2, z] * moved[2, z] + chance[k, 2, LOST, z] * lost
    return no_win


@njit(cache=True)
def rest_of_day(no_win: Any, now_at: Any, tabled: Any, days: Any, after: Any, moved: Any) -> Any:
    """Carry the chance of no win back to the cutoff.

    Parameters
    ----------
    no_win
        The result of `horizon_back`.
    now_at
        The day of the cutoff, the share of it that is over, the stage of the deal, and the event at
        the cutoff; -1 is none.
    tabled, days, moved
        As for `horizon_back`.
    after
        Chances of the hidden states after a lost and after a won deal.

    Returns
    -------
    NDArray
        By hidden state, shape (5,).
    """
    day, share, stage, event = now_at
    matrix, rate, _, _ = tabled
    kinds, first = days
    after_lost, after_won = after
    k = kinds[day] - first
    lost = carry_back(no_win, moved, after_lost, matrix[k])
    now = np.empty(5)
    if event == WON:  # the deal is over as well, only the next states differ
        lost = 0.0
        for z in range(5):
            lost += after_won[z] * no_win[0, z]
    alive = np.empty(5)
    chance = np.empty((4, 5))
    part_of_day(rate[k, stage], 1.0 - share, alive, chance)
    for z in range(5):
        if event in (LOST, WON):
            now[z] = lost
        elif event >= 0:
            now[z] = moved[stage_after(stage, event), z]
        else:
            now[z] = alive[z] * moved[stage, z] + chance[LOST, z] * lost
            now[z] += chance[OPENED, z] * moved[1, z] + chance[QUOTED, z] * moved[2, z]
    return now
