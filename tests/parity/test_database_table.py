"""A ranking in a table: upserted whole or not at all, never older than what is there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, text

from features.errors import BadRequest
from pipelines.scoring.database_table import RankingOrigin, opened, write
from pipelines.scoring.ranking_schema import SCHEMA

AT = datetime(2026, 4, 1, tzinfo=UTC)
MODEL = "a" * 64


def ranking(folder: Path, *leads: str, probability: float = 0.5) -> Path:
    """Write a ranking as `mikomi score` does."""
    row: dict[str, Any] = dict.fromkeys(SCHEMA.names, 0.25) | {
        "cutoff": AT,
        "probability": probability,
        "sufficient_evidence": True,
        "band": "hot",
        "reason_codes": ["calls"],
        "reason_contributions": [0.1],
        "reason_features": [1],
        "reason_values": [0.0],
        "reason_leads": [7],
        "reason_converted_leads": [3],
        "reasons_ja": ["電話"],
        "reasons_en": ["calls"],
    }
    rows = [row | {"lead_id": lead} for lead in leads]
    table = pa.Table.from_pylist(rows, SCHEMA)
    ranks = pa.array(range(1, len(rows) + 1), pa.int64())
    pq.write_table(table.add_column(0, "rank", ranks), folder / "scores.parquet")
    return folder / "scores.parquet"


def rows(engine: Engine, columns: str = "lead_id, rank, probability") -> list[tuple[Any, ...]]:
    with engine.begin() as connection:
        query = text(f"select {columns} from lead_scores order by target, rank")  # noqa: S608
        return [tuple(row) for row in connection.execute(query)]


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = opened(url)
    yield made
    made.dispose()


def test_leads_are_inserted_updated_and_removed(engine: Engine, tmp_path: Path) -> None:
    first = RankingOrigin("", AT, MODEL)
    assert write(ranking(tmp_path, "a", "b"), engine, first) == 0
    assert rows(engine) == [("a", 1, 0.5), ("b", 2, 0.5)]
    listed = rows(engine, "reasons_ja, reason_leads")[0]
    assert [json.loads(one) for one in listed] == [["電話"], [7]]
    later = first._replace(at=AT + timedelta(days=1))
    assert write(ranking(tmp_path, "b", "c", probability=0.7), engine, later) == 1
    assert rows(engine) == [("b", 1, 0.7), ("c", 2, 0.7)]
    assert write(ranking(tmp_path, "b", "c", probability=0.7), engine, later) == 0


def test_another_model_of_the_same_moment_replaces_every_row(
    engine: Engine, tmp_path: Path
) -> None:
    write(ranking(tmp_path, "a", "b"), engine, RankingOrigin("", AT, MODEL))
    assert write(ranking(tmp_path, "b"), engine, RankingOrigin("", AT, "b" * 64)) == 1
    assert rows(engine, "lead_id, model_fingerprint") == [("b", "b" * 64)]


def test_targets_share_a_table(engine: Engine, tmp_path: Path) -> None:
    write(ranking(tmp_path, "a"), engine, RankingOrigin("", AT, MODEL))
    write(ranking(tmp_path, "b"), engine, RankingOrigin("upsell", AT - timedelta(days=9), MODEL))
    assert rows(engine, "target, lead_id") == [("", "a"), ("upsell", "b")]


def test_an_older_ranking_is_refused_and_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    write(ranking(tmp_path, "a"), engine, RankingOrigin("", AT, MODEL))
    before = RankingOrigin("", AT - timedelta(seconds=1), MODEL)
    with pytest.raises(BadRequest, match="score as of a later moment"):
        write(ranking(tmp_path, "b"), engine, before)
    assert rows(engine, "lead_id") == [("a",)]


def test_a_write_that_breaks_off_leaves_the_former_ranking(engine: Engine, tmp_path: Path) -> None:
    """The planted fault: the last row of the file has no band, which the table does not take."""
    write(ranking(tmp_path, "a"), engine, RankingOrigin("", AT, MODEL))
    path = ranking(tmp_path, *(f"l{n}" for n in range(600)))
    broken = pq.read_table(path)
    bands = pa.array(["hot"] * 599 + [None])
    pq.write_table(broken.set_column(broken.schema.get_field_index("band"), "band", bands), path)
    with pytest.raises(BadRequest):
        write(path, engine, RankingOrigin("", AT + timedelta(days=1), MODEL))
    assert rows(engine, "lead_id") == [("a",)]


def test_a_table_of_other_columns_is_named(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("create table lead_scores (lead_id varchar primary key)"))
    with pytest.raises(BadRequest, match="no columns as_of, band"):
        write(ranking(tmp_path, "a"), engine, RankingOrigin("", AT, MODEL))


@pytest.mark.parametrize(
    "address", ["mysql://somebody@localhost/x", "://", "sqlite:///no/folder/x.db"]
)
def test_an_address_that_cannot_be_written_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="found"):
        write(ranking(tmp_path, "a"), opened(address), RankingOrigin("", AT, MODEL))


def test_no_password_is_shown() -> None:
    with pytest.raises(BadRequest) as refused:
        opened("mysql+mysqldb://somebody:secret@localhost/x")
    assert "secret" not in str(refused.value)
