"""Taking over a finished batch ranking: what `mikomi score` computed becomes the server's ranking.

Decided here: only a file that fits is taken: of the model that this server answers by, as of a
moment that is not later than now and not earlier than what the server has ranked itself, and of
leads that it stores; all that does not fit is refused before anything is written. It is written in
one transaction, so whatever ends the command, the server has its former ranking or this one, and
the command can be run again. The rows are complete but for trend and forecast; every lead stays
due, so the server computes those, and what has changed since, by and by.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Engine, func, select

from features.errors import BadInput, Fault
from features.reading.normalize import folded
from features.timeline import SECOND
from models.contact.known_effects import CONTACT
from models.contact.ranked_by import PROBABILITY
from models.model.reference import BANDS
from models.scoring.batch_scores import RANKING_FACTS
from serve.ranking.rows import SHOWN, Facts
from serve.ranking.standings import standings_of
from serve.store.engine import reading, time_of
from serve.store.id_list import bound, in_ids
from serve.store.ranking.ranking import RankedReason
from serve.store.ranking.refreshing import Due, Refreshed, Refreshing, fingerprint_of
from serve.store.ranking.rescoring import UNFORESEEN
from serve.store.tables import LEADS, RANKING

_BATCH: Final = 500
_SHOWN_IDS: Final = 5
_DO: Final = "rank again with `mikomi score`, and load that"
_Row = dict[str, Any]


class BatchFacts(NamedTuple):
    """What a ranking is of: target (empty: the default), moment, model, number of leads, order."""

    target: str
    as_of: int
    model: str
    leads: int
    ranked_by: str = PROBABILITY


def facts_of(path: Path) -> BatchFacts:
    """Read what a ranking is of.

    Raises
    ------
    BadInput
        If it is no ranking that `mikomi score` wrote as Parquet.
    """
    try:
        file = pq.ParquetFile(path)
        facts = json.loads((file.schema_arrow.metadata or {})[RANKING_FACTS.encode()])
        leads = int(file.metadata.num_rows)
        by = facts.get("ranked_by", PROBABILITY)
        return BatchFacts(facts["target"], int(facts["as_of"]), facts["model"], leads, by)
    except (OSError, pa.ArrowInvalid, KeyError, ValueError) as error:
        expected = "a ranking that `mikomi score` wrote as Parquet"
        raise BadInput([Fault(f"{path}: no facts of a ranking", expected, _DO)]) from error


def take_over(path: Path, engine: Engine, model: str, now: int) -> BatchFacts:
    """Write a finished ranking into a server's database.

    Parameters
    ----------
    path
        The ranking.
    engine
        The database.
    model
        The fingerprint of the model by which the server answers for the ranking's target.
    now
        The moment, in microseconds.

    Raises
    ------
    BadInput
        With everything that does not fit; nothing is written then.
    """
    facts = facts_of(path)
    faults = [*_faults(facts, engine, model, now), *_strangers(path, engine)]
    if faults:
        raise BadInput(faults)
    refreshing = Refreshing(engine, _BATCH)
    batches = [_refreshed(refreshing, ranked, facts, now) for ranked in _batches(path)]
    refreshing.write_together(batches, fingerprint_of({facts.target: facts.model}))
    return facts


def _refreshed(
    refreshing: Refreshing, ranked: dict[str, _Row], facts: BatchFacts, now: int
) -> Refreshed:
    """Return what is written of some leads: all is computed before the database is locked."""
    due = refreshing.read(list(ranked), now=now)
    rows = _rows(due, ranked, facts)
    places = {one: n for n, one in enumerate(due.columns.leads.lead_id)}
    standings = standings_of(due.columns, [places[one] for one in rows], now)
    for one, row in rows.items():
        row["standing"] = standings[one]["standing"]
    marks = {one: (mark, now + SECOND) for one, mark in due.marks.items() if one in rows}
    return Refreshed({facts.target: rows}, marks, standings)


def _faults(facts: BatchFacts, engine: Engine, model: str, now: int) -> Iterator[Fault]:
    if facts.model != model:
        observed = f"a ranking by the model {facts.model[:12]}"
        yield Fault(observed, f"one by {model[:12]}, by which the server answers", _DO)
    if facts.as_of > now:
        observed = f"a ranking as of {time_of(facts.as_of).isoformat()}"
        yield Fault(observed, f"one as of {time_of(now).isoformat()} or earlier", _DO)
    query = select(func.max(RANKING.c.as_of)).where(RANKING.c.target == facts.target)
    with reading(engine).begin() as connection:
        latest = connection.execute(query).scalar_one()
    if latest is not None and latest > facts.as_of:
        observed = f"a ranking as of {time_of(facts.as_of).isoformat()}"
        expected = f"one as of {time_of(latest).isoformat()} or later: the server has ranked since"
        yield Fault(observed, expected, _DO)


def _strangers(path: Path, engine: Engine) -> Iterator[Fault]:
    """Yield a fault if the ranking has leads that the server does not store."""
    strangers: list[str] = []
    with reading(engine).begin() as connection:
        own = select(LEADS.c.lead_id).where(in_ids(connection.dialect.name, LEADS.c.lead_id))
        for ranked in _batches(path):
            there = set(connection.execute(own, bound(connection, list(ranked))).scalars())
            strangers += [one for one in ranked if one not in there]
    if strangers:
        observed = (
            f"{len(strangers)} leads that the server does not store: {strangers[:_SHOWN_IDS]}"
        )
        yield Fault(observed, "leads that were sent to it", "send them first: `mikomi send`")


def _batches(path: Path) -> Iterator[dict[str, _Row]]:
    """Yield the rows of a ranking by lead, some at a time."""
    for batch in pq.ParquetFile(path).iter_batches(batch_size=_BATCH):
        yield {folded(row["lead_id"]): row for row in batch.to_pylist()}


def _rows(due: Due, ranked: dict[str, _Row], facts: BatchFacts) -> dict[str, _Row]:
    own, rows = Facts(due.columns, facts.as_of), {}
    for place, lead_id in enumerate(due.columns.leads.lead_id):
        if lead_id in ranked and lead_id in due.marks:
            scored = _scored(ranked[lead_id], facts)
            rows[lead_id] = scored | own.columns(place) | {"lead_id": lead_id}
    return rows


def _scored(row: _Row, facts: BatchFacts) -> _Row:
    contact = {name: row.get(name) for name in CONTACT}
    return contact | {
        "target": facts.target,
        "rank_key": -row["margin" if facts.ranked_by == PROBABILITY else facts.ranked_by],
        "margin": row["margin"],
        "probability": row["probability"],
        "score": row["score"],
        "band": row["band"],
        **UNFORESEEN,
        "reasons": msgspec.json.encode(_reasons(row)).decode(),
        "crossed_at": facts.as_of if row["band"] == BANDS[-1] else None,
        "as_of": facts.as_of,
        "model_fingerprint": facts.model,
    }


def _reasons(row: _Row) -> list[RankedReason]:
    columns = ("codes", "features", "values", "contributions", "leads", "converted_leads")
    listed = zip(*(row[f"reason_{name}"] for name in columns), strict=True)
    reasons = [RankedReason(*one) for one in listed]
    favourable = [one for one in reasons if one.contribution > 0.0]
    adverse = [one for one in reasons if one.contribution <= 0.0]
    return [*favourable[:SHOWN], *adverse[:SHOWN]]
