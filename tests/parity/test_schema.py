"""The versions of the tables, on SQLite and on a real PostgreSQL server."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from serve.errors import SchemaMismatch
from serve.store import engine as store_engine
from serve.store.engine import REVISIONS, is_current, open_engine, upgrade


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
    folder = Path(store_engine.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [script.revision for script in reversed(scripts)] == list(REVISIONS)
