"""The same mapping on SQLite and on a real PostgreSQL server gives the same store, to the byte.

The server's programs come from a package; it listens on a socket in a temporary folder.
"""

from pathlib import Path

import pandas as pd
import pytest
import yaml
from sqlalchemy import create_engine

from features.reading.times import read_times
from pipelines.intake.ingest import IngestSettings, ingest
from pipelines.intake.mapping.schema import Source
from pipelines.intake.mapping.time_rule import TimeRule
from pipelines.intake.read.sources import Reader
from pipelines.storage import partitions
from tests.exports import clean


def fill(url: str) -> None:
    """Put the export into a database: texts as texts, times and numbers in the database's types."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    for name, frame in clean().files.items():
        typed = frame.copy()
        for column in {"created", "at"} & set(frame.columns):
            typed[column] = pd.to_datetime(frame[column])
        for column in {"seconds", "employees"} & set(frame.columns):
            typed[column] = pd.to_numeric(frame[column])
        typed.to_sql(name, engine, index=False)
    engine.dispose()


def read(url: str, folder: Path) -> dict[str, str]:
    fill(url)
    mapping = clean().mapping
    for name in mapping["sources"]:
        query = f"select * from {name}"  # noqa: S608 - our own names
        mapping["sources"][name] = {"url": "${MIKOMI_TEST_CRM}", "query": query}
    folder.mkdir()
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping), "utf-8")
    settings = IngestSettings(partitions=3, rows_per_piece=70)
    report = ingest(folder / "mapping.yaml", folder / "store", settings)
    assert report.faults == ()
    assert report.tables["activities"].accepted == 360
    return partitions.manifest(folder / "store").files


def test_postgres_sqlite_and_files_give_the_same_store(
    empty_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = []
    for name, url in (("postgres", empty_postgres), ("sqlite", f"sqlite:///{tmp_path / 'crm.db'}")):
        monkeypatch.setenv("MIKOMI_TEST_CRM", url)
        stores.append(read(url, tmp_path / name))
    clean().ingest(tmp_path, IngestSettings(partitions=3, rows_per_piece=70))
    stores.append(partitions.manifest(tmp_path / "store").files)
    assert stores[0] == stores[1] == stores[2]


def test_times_with_a_zone_come_as_they_are(postgres: str, tmp_path: Path) -> None:
    query = """
        select '2025-10-26 02:30+02'::timestamptz as at union all
        select '2025-10-26 02:30+01'::timestamptz order by at
    """
    source = Source(url=postgres, query=query)
    (piece,) = Reader("s", source, tmp_path).pieces()
    times = read_times(piece.frame["at"], TimeRule(zone="Asia/Tokyo"))
    assert times.moments.dt.strftime("%H:%M").tolist() == ["00:30", "01:30"]
    assert not times.local.any()
