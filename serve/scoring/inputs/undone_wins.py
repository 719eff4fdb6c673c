"""Wins that were undone, as far as a cutoff knows: the rule by which the export was read.

Decided here: an undoing counts once it is known; until then the win stands, as it stood in the
answers of that time. So a replay gives the same bytes, and nothing later moves a score.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import is_

import numpy as np
from msgspec import structs

from features.encoders.moments import moment_of
from features.kernel.inputs import Indices
from features.reading.normalize import folded
from features.reading.reading import RecordReading
from features.records.lead_columns import OutcomeColumns, StoredColumns
from features.records.undone_wins import DealEvent, undone_wins
from serve.scoring.inputs.point_in_time import visible_from
from serve.wire.records import CodedScoreRequest, Outcome, ScoreRequest
from serve.wire.stored_request import AnyRequest, StoredRequest


def standing_request(request: AnyRequest, reading: RecordReading) -> AnyRequest:
    """Return a request without the wins that are known to be undone at its cutoff.

    Parameters
    ----------
    request
        The request.
    reading
        What the words for outcomes mean, and whether such wins count.
    """
    if reading.undone_wins == "count":
        return request
    if isinstance(request, StoredRequest):
        columns = standing_columns(request.columns, moment_of(request.cutoff), reading)
        return request if columns is request.columns else request._replace(columns=columns)
    if isinstance(request, CodedScoreRequest):
        outcomes = standing_outcomes(request.outcomes, request.cutoff, reading)
        same = outcomes is request.outcomes
        return request if same else structs.replace(request, outcomes=list(outcomes))
    return _standing_histories(request, reading)


def _standing_histories(request: ScoreRequest, reading: RecordReading) -> ScoreRequest:
    histories = [
        one
        if (left := standing_outcomes(one.outcomes, request.cutoff, reading)) is one.outcomes
        else structs.replace(one, outcomes=list(left))
        for one in request.histories
    ]
    same = all(map(is_, histories, request.histories))
    return request if same else structs.replace(request, histories=histories)


def standing_columns(columns: StoredColumns, cutoff: int, reading: RecordReading) -> StoredColumns:
    """Return stored records without the wins that are known to be undone.

    Parameters
    ----------
    columns
        Leads with their records.
    cutoff
        The moment, in microseconds.
    reading
        What the words for outcomes mean, and whether such wins count.
    """
    count = len(columns.outcomes.lead)
    rows = standing_rows(columns.outcomes, range(count), cutoff, reading)
    if rows.size == count:
        return columns
    left = [
        one[rows] if isinstance(one, np.ndarray) else [one[n] for n in rows.tolist()]
        for one in columns.outcomes
    ]
    return columns._replace(outcomes=OutcomeColumns(*left))  # type: ignore[arg-type]


def standing_outcomes(
    outcomes: Sequence[Outcome], cutoff: datetime, reading: RecordReading
) -> Sequence[Outcome]:
    """Return the outcomes of one lead without the wins that are known to be undone.

    Parameters
    ----------
    outcomes
        As sent or stored.
    cutoff
        The moment.
    reading
        What the words for outcomes mean, and whether such wins count.
    """
    if len(outcomes) < 2 or reading.undone_wins == "count":  # noqa: PLR2004 - a win and its undoing
        return outcomes
    known = [
        n
        for n, one in enumerate(outcomes)
        if _meaning(one.outcome, reading) is not None and visible_from(one) < cutoff
    ]
    events = [_event(outcomes[n], reading) for n in known]
    undone = {known[n] for n in undone_wins(events)}
    return [one for n, one in enumerate(outcomes) if n not in undone] if undone else outcomes


def _event(one: Outcome, reading: RecordReading) -> DealEvent:
    return DealEvent(
        one.deal_id and folded(one.deal_id),
        _meaning(one.outcome, reading) or "",
        moment_of(one.occurred_at),
    )


def standing_rows(
    outcomes: OutcomeColumns, rows: Iterable[int], cutoff: int, reading: RecordReading
) -> Indices:
    """Return the rows of outcomes without the wins that are known to be undone.

    Parameters
    ----------
    outcomes
        Of stored leads.
    rows
        Places in them.
    cutoff
        The moment, in microseconds.
    reading
        What the words for outcomes mean, and whether such wins count.
    """
    places = np.fromiter(rows, np.int32)
    if reading.undone_wins == "count":
        return places
    of_lead: dict[int, list[int]] = defaultdict(list)
    winners = {int(outcomes.lead[n]) for n in places if _is_win(outcomes.outcome[n], reading)}
    for n in places.tolist():
        known = outcomes.visible_from[n] < cutoff and _meaning(outcomes.outcome[n], reading)
        if known and int(outcomes.lead[n]) in winners:
            of_lead[int(outcomes.lead[n])].append(n)
    undone = [
        own[n]
        for own in of_lead.values()
        for n in undone_wins([_stored_event(outcomes, row, reading) for row in own])
    ]
    return places[~np.isin(places, undone)]


def _stored_event(outcomes: OutcomeColumns, row: int, reading: RecordReading) -> DealEvent:
    deal = outcomes.deal_id[row]
    word = _meaning(outcomes.outcome[row], reading) or ""
    return DealEvent(deal and folded(deal), word, int(outcomes.occurred_at[row]))


def _is_win(word: str, reading: RecordReading) -> bool:
    return _meaning(word, reading) == "won"


def _meaning(word: str, reading: RecordReading) -> str | None:
    """Return what a word for an outcome means; None where nobody knows it."""
    known = reading.outcomes
    return word.strip() if known is None else known.get(word.strip())
