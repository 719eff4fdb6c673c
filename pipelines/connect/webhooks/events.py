"""Which events the ranking of now reports, compared with how the leads stood before.

Decided here: the standing of a lead and the events that its change makes are one commit, so each
change is reported once, whatever is killed; the id of an event follows from what happened. The
first comparison reports nothing: it is how things stand. Events carry no names and no reasons, only
ids and numbers.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from pipelines.connect.state import State
from pipelines.connect.webhooks.receivers import Receiver

_BASELINE: Final = "standings"
_MODEL: Final = "model"
_INSERT: Final = "insert or ignore into outbox values (?, ?, ?, ?, ?, 0, ?, 'waiting', '')"


class WebhookEvent(NamedTuple):
    """Something that happened: its id, its type, its lead (none for the model), its data."""

    event_id: str
    type: str
    lead_id: str | None
    data: Mapping[str, Any]


class _Standing(NamedTuple):
    band: str | None
    woke_up_at: str | None
    owner_id: str | None


def note(
    state: State,
    ranking: Iterable[Mapping[str, Any]],
    model: int | None,
    receivers: Sequence[Receiver],
    now: datetime,
) -> list[WebhookEvent]:
    """Compare, store how leads stand, and put the events into the outbox; return them.

    Parameters
    ----------
    state
        Of the webhooks.
    ranking
        Rows of the server's ranking; leads without a row stand as before.
    model
        The version of the champion.
    receivers
        Who gets events.
    now
        The moment.
    """
    before = {
        one: _Standing(*rest)
        for one, *rest in state.db.execute(
            "select lead_id, band, woke_up_at, owner_id from standings"
        )
    }
    first = state.fact(_BASELINE) is None
    rows = list(ranking)
    events = [] if first else [e for row in rows for e in _of_lead(row, before.get(row["lead_id"]))]
    known = state.fact(_MODEL)
    if known is not None and model is not None and known != str(model):
        events.append(_event("model.promoted", None, str(model), {"version": model}))
    with state.transaction() as db:
        db.executemany(
            "insert or replace into standings values (?, ?, ?, ?)",
            [(r["lead_id"], r["band"], r["woke_up_at"], r["owner_id"]) for r in rows],
        )
        db.executemany(_INSERT, list(_letters(events, receivers, now)))
        state.set_fact(_BASELINE, now.isoformat())
        if model is not None:
            state.set_fact(_MODEL, str(model))
    return events


def _of_lead(row: Mapping[str, Any], before: _Standing | None) -> Iterator[WebhookEvent]:
    lead_id, band = str(row["lead_id"]), row["band"]
    was = before.band if before else None
    data = {"lead_id": lead_id, "band": band, "score": row["score"]}
    data |= {"probability": row["probability"], "as_of": row["as_of"]}
    if band == "hot" and was != "hot":
        yield _event("lead.hot", lead_id, str(row["as_of"]), data)
    if band != "hot" and was == "hot":
        yield _event("lead.cooled", lead_id, str(row["as_of"]), data)
    woke = row["woke_up_at"]
    if before and woke and woke > (before.woke_up_at or ""):
        yield _event("lead.woke", lead_id, str(woke), {**data, "woke_up_at": woke})
    owner = row["owner_id"]
    if before and owner and owner != before.owner_id:
        handed = {**data, "owner_id": owner, "former_owner_id": before.owner_id}
        yield _event("lead.handed_over", lead_id, f"{owner} {row['as_of']}", handed)


def _event(kind: str, lead_id: str | None, what: str, data: Mapping[str, Any]) -> WebhookEvent:
    digest = hashlib.sha256(f"{kind}\n{lead_id}\n{what}".encode()).hexdigest()
    return WebhookEvent(f"msg_{digest[:32]}", kind, lead_id, data)


def _letters(
    events: Iterable[WebhookEvent], receivers: Sequence[Receiver], now: datetime
) -> Iterator[tuple[Any, ...]]:
    at = now.isoformat()
    for event in events:
        content = {"type": event.type, "timestamp": at, "data": dict(event.data)}
        body = msgspec.json.encode(content).decode()
        for one in receivers:
            if event.type in one.events:
                yield (event.event_id, one.name, event.lead_id, body, at, at)
