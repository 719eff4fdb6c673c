"""The versions of the tables, on SQLite and on a real PostgreSQL server."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

import serve.store.account_tables  # noqa: F401 - its indexes are compared, too
from features.errors import BadRequest
from serve.errors import SchemaMismatch
from serve.store import schema_versions
from serve.store.engine import open_engine
from serve.store.ranking_indexes import OF_POSTGRESQL as OF_POSTGRESQL_ALONE
from serve.store.ranking_indexes import OF_SQLITE as OF_SQLITE_ALONE
from serve.store.schema_versions import REVISIONS, is_current, made, upgrade
from serve.store.tables import METADATA


@pytest.fixture
def former(url: str) -> Engine:
    """Return a database whose tables were made by a version with other migrations."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("create table alembic_version (version_num varchar(32) not null)"))
        connection.execute(text("insert into alembic_version values ('0009')"))
        connection.execute(text("create table leads (lead_id varchar primary key)"))
    return engine


def test_tables_of_another_version_are_refused_and_not_changed(former: Engine) -> None:
    before = inspect(former).get_table_names()
    with pytest.raises(SchemaMismatch) as raised:
        upgrade(former)
    fault = raised.value.faults[0]
    assert fault.observed == "a database with tables of version 0009"
    assert "MIKOMI_DATABASE_URL" in fault.do
    assert inspect(former).get_table_names() == before
    assert not is_current(former)
    former.dispose()


def test_empty_tables_become_current_and_stay_so(url: str) -> None:
    engine = open_engine(url)
    assert not is_current(engine)
    upgrade(engine)
    tables = inspect(engine).get_table_names()
    upgrade(engine)
    assert is_current(engine)
    assert inspect(engine).get_table_names() == tables
    engine.dispose()


def test_the_listed_revisions_are_those_of_the_migrations() -> None:
    config = Config()
    folder = Path(schema_versions.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [script.revision for script in reversed(scripts)] == list(REVISIONS)


@pytest.mark.parametrize("version", REVISIONS[:-1])
def test_tables_go_back_to_an_older_version_and_forward_again(url: str, version: str) -> None:
    engine = made(url)
    tables = _indexes(engine)
    with pytest.raises(BadRequest, match="mikomi backup FOLDER"):
        schema_versions.downgrade(engine, version, lose=False)
    assert is_current(engine), "nothing is changed without consent"
    schema_versions.downgrade(engine, version, lose=True)
    state = schema_versions.state(engine)
    assert (state.version, state.current) == (version, False)
    assert "`mikomi database upgrade` migrates" in state.sentence
    upgrade(engine)
    assert _indexes(engine) == tables
    engine.dispose()


def _indexes(engine: Engine) -> dict[str, dict[str | None, list[str | None]]]:
    """Return the columns of the indexes of each table."""
    database = inspect(engine)
    return {
        table: {one["name"]: one["column_names"] for one in database.get_indexes(table)}
        for table in database.get_table_names()
    }


@pytest.mark.parametrize("version", [REVISIONS[-1], "0009"])
def test_only_older_versions_are_gone_back_to(url: str, version: str) -> None:
    engine = made(url)
    with pytest.raises(BadRequest, match="an older version: v0001"):
        schema_versions.downgrade(engine, version, lose=True)
    assert is_current(engine)
    engine.dispose()


def test_unknown_tables_are_described_and_never_taken_back(former: Engine) -> None:
    assert "0009, which is unknown" in schema_versions.state(former).sentence
    with pytest.raises(SchemaMismatch):
        schema_versions.downgrade(former, REVISIONS[0], lose=True)
    former.dispose()


OF_SQLITE = {f"ix_ranking_{name}" for name in OF_SQLITE_ALONE} | {"ix_lead_display_searched"}
OF_POSTGRESQL = {f"ix_ranking_{name}" for name in OF_POSTGRESQL_ALONE}
"""Made in one database alone; Alembic compares them all the same."""


def test_the_migrations_make_the_tables(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    upgrade(engine)
    others = OF_POSTGRESQL if url.startswith("sqlite") else OF_SQLITE
    options = {"include_object": lambda _, name, *__: name not in others}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
