"""The days, forward: what was observed, and silence, weight the hidden states. Compiled.

Decided here: one lead is filtered day by day; its snapshots are answered on the way. Leads are
independent, so any range of them may run in a thread of its own (the lock is released), and the
number of threads changes nothing. Arguments are tuples of arrays, named where they are unpacked.
"""

from typing import Any

import numpy as np

from features.kernel.compiled import njit
from pipelines.sample.simulation.backward import horizon_back, rest_of_day, tables
from pipelines.sample.simulation.chain import share_before, stage_after
from pipelines.sample.simulation.world import LOST, WON


@njit(cache=True, nogil=True)
def answer_leads(leads: Any, observed: Any, questions: Any, who: Any, laws: Any, out: Any) -> None:
    """Compute the true probabilities for the questions of a range of leads.

    Parameters
    ----------
    leads
        The leads [begin, end).
    observed
        Creation with the path of hidden states, touches and events, by lead.
    questions
        Offsets by lead, then day, share of the day and horizon of each question.
    who
        Factors, starting beliefs and rates of each lead.
    laws
        The laws of the chain, and the calendar.
    out
        Filled with the probabilities given everything and given observations, and with the
        logarithm of how probable the observations are.
    """
    begin, end = leads
    for i in range(begin, end):
        if questions[0][i] < questions[0][i + 1]:
            _answer_lead(i, observed, questions, who, laws, out)


@njit(cache=True)
def _answer_lead(i: int, observed: Any, questions: Any, who: Any, laws: Any, out: Any) -> None:
    created, touches, events = observed
    created_day, created_within, path_start, path = created
    question_day = questions[1]
    modified, start, rates_of = who
    chain, (after, calendar, hours, deal_hours) = laws
    up, wake, opening, winning = modified
    kinds, eras = calendar[0], calendar[4]
    cursor = np.array([_first_question(i, created, questions), touches[0][i], events[0][i]])
    last = questions[0][i + 1]
    if cursor[0] == last:
        return
    lead = (up[i], wake[i], opening[i], winning[i])
    day = created_day[i]
    first = kinds[day] - kinds[day] % 2
    span = (first, kinds[question_day[last - 1] + questions[3]] // 2 * 2 + 1)
    belief = start[i].copy()
    stage = 0
    customer = 0
    log_weight = np.zeros(1)
    tabled = tables(span, customer, lead, chain, calendar)
    while cursor[0] < last:
        k = kinds[day] - first
        begin = created_within[i] if day == created_day[i] else 0.0
        begun = (share_before(hours, begin), share_before(deal_hours, begin))
        total, emission = _rates_today(i, (day, stage + 3 * customer), rates_of, calendar, eras)
        today = (day, stage, begun, total, emission, tabled[1][k, stage])
        event, at_event = -1, 1.0
        while cursor[0] < last and question_day[cursor[0]] == day:
            within = questions[2][cursor[0]]
            event, at_event = _look(
                (belief, log_weight), cursor, (day, within), observed, today, (event, at_event, i)
            )
            ahead = tabled
            if event == WON and customer == 0:
                ahead = tables(span, 1, lead, chain, calendar)
            state = path[path_start[i] + day - created_day[i]]
            at = (within, share_before(hours, within), share_before(deal_hours, within), deal_hours)
            question = (cursor[0], questions[3], state, event, at_event)
            weighed = (belief, log_weight[0])
            _answer(question, weighed, today, at, (ahead, (kinds, first), after, out))
            cursor[0] += 1
        event, at_event = _look(
            (belief, log_weight), cursor, (day, 1.0), observed, today, (event, at_event, i)
        )
        until = share_before(deal_hours, at_event)
        _silence(belief, 1.0 - begun[0], until - begun[1], total, today[5])
        log_weight[0] += _normalise(belief)
        belief = _move(belief, event, tabled[0][k], after)
        stage = stage_after(stage, event)
        if event == WON and customer == 0:
            customer = 1
            tabled = tables(span, customer, lead, chain, calendar)
        day += 1


@njit(cache=True)
def _first_question(i: int, created: Any, questions: Any) -> int:
    """Return the first cutoff after the lead's creation."""
    q: int = questions[0][i]
    while q < questions[0][i + 1] and (
        questions[1][q] < created[0][i]
        or (questions[1][q] == created[0][i] and questions[2][q] <= created[1][i])
    ):
        q += 1
    return q


@njit(cache=True)
def _rates_today(i: int, today: Any, rates_of: Any, calendar: Any, eras: Any) -> Any:
    """Rates of all telling touches together, and of each, by state."""
    day, stage_state = today
    variant, volume, totals, rates = rates_of
    kind = calendar[0][day]
    total = np.empty(5)
    for z in range(5):
        total[z] = totals[eras[kind], variant[i], stage_state, z] * volume[i] * calendar[1][kind]
    return total, rates[eras[kind], variant[i], stage_state]


@njit(cache=True)
def _look(weighed: Any, cursor: Any, until: Any, observed: Any, today: Any, so_far: Any) -> Any:
    """Weigh the belief with the touches and the event before a moment of the day."""
    belief, log_weight = weighed
    day, within = until
    _, (touch_start, touch_day, touch_within, touch_kind), events = observed
    event_start, event_day, event_within, event_kind = events
    emission, hazards = today[4], today[5]
    event, at_event, i = so_far
    t = cursor[1]
    while t < touch_start[i + 1] and touch_day[t] == day and touch_within[t] < within:
        for z in range(5):
            belief[z] *= emission[z, touch_kind[t]]
        log_weight[0] += _normalise(belief)
        t += 1
    cursor[1] = t
    v = cursor[2]
    if v < event_start[i + 1] and event_day[v] == day and event_within[v] < within:
        event = event_kind[v]
        at_event = event_within[v]
        for z in range(5):
            belief[z] *= hazards[event, z]
        cursor[2] += 1
    return event, at_event


@njit(cache=True)
def _answer(question: Any, weighed: Any, today: Any, at: Any, ahead: Any) -> None:
    q, horizon, state, event, at_event = question
    day, stage, begun, total, _, hazards = today
    within, share, deal_share, deal_hours = at
    tabled, days, after, out = ahead
    filtered = weighed[0].copy()
    until = share_before(deal_hours, min(within, at_event))
    _silence(filtered, share - begun[0], until - begun[1], total, hazards)
    moved = np.empty((3, 5))
    no_win = horizon_back((day, horizon, deal_share), tabled, days, after[0], moved)
    now = rest_of_day(no_win, (day, deal_share, stage, event), tabled, days, after, moved)
    out[2][q] = weighed[1] + _normalise(filtered)
    out[0][q] = 1.0 - now[state]
    out[1][q] = 1.0
    for z in range(5):
        out[1][q] -= filtered[z] * now[z]


@njit(cache=True)
def _silence(belief: Any, exposure: float, deal_exposure: float, total: Any, rate: Any) -> None:
    """Weigh the belief with silence: no further touch, no further deal event."""
    for z in range(5):
        leaving = rate[0, z] + rate[1, z] + rate[2, z] + rate[3, z]
        belief[z] *= np.exp(-total[z] * exposure - leaving * deal_exposure)


@njit(cache=True)
def _move(belief: Any, event: int, matrix: Any, after: Any) -> Any:
    """Carry the belief over the night."""
    if event == LOST:
        return after[0].copy()
    if event == WON:
        return after[1].copy()
    moved = np.zeros(5)
    for z in range(5):
        for to in range(5):
            moved[to] += belief[z] * matrix[z, to]
    return moved


@njit(cache=True)
def _normalise(belief: Any) -> float:
    """Divide by the sum; return its logarithm."""
    total = 0.0
    for z in range(5):
        total += belief[z]
    for z in range(5):
        belief[z] /= total
    return np.log(total)  # type: ignore[no-any-return]
