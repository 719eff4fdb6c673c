"""Many open leads for the benchmark of the ranking, each with a few activities."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from sqlalchemy import Engine, insert, literal, select

from serve.store.leads.bulk import write_rows
from serve.store.tables import LEADS, RANKING_MARKS

_AT_ONCE: Final = 50_000
_DAY: Final = 86_400_000_000
_INDUSTRIES: Final = ("製造業", "情報通信業", "卸売・小売業", "建設業", "教育")
_SOURCES: Final = ("web", "広告", "紹介", "展示会")
_TYPES: Final = ("page_view", "email_open", "email_click", "call", "form")
_LEADS: Final = (
    "insert into leads"
    " (lead_id, revision, known, created_at, known_at, owner_id, attributes, received_at)"
    " values ({0}, 1, true, {0}, {0}, {0}, {0}, 0)"
)


def fill(engine: Engine, leads: int, now: int) -> None:
    """Put leads of the last 300 days with 4 activities on average into a store, all due."""
    sign = "%s" if engine.dialect.name == "postgresql" else "?"
    for begin in range(0, leads, _AT_ONCE):
        random = np.random.default_rng(begin)
        count = min(_AT_ONCE, leads - begin)
        created = now - (random.random(count) * 300 * _DAY).astype(np.int64)
        with engine.begin() as connection:
            connection.exec_driver_sql(_LEADS.format(sign), list(_rows(begin, created)))
            write_rows(connection, list(_activities(begin, created, now, random)))
    fresh = select(LEADS.c.lead_id, literal(0), literal(1)).where(LEADS.c.lead_id.like("open-%"))
    with engine.begin() as connection:
        marks = ["lead_id", "due_at", "mark"]
        connection.execute(insert(RANKING_MARKS).from_select(marks, fresh))


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
