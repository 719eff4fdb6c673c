"""A new view is one file and one line: learned, trained on, served, replayed and explained."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from features import view
from features.build import CompiledCatalog
from features.catalog.catalog import Catalog
from features.change_times import changes_at, passing_of
from features.encoders.from_records import LeadEncoder
from features.encoders.moments import moment_of
from features.errors import CatalogMismatch
from features.records.histories import encode
from features.records.rows import make_rows
from features.tables import Tables
from features.timeline import DAY, NEVER, to_moments
from features.views import VIEWS, titles
from models.artifact.artifact import Artifact, save
from models.explain.proof import learn_evidence
from models.model import reference
from models.stats.training_set import TrainingSet
from models.training import fit_model
from serve.app import create_app
from serve.scoring.pointer import point
from serve.settings import Settings
from serve.wire.records import Activity, Lead, LeadHistory
from tests import builders, served, support_tickets_view
from tests.clocked import LOCAL

NAME = "support_tickets__ticket_count__30d"
CONCEPT = "support_tickets.tickets"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TICKETS = [f"2026-05-{day:02d}T09:00:00Z" for day in (10, 14, 18, 22, 26)]


@pytest.fixture(scope="module")
def registered() -> Iterator[None]:
    """Register the view, as one line in `features/views/__init__.py` would."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(VIEWS, support_tickets_view.VIEW, view.checked(support_tickets_view))
        yield


@dataclass
class Case:
    tables: Tables
    snapshots: pd.DataFrame
    catalog: Catalog


@pytest.fixture(scope="module")
def case(registered: None) -> Case:  # noqa: ARG001
    tables = builders.company(served.SIZE)
    kinds = tables.activities["activity_type"].replace("fax", "support_ticket")
    tables = replace(tables, activities=tables.activities.assign(activity_type=kinds))
    snapshots = builders.snapshots(tables, 3, each=6)
    return Case(tables, snapshots, builders.learned(tables, snapshots))


@pytest.fixture(scope="module")
def trained(case: Case) -> Artifact:
    """Train on a few views, so that no other column counts the same tickets."""
    few = tuple(f for f in case.catalog.features if f.view in ("profile", "support_tickets"))
    catalog = replace(case.catalog, features=few)
    values = builders.built(case.tables, case.snapshots, catalog)
    margin = -2.0 + 1.5 * values[:, catalog.names.index(NAME)]
    random = np.random.default_rng(0)
    label = (random.random(len(margin)) < 1.0 / (1.0 + np.exp(-margin))).astype(np.float64)
    lead = np.unique(case.snapshots["lead_id"], return_inverse=True)[1].astype(np.int64)
    rows = TrainingSet(
        values, label, lead, to_moments(case.snapshots["cutoff"]),
        catalog.names, catalog.categorical,
    )  # fmt: skip
    model = fit_model.fit(rows, served.SETTINGS, seed=0)
    return Artifact(
        model=model,
        catalog=catalog,
        reference=reference.learn(model.margin(rows.values)),
        evidence=learn_evidence.learn(rows, model, catalog, (served.SETTINGS, None, 0)),
        about={"horizon_days": 30.0, "seed": 0},
    )


@pytest.fixture(scope="module")
def client(trained: Artifact, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("serve")
    save(folder / "models" / trained.fingerprint, trained)
    point(folder, trained.fingerprint, 1)
    settings = Settings(
        models=folder,
        database_url=f"sqlite:///{folder / 'mikomi.db'}",
        poll_seconds=0.05,
        access_log="no",
    )
    with TestClient(create_app(settings, lambda: NOW), LOCAL) as ready:
        for _ in range(3_000):
            if ready.get("/readyz").status_code == 200:
                break
            time.sleep(0.02)
        yield ready


def body() -> dict[str, Any]:
    tickets = [{"activity_type": "support_ticket", "occurred_at": at} for at in TICKETS]
    one = served.body(4)
    return one | {"activities": [*one["activities"], *tickets]}


def slowly(tables: Tables, snapshots: pd.DataFrame) -> list[int]:
    """Count the tickets of each snapshot, one condition at a time: the oracle."""
    acts = tables.activities
    known_at = acts["known_at"].fillna(acts["occurred_at"])
    visible_from = known_at.where(known_at > acts["occurred_at"], acts["occurred_at"])
    counts = []
    for lead, cutoff in zip(snapshots["lead_id"], snapshots["cutoff"], strict=True):
        mine = (acts["lead_id"] == lead) & (acts["activity_type"] == "support_ticket")
        window = acts["occurred_at"] >= cutoff - pd.Timedelta(days=30)
        counts.append(int((mine & window & (visible_from < cutoff)).sum()))
    return counts


def test_the_catalog_learns_it_and_leaves_it_out_without_support(case: Case) -> None:
    assert case.catalog.names[-1] == NAME
    no_tickets = case.tables.activities["activity_type"] != "support_ticket"
    without = replace(case.tables, activities=case.tables.activities[no_tickets])
    assert NAME not in builders.learned(without, case.snapshots).names


def test_batch_equals_the_oracle_and_moves_no_other_column(case: Case) -> None:
    values = builders.built(case.tables, case.snapshots, case.catalog)
    assert values[:, -1].tolist() == slowly(case.tables, case.snapshots)
    others = replace(case.catalog, features=case.catalog.features[:-1])
    alone = builders.built(case.tables, case.snapshots, others)
    assert values[:, :-1].tobytes() == alone.tobytes()


def test_one_lead_equals_batch_to_the_bit(case: Case) -> None:
    acts = case.tables.activities.astype(object).where(case.tables.activities.notna(), None)
    compiled, encoder = CompiledCatalog(case.catalog), LeadEncoder(case.catalog.vocabulary)
    for lead in case.tables.leads.to_dict("records")[:20]:
        mine = acts[acts["lead_id"] == lead["lead_id"]].drop(columns=["lead_id", "activity_id"])
        rows = case.snapshots[case.snapshots["lead_id"] == lead["lead_id"]]
        bare = Lead(lead_id=lead["lead_id"], created_at=lead["created_at"])
        history = LeadHistory(
            lead=bare, activities=[Activity(**one) for one in mine.to_dict("records")]
        )
        cutoffs = np.array([moment_of(at) for at in rows["cutoff"]], np.int64)
        values = compiled.values_of(encoder.coded([history], None), 0, cutoffs)
        assert values[:, -1].tolist() == slowly(case.tables, rows)
        coded = compiled.values(
            encoder.histories([history]), make_rows(np.zeros(cutoffs.size, np.int32), cutoffs)
        )
        assert values.tobytes() == coded.tobytes()


@pytest.mark.parametrize(
    ("language", "label", "sentence"),
    [
        ("en", "support tickets", "5 support tickets in the last 30 days"),
        ("ja", "サポートへの問い合わせ", "直近30日間にサポートへの問い合わせ5回"),
    ],
)
def test_the_server_says_it_and_replays_it(
    client: TestClient, language: str, label: str, sentence: str
) -> None:
    response = client.post(f"/v1/score?lang={language}", json=body())
    assert response.status_code == 200
    answer = response.json()
    first = answer["reasons"][0]
    assert (first["code"], first["feature"]) == (CONCEPT, NAME)
    assert (first["label"], first["sentence"]) == (label, sentence)
    replayed = client.post(f"/v1/receipts/{answer['receipt_id']}/replay")
    assert replayed.content == response.content


def test_the_score_falls_when_the_tickets_leave_the_window(client: TestClient) -> None:
    scored = client.post("/v1/score", json=body()).json()
    ahead = client.post("/v1/outlook", json=body()).json()["hot_until"]
    week, _, month = (one["probability"] for one in ahead["silent"])
    assert month < week <= scored["probability"]
    assert ahead["falls_at"] is not None


def due(case: Case, lead: int, cutoff: int) -> int:
    """Compute when a score that reads nothing but the tickets can next change."""
    histories = encode(case.tables, case.catalog.vocabulary)
    edges = [np.array([0.5, 1.5] if f.name == NAME else []) for f in case.catalog.features]
    leads = np.array([lead], np.int32)
    rows = make_rows(leads, np.array([cutoff]))
    values = CompiledCatalog(case.catalog).values(histories, rows)
    return int(changes_at(histories, leads, cutoff, values, passing_of(case.catalog, edges))[0])


@pytest.fixture
def single(case: Case) -> Case:
    """One ticket of one lead, known at once."""
    tables = builders.only(case.tables, {"lead-000"})
    leads = tables.leads.drop(columns=["known_at", "account_id"])
    one = tables.activities.head(1).assign(activity_type="support_ticket")
    one["occurred_at"] = one["known_at"] = builders.START.as_unit("us")
    return Case(Tables(leads, one), case.snapshots, case.catalog)


def test_a_score_can_change_when_the_ticket_is_thirty_days_old(single: Case) -> None:
    at = builders.START.value // 1000
    assert due(single, 0, at + 60 * DAY) == NEVER
    begin = max(at, single.tables.leads["created_at"].iloc[0].value // 1000)
    assert due(single, 0, begin + DAY) == at + 30 * DAY + 1


def test_planted_fault_a_view_that_is_believed_to_stand_still(
    single: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(support_tickets_view, "motion", lambda _: view.STILL)
    with pytest.raises(AssertionError):
        test_a_score_can_change_when_the_ticket_is_thirty_days_old(single)


def test_the_card_has_its_title_and_a_person_can_check_it(case: Case) -> None:
    assert titles()["support_tickets"].ja == "サポート：問い合わせの数"
    activities = pd.DataFrame(
        {
            "activity_type": ["support_ticket", "support_ticket", "call"],
            "topic": None,
            "days_before": [30.0, 30.1, 1.0],
        }
    )
    (feature,) = (one for one in case.catalog.features if one.name == NAME)
    marked = VIEWS[feature.view].evidence(feature, activities)
    assert marked.tolist() == [True, False, False]


@pytest.mark.parametrize(
    "part",
    ["VIEW", "TITLE", "BY_GROUP", "features", "support", "plan", "fill", "motion", "evidence"],
)
def test_planted_fault_a_view_that_lacks_a_part_is_refused_by_its_name(part: str) -> None:
    whole = {name: getattr(support_tickets_view, name) for name in dir(support_tickets_view)}
    whole.pop(part)
    with pytest.raises(TypeError, match=f"does not define {part};"):
        view.checked(SimpleNamespace(**whole))


def test_a_model_of_a_view_that_is_not_registered_is_refused(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(VIEWS, "support_tickets")
    with pytest.raises(CatalogMismatch, match="support_tickets"):
        CompiledCatalog(case.catalog)
