"""Shadow scoring: the challenger answers the requests of the champion, beside it and unnoticed."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from models.artifact import artifact
from pipelines.lifecycle import shadow as shadowing
from pipelines.run.params_file import parse
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from serve.processes.shadow import LATE, Shadow, drawn_of
from serve.processes.shadow_process import POINTER, step
from serve.scoring.champion import FollowedChampion
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.store.engine import moment, open_engine
from serve.store.tables import OUTCOMES, RECEIPTS, SHADOW_SCORES
from tests import served
from tests.clocked import NOW, Clock, serving

PARAMS = "cohort: {horizon_days: 30}\npromote: {min_conversions: 2}\n"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shadow.db'}"


@pytest.fixture
def client(tmp_path: Path, url: str) -> Iterator[TestClient]:
    point(tmp_path, served.lay_down(tmp_path, 0), 1)
    with serving(tmp_path, url, Clock()) as made:
        for _ in range(600):
            if made.get("/readyz").status_code == 200:
                break
            time.sleep(0.1)
        yield made


def challenger(folder: Path) -> FollowedChampion:
    """Lay a second model beside the champion, and point the shadow at it."""
    other = served.artifact(1)
    artifact.save(folder / "models" / other.fingerprint, other)
    point(folder, other.fingerprint, 2, POINTER)
    return FollowedChampion(
        folder,
        lambda place, version: LoadedModel(artifact.load(place), version),
        id,
        pointer=POINTER,
    )


def ask(client: TestClient, count: int, first: int = 0) -> list[dict[str, float]]:
    return [
        client.post("/v1/score", json=served.body(n % 30) | {"lead_id": f"L-{first + n}"}).json()
        for n in range(count)
    ]


def shadow_scores(url: str) -> pd.DataFrame:
    with open_engine(url).connect() as connection:
        return pd.read_sql(select(SHADOW_SCORES), connection)


def test_the_challenger_answers_the_requests_of_the_champion(
    client: TestClient, tmp_path: Path, url: str
) -> None:
    answers = {one["receipt_id"]: one["probability"] for one in ask(client, 12)}
    other, shadow = challenger(tmp_path), Shadow(open_engine(url), 1.0)
    assert not step(other, shadow, NOW + 2 * LATE)
    rows = shadow_scores(url).set_index("receipt_id")
    assert rows["champion_probability"].to_dict() == answers
    model = LoadedModel(served.artifact(1), 2)
    assert set(rows["model_fingerprint"]) == {model.fingerprint}
    assert set(rows["model_version"]) == {2}
    assert (rows["probability"] != rows["champion_probability"]).any()
    step(other, shadow, NOW + 2 * LATE)
    step(other, Shadow(open_engine(url), 1.0), NOW + 2 * LATE)
    assert len(shadow_scores(url)) == 12


def test_the_answer_is_the_champions_with_and_without_a_shadow(
    client: TestClient, tmp_path: Path
) -> None:
    before = ask(client, 3)
    challenger(tmp_path)
    after = ask(client, 3)
    for one in (*before, *after):
        del one["receipt_id"]
    assert before == after


def test_a_share_of_the_questions_and_none_of_the_newest(
    client: TestClient, tmp_path: Path, url: str
) -> None:
    ids = [str(one["receipt_id"]) for one in ask(client, 40)]
    other = challenger(tmp_path)
    step(other, Shadow(open_engine(url), 1.0), NOW + LATE / 2)
    assert shadow_scores(url).empty
    step(other, Shadow(open_engine(url), 0.5), NOW + 2 * LATE)
    drawn = {one for one in ids if drawn_of(one, 0.5)}
    assert set(shadow_scores(url)["receipt_id"]) == drawn
    assert 5 < len(drawn) < 35


def test_a_request_from_before_the_end_of_training_is_left_out(
    client: TestClient, url: str
) -> None:
    """Else it would be praised for outcomes that it was taught."""
    ask(client, 3)
    known = served.artifact(1)
    later = artifact.Artifact(
        known.model,
        known.catalog,
        known.reference,
        known.evidence,
        known.about | {"learned_until": (NOW + timedelta(days=1)).isoformat()},
    )
    shadow = Shadow(open_engine(url), 1.0)
    assert shadow.catch_up(LoadedModel(later, 3), NOW + timedelta(days=2)) == 0
    assert shadow.catch_up(LoadedModel(known, 2), NOW + timedelta(days=2)) == 3


def test_an_erased_person_is_shadowed_no_more(client: TestClient, tmp_path: Path, url: str) -> None:
    created = {"created_at": "2026-04-01T00:00:00Z", "backfill": True}
    for lead in ("L-0", "L-1"):
        assert client.put(f"/v1/leads/{lead}", json=created).status_code == 200
    ask(client, 2)
    other, shadow = challenger(tmp_path), Shadow(open_engine(url), 1.0)
    step(other, shadow, NOW + 2 * LATE)
    assert len(shadow_scores(url)) == 2
    assert client.delete("/v1/leads/L-1").status_code < 300
    assert len(shadow_scores(url)) == 1
    step(other, Shadow(open_engine(url), 1.0), NOW + 2 * LATE)
    assert len(shadow_scores(url)) == 1


def test_live_leads_are_judged_when_their_horizon_is_over(
    client: TestClient, tmp_path: Path, url: str
) -> None:
    answers = ask(client, 60)
    step(challenger(tmp_path), Shadow(open_engine(url), 1.0), NOW + 2 * LATE)
    won = [n for n in range(60) if np.random.default_rng(n).random() < answers[n]["probability"]]
    assert len(won) > 3
    at = moment(NOW + timedelta(days=19))
    sent = {"deal_id": "d", "outcome": "won", "occurred_at": at, "known_at": at, "revision": 1}
    with open_engine(url).begin() as connection:
        connection.execute(insert(OUTCOMES), [sent | {"lead_id": f"L-{n}"} for n in won])
    job = Job(parse(PARAMS), Workspace("small", tmp_path))
    early = shadowing.run(job, url, pd.Timestamp(NOW + timedelta(days=29)))
    assert (early["shadowed"], early["matured"], early["passed"]) == (60, 0, False)
    report = shadowing.run(job, url, pd.Timestamp(NOW + timedelta(days=31)))
    assert report["matured"] == 60
    facts = json.loads(job.places.shadow.read_text("utf-8"))
    assert facts["conversions"] == len(won)
    assert facts["mean_probability"]["converted"] == pytest.approx(len(won) / 60)


def test_nothing_shadowed_says_how_it_comes_about(
    client: TestClient, url: str, tmp_path: Path
) -> None:
    assert client.get("/readyz").status_code == 200
    with pytest.raises(Exception, match="MIKOMI_SHADOW_SHARE"):
        shadowing.read(Job(parse(PARAMS), Workspace("small", tmp_path)), url)


def test_receipts_alone_are_read(client: TestClient, url: str) -> None:
    """The log of answers is as it was: the shadow adds none of its own."""
    ask(client, 2)
    with open_engine(url).connect() as connection:
        kinds = connection.execute(select(RECEIPTS.c.kind)).scalars().all()
    assert kinds == ["score", "score"]
