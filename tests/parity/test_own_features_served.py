"""Own features in the server: what a batch computes, to the bit, or missing and named."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from features import build, learn_catalog
from features.catalog.catalog import CatalogSettings
from features.encoders.moments import moment_of
from features.kernel.inputs import Matrix
from features.tables import Tables
from features.timeline import to_moments
from models.artifact.artifact import Artifact, save
from models.explain.proof import learn_evidence
from models.model import reference
from models.stats.training_set import TrainingSet
from models.training import fit_model
from serve.processes.refresher import Refresher
from serve.scoring.inputs import own_columns
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.store.engine import open_engine
from serve.wire.records import ScoreRequest
from tests import builders, own_features, served
from tests.clocked import NOW, Clock, serving
from tests.parity.test_single_encoding import account_of, only, records_of

BODY = (
    own_features.HONEST
    + """

def _visible(table, snapshots):
    rows = snapshots.reset_index(names="row").merge(table, on="lead_id")
    return rows[rows["visible_from"] < rows["cutoff"]]


@mikomi.feature(**words)
def attention(activities, snapshots):
    rows = _visible(activities, snapshots)
    rows = rows.assign(weight=(rows["dwell_seconds"].fillna(0.1) + 0.7) ** 0.3)
    inbound = rows[rows["direction"].isin(["inbound"]) | rows["topic"].notna()]
    return inbound.groupby("row")["weight"].sum().reindex(snapshots.index)


@mikomi.feature(**words, table="outcomes")
def lost_deals(outcomes, snapshots):
    rows = _visible(outcomes, snapshots)
    rows = rows[rows["outcome"] == "lost"]
    return rows.groupby("row")["amount"].sum(min_count=1).reindex(snapshots.index)


@mikomi.feature(**words, table="attribute_changes")
def corrections(changes, snapshots):
    rows = _visible(changes, snapshots)
    rows = rows[rows["value"].notna()]
    return (rows["value"].str.len() + 0.0).groupby(rows["row"]).sum().reindex(snapshots.index)


@mikomi.feature(**words, table="index.csv", known_at="day")
def index(table, snapshots):
    table = table.sort_values("visible_from")
    at = np.searchsorted(table["visible_from"], snapshots["cutoff"], side="left") - 1
    return np.where(at >= 0, table["value"].to_numpy(float)[at], np.nan)
"""
)
NAMES = ("calls", "attention", "lost_deals", "corrections", "index")
INDEX = "day,value\n2020-01-01,1\n2026-01-20,2.5\n"


@cache
def company() -> Tables:
    whole = builders.company(builders.Company(leads=60, activities=900, outcomes=120, changes=90))
    times = whole.activities["occurred_at"].dt.floor("3h")  # ties, so that the order matters
    whole.activities["occurred_at"] = times
    return replace(whole, activities=whole.activities.assign(text=None))


def laid_down(folder: Path) -> None:
    own_features.write(folder, BODY)
    (folder / "own" / "index.csv").write_text(INDEX, "utf-8")


@contextmanager
def within(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    laid_down(folder)
    return folder


@pytest.fixture(scope="module")
def artifact(place: Path) -> Artifact:
    rows = builders.snapshots(company(), 3, each=6)
    settings = CatalogSettings(
        windows_days=(30.0,),
        min_support=20,
        max_topics=2,
        sequence_length=0,
        half_lives_days=(),
        features_dir="own",
    )
    with within(place):
        catalog = learn_catalog.learn(company(), rows, settings)
        values = np.asarray(build.build(company(), rows, catalog).values)
    own = np.nan_to_num(values[:, list(catalog.names).index("own__attention")])
    label = (own > np.median(own)).astype(np.float64)
    lead = np.unique(rows["lead_id"], return_inverse=True)[1].astype(np.int64)
    taught = TrainingSet(
        values, label, lead, to_moments(rows["cutoff"]), catalog.names, catalog.categorical
    )
    model = fit_model.fit(taught, served.SETTINGS, seed=0)
    people = reference.learn(model.margin(values))
    evidence = learn_evidence.of_proof(taught, learn_evidence.Proof((), {}, None), 0)
    return Artifact(model, catalog, people, evidence, {"horizon_days": 30.0})


@pytest.fixture(autouse=True)
def here(place: Path) -> Iterator[None]:
    with within(place):
        yield


@pytest.fixture(scope="module")
def snapshots() -> pd.DataFrame:
    return builders.snapshots(company(), 5, each=2)


def batch(artifact: Artifact, snapshots: pd.DataFrame) -> Matrix:
    return build.build(company(), snapshots, artifact.catalog).values  # noqa: PD011


def requests(snapshots: pd.DataFrame) -> list[ScoreRequest]:
    made = []
    for lead, cutoff in zip(snapshots["lead_id"], snapshots["cutoff"], strict=True):
        part = only(company(), [lead], "acme")
        with_account = part.leads["account_id"].iloc[0] == "acme"
        account = account_of(company(), "acme") if with_account else None
        made.append(
            ScoreRequest(histories=records_of(part, [lead]), cutoff=cutoff, account=account)
        )
    return made


def own_part(artifact: Artifact, values: Matrix) -> Matrix:
    own = [n for n, one in enumerate(artifact.catalog.features) if one.view == "own"]
    assert [artifact.catalog.names[n] for n in own] == [f"own__{one}" for one in NAMES]
    return values[:, own]


def served_rows(model: LoadedModel, snapshots: pd.DataFrame) -> Matrix:
    return np.concatenate([model.values(one) for one in requests(snapshots)])


def test_a_request_gives_what_a_batch_gives(artifact: Artifact, snapshots: pd.DataFrame) -> None:
    model = LoadedModel(artifact, features_dir="own")
    ours = own_part(artifact, served_rows(model, snapshots[:24]))
    theirs = own_part(artifact, batch(artifact, snapshots[:24]))
    assert (~np.isnan(theirs)).sum(axis=0).min() > 2
    assert ours.tobytes() == theirs.tobytes()


def test_planted_fault_rows_that_count_too_early(
    artifact: Artifact, snapshots: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = LoadedModel(artifact, features_dir="own")
    theirs = own_part(artifact, batch(artifact, snapshots[:20]))
    whole = own_columns.tables_of

    def early(*records: Any) -> Tables:
        made = whole(*records)
        done = made.activities
        return replace(made, activities=done.assign(known_at=done["occurred_at"]))

    monkeypatch.setattr(own_columns, "tables_of", early)
    assert own_part(artifact, served_rows(model, snapshots[:20])).tobytes() != theirs.tobytes()


def test_what_a_server_does_not_compute_is_missing_and_named(
    artifact: Artifact, snapshots: pd.DataFrame, place: Path
) -> None:
    request = requests(snapshots[:1])[0]
    for folder in ("", "nowhere"):
        model = LoadedModel(artifact, features_dir=folder)
        assert len(model.own.unserved) == len(NAMES)
        answer = model.answer(request, "en", "r")
        assert answer.missing_features == [f"own__{one}" for one in NAMES]
    file = place / "own" / "calls.py"
    written = file.read_text("utf-8")
    file.write_text(written + "\n# changed", "utf-8")
    assert LoadedModel(artifact, features_dir="own").own.unserved
    file.write_text(written, "utf-8")
    whole = LoadedModel(artifact, features_dir="own")
    assert whole.own.unserved == ()
    missing = whole.answer(request, "en", "r").missing_features or []
    assert "own__calls" not in missing
    (place / "own" / "index.csv").unlink()
    assert "own__index" in (whole.answer(request, "en", "r").missing_features or [])
    (place / "own" / "index.csv").write_text(INDEX, "utf-8")


def sent(snapshots: pd.DataFrame, row: int) -> dict[str, Any]:
    """Write one lead as the body of a request."""
    history = requests(snapshots[row : row + 1])[0].histories[0]
    lead = {
        name: value
        for name, value in msgspec.to_builtins(history.lead).items()
        if value is not None
    }
    parts = {
        "activities": history.activities,
        "outcomes": history.outcomes,
        "changes": history.changes,
    }
    records = {
        name: [{n: v for n, v in one.items() if v is not None} for one in msgspec.to_builtins(many)]
        for name, many in parts.items()
    }
    lead.pop("account_id", None)
    return lead | records


def test_a_stored_lead_its_row_and_its_receipt_agree(
    artifact: Artifact, snapshots: pd.DataFrame, tmp_path: Path
) -> None:
    save(tmp_path / "models" / artifact.fingerprint, artifact)
    point(tmp_path, artifact.fingerprint, 1)
    url, clock = f"sqlite:///{tmp_path / 'mikomi.db'}", Clock()
    with serving(tmp_path, url, clock, features_dir="own") as client:
        rows = snapshots.drop_duplicates("lead_id").head(3)
        bodies = [sent(rows, row) | {"changes": []} for row in range(len(rows))]
        for body in bodies:
            store(client, body)
        answers = [client.get(f"/v1/leads/{body['lead_id']}/score") for body in bodies]
        for body, answer in zip(bodies, answers, strict=True):
            again = client.post(f"/v1/receipts/{answer.json()['receipt_id']}/replay")
            assert again.content == answer.content
            direct = client.post("/v1/score", json=body | {"as_of": NOW.isoformat()}).json()
            replayed = client.post(f"/v1/receipts/{direct['receipt_id']}/replay")
            assert replayed.json() == direct
            for name in ("feature_sha256", "probability", "reasons"):
                assert direct[name] == answer.json()[name]
            assert direct.get("missing_features") == answer.json().get("missing_features")
        engine = open_engine(url)
        loaded = LoadedModel(artifact, 1, features_dir="own")
        assert Refresher(engine).step(loaded, moment_of(NOW)) == len(bodies)
        ranked = {one["lead_id"]: one for one in client.get("/v1/leads").json()["leads"]}
        engine.dispose()
        assert len(ranked) > 1
        for body, answer in zip(bodies, answers, strict=True):
            if body["lead_id"] in ranked:
                assert ranked[body["lead_id"]]["probability"] == answer.json()["probability"]


def store(client: TestClient, body: dict[str, Any]) -> None:
    lead = {name: body[name] for name in ("created_at", "known_at", "owner_id") if name in body}
    lead |= {"attributes": body["attributes"], "backfill": True}
    assert client.put(f"/v1/leads/{body['lead_id']}", json=lead).status_code == 200
    for path, name in (("activities", "activities"), ("outcomes", "outcomes")):
        rows = [one | {"lead_id": body["lead_id"]} for one in body[name]]
        if rows:
            done = client.post(f"/v1/{path}", json={name: rows, "backfill": True})
            assert done.status_code == 200, done.text
