"""Many open leads for the benchmark of the ranking, each with a few activities."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from sqlalchemy import Engine, insert, literal, select

from serve.store.leads.bulk import write_rows
from serve.store.tables import LEADS, OUTCOMES, RANKING_MARKS

_AT_ONCE: Final = 50_000
_DAY: Final = 86_400_000_000
_INDUSTRIES: Final = ("製造業", "情報通信業", "卸売・小売業", "建設業", "教育")
_SOURCES: Final = ("web", "広告", "紹介", "展示会")
STAGES: Final = ("opened", "proposal", "negotiation")
ENDS: Final = ("won", "lost", "lost", "", "")
"""How every fifth of the deals ended; an empty text stands for an open deal."""
_REASONS: Final = ("price", "competitor", "no budget", "timing")
_TYPES: Final = ("page_view", "email_open", "email_click", "call", "form")
_LEADS: Final = (
    "insert into leads"
    " (lead_id, revision, known, created_at, known_at, owner_id, attributes, received_at)"
    " values ({0}, 1, true, {0}, {0}, {0}, {0}, 0)"
)


def fill(engine: Engine, leads: int, now: int, days: int = 300) -> None:
    """Put leads with 4 activities on average into a store, all due.

    Parameters
    ----------
    engine
        The database.
    leads
        How many.
    now
        The moment, in microseconds.
    days
        The leads came in within so many days before it.
    """
    sign = "%s" if engine.dialect.name == "postgresql" else "?"
    for begin in range(0, leads, _AT_ONCE):
        random = np.random.default_rng(begin)
        count = min(_AT_ONCE, leads - begin)
        created = now - (random.random(count) * days * _DAY).astype(np.int64)
        with engine.begin() as connection:
            connection.exec_driver_sql(_LEADS.format(sign), list(_rows(begin, created)))
            write_rows(connection, list(_activities(begin, created, now, random)))
    fresh = select(LEADS.c.lead_id, literal(0), literal(1)).where(LEADS.c.lead_id.like("open-%"))
    with engine.begin() as connection:
        marks = ["lead_id", "due_at", "mark"]
        connection.execute(insert(RANKING_MARKS).from_select(marks, fresh))


def fill_deals(engine: Engine, leads: int, now: int) -> None:
    """Store a deal for every second of the first leads, with its stages and its end.

    Parameters
    ----------
    engine
        The database, with its leads.
    leads
        How many leads are considered.
    now
        The moment, in microseconds; nothing happens later.
    """
    random = np.random.default_rng(leads)
    query = select(LEADS.c.lead_id, LEADS.c.created_at).where(LEADS.c.lead_id < open_id(leads))
    with engine.begin() as connection:
        created = connection.execute(query.where(LEADS.c.lead_id.like("open-%"))).all()
        rows = []
        for n, (lead_id, at) in enumerate(created[::2]):
            end = ENDS[n % len(ENDS)]
            steps = STAGES[: 1 + n % 3] + ((end,) if end else ())
            moments = at + np.cumsum(random.exponential(20 * _DAY, len(steps))).astype(np.int64)
            rows += [
                {
                    "lead_id": lead_id,
                    "deal_id": "",
                    "outcome": step,
                    "occurred_at": moment,
                    "known_at": moment,
                    "revision": 1,
                    "amount": 1_000_000.0 if step == "won" else None,
                    "reason": _REASONS[n % len(_REASONS)] if step == "lost" else None,
                }
                for step, moment in zip(steps, moments.tolist(), strict=True)
                if moment < now
            ]
        connection.execute(insert(OUTCOMES), rows)


def open_id(n: int) -> str:
    """Return the id of the open lead of a number."""
    return f"open-{n:07d}"


def _rows(begin: int, created: Any) -> Iterator[tuple[Any, ...]]:
    for n, at in enumerate(created.tolist(), begin):
        industry, source = _INDUSTRIES[n % len(_INDUSTRIES)], _SOURCES[n % len(_SOURCES)]
        values = f'"industry": "{industry}", "employees": {n % 500}.0, "source": "{source}"'
        attributes = f"{{{values}}}"
        yield open_id(n), at, at, f"owner-{n % 50}", attributes


def _activities(begin: int, created: Any, now: int, random: Any) -> Iterator[tuple[Any, ...]]:
    lead = np.repeat(np.arange(created.size), random.poisson(4, created.size))
    born = created[lead]
    occurred = born + (random.random(lead.size) * (now - born)).astype(np.int64)
    kinds = random.integers(0, len(_TYPES), lead.size).tolist()
    for n, (own, at, kind) in enumerate(
        zip((lead + begin).tolist(), occurred.tolist(), kinds, strict=True)
    ):
        missing = (None, None, None, None, None, None)
        yield f"act-{begin}-{n}", open_id(own), _TYPES[kind], at, *missing, at, 1
