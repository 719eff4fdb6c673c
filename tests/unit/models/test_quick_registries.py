"""Registries of tests begin with a copy of empty tables that MLflow made; others go its own way."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy

from tests.quick_registries import QuickTables


def tables(place: Path) -> list[str]:
    engine = sqlalchemy.create_engine(f"sqlite:///{place}")
    names = sqlalchemy.inspect(engine).get_table_names()
    engine.dispose()
    return names


def test_tables_are_made_once_and_copied_for_other_processes_too(tmp_path: Path) -> None:
    made: list[str] = []

    def real(engine: sqlalchemy.Engine) -> None:
        made.append(str(engine.url.database))
        with engine.begin() as connection:
            connection.exec_driver_sql(f"create table made_{len(made)} (one int)")

    places = [tmp_path / f"{name}.db" for name in ("first", "second", "other", "begun")]
    with closing(sqlite3.connect(places[3])) as connection:
        connection.execute("create table begun (one int)")
    for place, shared in zip(places, ("a", "a", "b", "a"), strict=True):
        (tmp_path / shared).mkdir(exist_ok=True)
        engine = sqlalchemy.create_engine(f"sqlite:///{place}")
        QuickTables(real, tmp_path / shared)(engine)
        engine.dispose()
    assert [Path(one).stem for one in made] == ["first", "other", "begun"]
    assert [tables(one) for one in places] == [
        ["made_1"],
        ["made_1"],
        ["made_2"],
        ["begun", "made_3"],
    ]
