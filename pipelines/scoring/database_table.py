"""A ranking in a table of a database: written by upsert, all of it or nothing.

Decided here: a row is a lead for a target, so that several targets share a table. In one
transaction the leads of the ranking are inserted or updated and those that are no longer in it are
removed, so that a reader never meets a lead whose score is of an earlier ranking. A ranking as of
an earlier moment than the one in the table is refused. Lists are JSON texts.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow.parquet as pq
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadRequest, Fault
from models.artifact import artifact
from models.artifact.remote import source
from pipelines.intake.mapping.variables import expand
from pipelines.scoring.score import FORMATS, Question

MARK: Final = "://"
"""What an address of a database has and a path has not."""
TABLE: Final = "lead_scores"
_ROWS: Final = 500
_INSERTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_LISTS: Final = (
    "reason_codes",
    "reason_contributions",
    "reason_leads",
    "reason_converted_leads",
    "reasons_ja",
    "reasons_en",
)
_READ: Final = [
    *("lead_id", "rank", "probability", "probability_low", "probability_high", "score", "band"),
    *("sufficient_evidence", "base_probability", "remainder", *_LISTS),
]
"""The columns of a ranking that the table has."""
_KEY: Final = ("target", "lead_id")


class RankingOrigin(NamedTuple):
    """What a ranking is of: the target (empty is the default), the moment and the model."""

    target: str
    at: datetime
    model_fingerprint: str


def ranked_by(target: str | None, question: Question) -> RankingOrigin:
    """Return what a ranking is of.

    Parameters
    ----------
    target
        Its name; None is the default.
    question
        What was ranked.
    """
    at = question.at.to_pydatetime().astimezone(UTC)
    return RankingOrigin(target or "", at, artifact.read_fingerprint(question.model))


def is_database(out: str) -> bool:
    """Return whether an output is a database, and not a file here or in a store of objects.

    >>> is_database("sqlite:///scores.db"), is_database("scores.parquet")
    (True, False)
    >>> is_database("s3://company/scores.parquet")
    False
    """
    return MARK in out and not out.endswith(FORMATS)


def opened(address: str) -> Engine:
    """Open a database for writing, and connect once, before hours of scoring.

    `${NAME}` in the address is filled in from the environment.

    Raises
    ------
    BadRequest
        If the address is malformed, names another database than SQLite and PostgreSQL, or nothing
        answers there.
    """
    try:
        url = make_url(expand(address))
        if url.drivername in {"postgresql", "postgres"}:
            url = url.set(drivername="postgresql+psycopg")
        backend = url.get_backend_name()
        engine = create_engine(url, hide_parameters=True)
    except (SQLAlchemyError, ImportError) as error:
        raise _refusal("--out", str(error).splitlines()[0]) from error
    if backend not in _INSERTS:
        raise _refusal(url.render_as_string(hide_password=True), f"a database {backend}")
    try:
        engine.connect().close()
    except SQLAlchemyError as error:
        place = url.render_as_string(hide_password=True)
        raise _refusal(place, str(error).splitlines()[0]) from error
    return engine


def write(ranking: Path, engine: Engine, facts: RankingOrigin, name: str = TABLE) -> int:
    """Write a ranking into a table, which is made if it is not there.

    Parameters
    ----------
    ranking
        A ranking: Parquet.
    engine
        The database.
    facts
        What the ranking is of.
    name
        The name of the table.

    Returns
    -------
    How many leads were removed, since they are no longer in the ranking.

    Raises
    ------
    BadRequest
        If the database refuses, the table has other columns, or holds a later ranking.
    """
    table = _table(name)
    place = engine.url.render_as_string(hide_password=True)
    try:
        with engine.begin() as connection:
            table.create(connection, checkfirst=True)
            _check(connection, table, facts)
            statement = _upsert(connection, table)
            for rows in _rows(ranking, facts):
                connection.execute(statement, rows)
            return _remove_others(connection, table, facts)
    except SQLAlchemyError as error:
        raise _refusal(place, str(error).splitlines()[0]) from error


def _table(name: str) -> Table:
    numbers = ("probability", "probability_low", "probability_high", "score")
    return Table(
        name,
        MetaData(),
        Column("target", String, primary_key=True),
        Column("lead_id", String, primary_key=True),
        Column("rank", Integer, nullable=False),
        Column("as_of", DateTime(timezone=True), nullable=False),
        *(Column(number, Float(53), nullable=False) for number in numbers),
        Column("band", String, nullable=False),
        Column("sufficient_evidence", Boolean, nullable=False),
        Column("base_probability", Float(53), nullable=False),
        Column("remainder", Float(53), nullable=False),
        *(Column(listed, Text, nullable=False) for listed in _LISTS),
        Column("model_fingerprint", String, nullable=False),
    )


def _check(connection: Connection, table: Table, facts: RankingOrigin) -> None:
    """Refuse a table of other columns, and one whose ranking is later."""
    there = {one["name"] for one in inspect(connection).get_columns(table.name)}
    absent = sorted({*table.columns.keys()} - there)
    if absent:
        raise _refusal(f"the table {table.name}", f"no columns {', '.join(absent)}")
    query = select(func.max(table.c.as_of)).where(table.c.target == facts.target)
    latest = connection.execute(query).scalar_one()
    if latest is not None and _utc(latest) > facts.at:
        observed = f"a ranking as of {_utc(latest).isoformat()} in the table {table.name}"
        expected = f"one as of {facts.at.isoformat()} or earlier"
        raise BadRequest.of(observed, expected, "score as of a later moment, or name a table")


def _upsert(connection: Connection, table: Table) -> Any:
    insert = _INSERTS[connection.dialect.name](table)
    values = {one.name: insert.excluded[one.name] for one in table.c if one.name not in _KEY}
    return insert.on_conflict_do_update(index_elements=list(_KEY), set_=values)


def _remove_others(connection: Connection, table: Table, facts: RankingOrigin) -> int:
    own = table.c.target == facts.target
    other = (table.c.as_of != facts.at) | (table.c.model_fingerprint != facts.model_fingerprint)
    return int(connection.execute(delete(table).where(own, other)).rowcount)


def _rows(ranking: Path, facts: RankingOrigin) -> Iterator[list[dict[str, Any]]]:
    same = {
        "target": facts.target,
        "as_of": facts.at,
        "model_fingerprint": facts.model_fingerprint,
    }
    for batch in pq.ParquetFile(source(ranking)).iter_batches(batch_size=_ROWS):
        rows = batch.select(_READ).to_pylist()
        yield [row | same | {n: _json(row[n]) for n in _LISTS} for row in rows]


def _json(listed: list[Any]) -> str:
    return json.dumps(listed, ensure_ascii=False)


def _utc(moment: datetime) -> datetime:
    """Return a moment in UTC; SQLite returns it without a zone, as it was written in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _refusal(place: str, observed: str) -> BadRequest:
    expected = "a table of SQLite or PostgreSQL that may be written"
    do = "correct the address, as sqlite:///scores.db or postgresql://user@host/database"
    return BadRequest([Fault(f"{place}: {observed}", expected, do)])
