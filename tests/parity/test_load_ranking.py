"""A finished batch ranking becomes the server's: the same numbers, or a refusal and no change."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from features.encoders.moments import moment_of
from features.errors import BadInput
from models.artifact import artifact
from models.scoring.batch_scores import RANKING_FACTS
from pipelines.scoring import merge_ranking, ranking_schema
from serve.ranking.batch_ranking import take_over
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import open_engine
from serve.store.leads.history import HistoryReader
from serve.store.ranking.refreshing import Refreshing
from serve.store.tables import RANKING
from tests import served
from tests.clocked import Clock
from tests.killed_loading import Loading, killed_at
from tests.ranked_company import LEADS, Company


@pytest.fixture
def company(models: Path, url: str, client: TestClient, clock: Clock) -> Iterator[Company]:
    engine = open_engine(url)
    loaded = LoadedModel(artifact.load(models / "models" / served.artifact().fingerprint), 1)
    made = Company(client, engine, loaded, clock)
    clock.at += timedelta(minutes=1)
    yield made
    engine.dispose()


def ranking(company: Company, folder: Path, **facts: Any) -> Path:
    """Rank the stored leads as `mikomi score` does, and write what it writes."""
    read, at = HistoryReader(company.engine), company.clock.at
    ids = [f"L-{n}" for n in range(LEADS)]
    values = [company.loaded.values(read.request(one, at)[0]) for one in ids]
    keys = pd.DataFrame({"lead_id": ids, "cutoff": pd.Timestamp(at).as_unit("us")})
    scores = company.loaded.scorer.score_values(np.concatenate(values), keys)
    rows = merge_ranking.ranked(ranking_schema.table(scores))
    rows = rows.add_column(0, "rank", pa.array(range(1, len(rows) + 1), pa.int64()))
    stated = {"target": "", "as_of": moment_of(at), "model": company.loaded.fingerprint} | facts
    path = folder / "scores.parquet"
    pq.write_table(rows.replace_schema_metadata({RANKING_FACTS: json.dumps(stated)}), path)
    return path


def load(company: Company, path: Path) -> int:
    now = moment_of(company.clock.at)
    return take_over(path, company.engine, company.loaded.fingerprint, now).leads


def test_the_servers_ranking_is_the_file_to_the_bit(company: Company, tmp_path: Path) -> None:
    path = ranking(company, tmp_path)
    assert company.rows() == {}
    assert load(company, path) == LEADS
    rows, file = company.rows(), pq.read_table(path).to_pylist()
    assert [*rows] == [row["lead_id"] for row in file]
    for row in file:
        mine = rows[row["lead_id"]]
        assert all(mine[name] == row[name] for name in ("probability", "score", "band", "margin"))
        assert mine["attributes"]["source"] == "web"
    assert company.stale() == []


def test_the_server_completes_it_and_what_changed_since(company: Company, tmp_path: Path) -> None:
    path = ranking(company, tmp_path)
    company.act(3, [0.001, 0.002], activity_type="call")
    assert load(company, path) == LEADS
    company.clock.at += timedelta(minutes=1)
    assert company.refresh() >= LEADS
    assert company.stale() == []
    assert {row["trend"] for row in company.rows().values()} != {"not_enough_information"}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"model": "b" * 64}, "by which the server answers"),
        ({"as_of": 4_000_000_000_000_000}, "or earlier"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    company: Company, tmp_path: Path, facts: dict[str, Any], reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        load(company, ranking(company, tmp_path, **facts))
    assert company.rows() == {}


def test_an_older_ranking_than_the_servers_is_refused(company: Company, tmp_path: Path) -> None:
    path = ranking(company, tmp_path)
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    before = company.rows()
    with pytest.raises(BadInput, match="the server has ranked since"):
        load(company, path)
    assert company.rows() == before


def test_leads_that_the_server_does_not_store_are_named(company: Company, tmp_path: Path) -> None:
    path = ranking(company, tmp_path)
    table = pq.read_table(path)
    ids = pa.array(["L-strange", *table["lead_id"].to_pylist()[1:]])
    pq.write_table(table.set_column(1, "lead_id", ids), path)
    with pytest.raises(BadInput, match="1 leads that the server does not store"):
        load(company, path)
    assert company.rows() == {}


def test_a_file_without_the_facts_of_a_ranking_is_refused(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"lead_id": ["L-1"]}), path)
    with pytest.raises(BadInput, match="no facts of a ranking"):
        load(company, path)


def stored(company: Company) -> list[tuple[Any, ...]]:
    """Return the rows of the ranking as the database has them, in the order of leads."""
    names = ("lead_id", "as_of", "rank_key", "probability", "score", "band", "reasons")
    query = select(*(RANKING.c[name] for name in names)).order_by(RANKING.c.lead_id)
    with company.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def kills(
    company: Company, folder: Path, url: str, stride: int = 1, *, pieces: bool = False
) -> tuple[int, int]:
    """Kill a loading at its steps; return how many there are, and how many left a mix."""
    company.refresh()
    old, step, mixes = stored(company), 0, 0
    company.clock.at += timedelta(hours=1)
    now, model = moment_of(company.clock.at), company.loaded.fingerprint
    loading = Loading(ranking(company, folder), url, model, now, pieces)
    while killed_at(loading, step):
        mixes += stored(company) != old
        step += stride
    new = stored(company)
    assert [row[0] for row in new] == [row[0] for row in old]
    assert {row[1] for row in new} == {now}
    return step, mixes


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_kill_between_any_two_steps_leaves_the_former_ranking(
    company: Company, tmp_path: Path, url: str
) -> None:
    steps, mixes = kills(company, tmp_path, url)
    assert steps > 30
    assert mixes == 0


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_ranking_that_is_written_in_pieces_would_be_noticed(
    company: Company, tmp_path: Path, url: str
) -> None:
    assert kills(company, tmp_path, url, stride=3, pieces=True)[1] > 0


def test_a_lead_that_changed_meanwhile_keeps_its_newer_row(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ranks a lead again between the reading of the file and its writing."""
    path, write = ranking(company, tmp_path), Refreshing.write_together

    def after_a_call(self: Refreshing, batches: list[Any], fingerprint: str) -> int:
        company.act(3, [0.001], activity_type="call")
        company.clock.at += timedelta(minutes=1)
        company.refresh()
        return write(self, batches, fingerprint)

    monkeypatch.setattr(Refreshing, "write_together", after_a_call)
    load(company, path)
    facts = json.loads(pq.read_schema(path).metadata[RANKING_FACTS.encode()])
    newest = {moment_of(datetime.fromisoformat(r["as_of"])) for r in company.rows().values()}
    assert len(newest) == 1
    assert max(newest) > facts["as_of"]
