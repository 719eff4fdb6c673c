"""The filter and the recursion of `truth`, compiled: days forward, then the horizon backward.

Decided here: leads are independent, so any range of
them may run in a thread of its own (the lock is released), and the number of threads changes nothing. Shapes: three stages, four events, five states.
"""

import numba as nb
import numpy as np

from pipelines.sample.chain import event_factors, share_before, stage_after, transition
from pipelines.sample.world import LOST, OPENED, QUOTED, WON

# Arguments are tuples of arrays, named where they are unpacked; numba infers their types.


@nb.njit(cache=True)
def tables(first, last, customer, lead, laws, calendar):  # type: ignore[no-untyped-def]
    """Tabulate a whole day by day kind: transition, hazards, survival, event chances."""
    up, wake, opening, winning = lead
    moves, is_wake, is_rise, hazard, _, _, customer_opening = laws
    _, _, deal, waking, eras = calendar
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


@nb.njit(cache=True)
def part_of_day(rate, exposure, survive, chance):  # type: ignore[no-untyped-def]
    """Fill the chances of no event and of each event within a part of a day, for one stage."""
    for z in range(5):
        total = rate[0, z] + rate[1, z] + rate[2, z] + rate[3, z]
        survive[z] = np.exp(-total * exposure)
        for e in range(4):
            chance[e, z] = rate[e, z] / total * (1.0 - survive[z]) if total > 0.0 else 0.0


@nb.njit(cache=True)
def carry_back(no_win, moved, after_lost, matrix):  # type: ignore[no-untyped-def]
    """Fill `moved` with the chances of no win before the night's move; give that of a lost deal."""
    for s in range(3):
        for z in range(5):
            moved[s, z] = (
                matrix[z, 0] * no_win[s, 0]
                + matrix[z, 1] * no_win[s, 1]
                + matrix[z, 2] * no_win[s, 2]
                + matrix[z, 3] * no_win[s, 3]
                + matrix[z, 4] * no_win[s, 4]
            )
    lost = 0.0
    for z in range(5):
        lost += after_lost[z] * no_win[0, z]
    return lost


@nb.njit(cache=True)
def horizon_back(day, share, horizon, tabled, first, kinds, after_lost, moved):  # type: ignore[no-untyped-def] # noqa: PLR0913
    """Chance of no win from the start of day + 1 to the cutoff's hour of day + horizon; (3, 5)."""
    matrix, rate, survive, chance = tabled
    no_win = np.ones((3, 5))
    alive = np.empty(5)
    event = np.empty((4, 5))
    for s in range(3):
        part_of_day(rate[kinds[day + horizon] - first, s], share, alive, event)
        no_win[s] -= event[WON]
    for later in range(day + horizon - 1, day, -1):
        k = kinds[later] - first
        lost = carry_back(no_win, moved, after_lost, matrix[k])
        for z in range(5):
            no_win[0, z] = (
                survive[k, 0, z] * moved[0, z]
                + chance[k, 0, OPENED, z] * moved[1, z]
                + chance[k, 0, LOST, z] * lost
            )
            no_win[1, z] = (
                survive[k, 1, z] * moved[1, z]
                + chance[k, 1, QUOTED, z] * moved[2, z]
                + chance[k, 1, LOST, z] * lost
            )
            no_win[2, z] = survive[k, 2, z] * moved[2, z] + chance[k, 2, LOST, z] * lost
    return no_win


@nb.njit(cache=True)
def rest_of_day(no_win, day, share, stage, event, tabled, first, kinds, after, moved):  # type: ignore[no-untyped-def] # noqa: PLR0913
    """Carry the chance of no win back to the cutoff, by hidden state; shape (5,)."""
    matrix, rate, _, _ = tabled
    after_lost, after_won = after
    k = kinds[day] - first
    lost = carry_back(no_win, moved, after_lost, matrix[k])
    now = np.empty(5)
    if event == LOST:
        now[:] = lost
        return now
    if event == WON:
        now[:] = (after_won * no_win[0]).sum()
        return now
    if event >= 0:
        now[:] = moved[stage_after(stage, event)]
        return now
    alive = np.empty(5)
    chance = np.empty((4, 5))
    part_of_day(rate[k, stage], 1.0 - share, alive, chance)
    for z in range(5):
        now[z] = alive[z] * moved[stage, z] + chance[LOST, z] * lost
        now[z] += chance[OPENED, z] * moved[1, z] + chance[QUOTED, z] * moved[2, z]
    return now


@nb.njit(cache=True)
def see(belief, exposure, deal_exposure, total, rate):  # type: ignore[no-untyped-def]
    """Weigh the belief with silence: no further touch, no further deal event."""
    for z in range(5):
        leaving = rate[0, z] + rate[1, z] + rate[2, z] + rate[3, z]
        belief[z] *= np.exp(-total[z] * exposure - leaving * deal_exposure)


@nb.njit(cache=True)
def move(belief, event, matrix, after):  # type: ignore[no-untyped-def]
    """Carry the belief over the night."""
    if event == LOST:
        return after[0].copy()
    if event == WON:
        return after[1].copy()
    return belief @ matrix


@nb.njit(cache=True, nogil=True)
def answer_leads(begin, end, seen, touches, events, questions, leads, laws, calendar, out):  # type: ignore[no-untyped-def] # noqa: PLR0913
    """Answer the questions of the leads [begin, end); `out` = (given everything, given what is seen)."""
    for i in range(begin, end):
        if questions[0][i] < questions[0][i + 1]:
            answer_lead(i, seen, touches, events, questions, leads, laws, calendar, out)


@nb.njit(cache=True)
def answer_lead(i, seen, touches, events, questions, leads, laws, calendar, out):  # type: ignore[no-untyped-def] # noqa: PLR0913, PLR0915
    """Filter one lead's days and answer its questions on the way."""
    created_day, created_within, path_start, path = seen
    touch_start, touch_day, touch_within, touch_kind = touches
    event_start, event_day, event_within, event_kind = events
    question_start, question_day, question_within, horizon = questions
    variant, volume, up, wake, opening, winning, start, totals, rates = leads
    moves, is_wake, is_rise, hazard, after_lost, after_won, customer_opening = laws
    (kinds, activity, deal, waking, eras), hours, deal_hours = calendar
    everything, observable = out
    after = (after_lost, after_won)
    lead = (up[i], wake[i], opening[i], winning[i])
    days = (kinds, activity, deal, waking, eras)
    moved = np.empty((3, 5))
    total = np.empty(5)
    partly = np.empty(5)
    q, q_end = question_start[i], question_start[i + 1]
    t, t_end = touch_start[i], touch_start[i + 1]
    v, v_end = event_start[i], event_start[i + 1]
    day = created_day[i]
    while q < q_end and (
        question_day[q] < day
        or (question_day[q] == day and question_within[q] <= created_within[i])
    ):
        q += 1
    if q == q_end:
        return
    first = kinds[day]
    first -= first % 2
    last = kinds[question_day[q_end - 1] + horizon]
    last += 1 - last % 2
    belief = start[i].copy()
    stage = 0
    customer = 0
    tabled = tables(first, last, customer, lead, laws, days)
    while q < q_end:
        kind = kinds[day]
        begin = created_within[i] if day == created_day[i] else 0.0
        opened_share, opened_deal = share_before(hours, begin), share_before(deal_hours, begin)
        emission = rates[eras[kind], variant[i], stage + 3 * customer]
        for z in range(5):
            total[z] = totals[eras[kind], variant[i], stage + 3 * customer, z]
            total[z] *= volume[i] * activity[kind]
        hazards = tabled[1][kind - first, stage]
        event = -1
        at_event = 1.0
        while True:
            asked = question_within[q] if q < q_end and question_day[q] == day else 1.0
            while t < t_end and touch_day[t] == day and touch_within[t] < asked:
                belief *= emission[:, touch_kind[t]]
                belief /= belief.sum()
                t += 1
            if v < v_end and event_day[v] == day and event_within[v] < asked:
                event = event_kind[v]
                at_event = event_within[v]
                belief *= hazards[event]
                v += 1
            if q == q_end or question_day[q] != day:
                break
            partly[:] = belief
            share, deal_share = share_before(hours, asked), share_before(deal_hours, asked)
            until = share_before(deal_hours, min(asked, at_event))
            see(partly, share - opened_share, until - opened_deal, total, hazards)
            partly /= partly.sum()
            ahead = tabled
            if event == WON and customer == 0:
                ahead = tables(first, last, 1, lead, laws, days)
            no_win = horizon_back(day, deal_share, horizon, ahead, first, kinds, after_lost, moved)
            now = rest_of_day(
                no_win, day, deal_share, stage, event, ahead, first, kinds, after, moved
            )
            everything[q] = 1.0 - now[path[path_start[i] + day - created_day[i]]]
            observable[q] = 1.0 - (partly * now).sum()
            q += 1
        see(
            belief,
            1.0 - opened_share,
            share_before(deal_hours, at_event) - opened_deal,
            total,
            hazards,
        )
        belief = move(belief / belief.sum(), event, tabled[0][kind - first], after)
        stage = stage_after(stage, event)
        if event == WON and customer == 0:
            customer = 1
            tabled = tables(first, last, customer, lead, laws, days)
        day += 1
