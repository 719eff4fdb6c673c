"""The examples of an own feature and an own model: trained, promoted, ranked with, and served."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import mikomi as library
from features.timeline import to_moments
from models.artifact.artifact import save
from pipelines.run.workspace import Workspace
from pipelines.storage import frames, partitions
from serve.scoring.pointer import point
from tests.clocked import Clock, serving
from tests.small_company import ROOT, inside, mikomi

EXAMPLE = ROOT / "examples" / "own_model" / "params.yaml"
OWN = ("own__late_share", "own__climate")
SMALLER: dict[str, dict[str, Any]] = {
    "cohort": {"every_days": 90, "early_age_hours": []},
    "features": {
        "windows_days": [30],
        "min_support": 60,
        "max_topics": 0,
        "sequence_length": 0,
        "half_lives_days": [],
    },
    "evaluate": {"redraws": 10, "explained_rows": 100},
    "promote": {"confidence": 0.0},
    "train": {"folds": 2, "proof": {"max_rows": 200}},
}
"""A smaller frame than a reader has; features, estimator and stages are those of the example."""


def laid_out(folder: Path, estimator: str) -> None:
    """Write the example's parameters, the examples and an export into a folder."""
    (folder / "examples").symlink_to(ROOT / "examples")
    params = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    for section, fields in SMALLER.items():
        params[section] = params.get(section, {}) | fields
    params["source"] = {"mapping": str(ROOT / "examples/sample/mapping.yaml")}
    params["train"]["estimator"] = f"examples.own_model.own_models:{estimator}"
    (folder / "params.yaml").write_text(yaml.safe_dump(params), "utf-8")
    assert mikomi(folder, "sample", "--leads", "400", "--seed", "5", "--out", "export") == 0


@pytest.fixture(scope="module", params=["linear", "catboost"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "catboost":
        pytest.importorskip("catboost")
    folder = tmp_path_factory.mktemp(request.param)
    laid_out(folder, request.param)
    assert mikomi(folder, "run") == 0
    assert mikomi(folder, "score") == 0
    return folder


@pytest.fixture
def champion(company: Path) -> Iterator[library.Model]:
    with inside(company):
        yield library.load("models:/mikomi-own-model@champion")


def test_it_is_promoted_and_its_reasons_are_exact(company: Path, champion: library.Model) -> None:
    places = Workspace("own_model", company)
    assert json.loads(places.promotion.read_text("utf-8"))["promoted"] is True
    assert set(OWN) <= set(champion.features)
    assert champion.scorer.explainer.exact
    ranking = pd.read_parquet(places.scores)
    shown = ranking["base_probability"] + ranking["reason_contributions"].map(sum)
    assert float((shown + ranking["remainder"] - ranking["probability"]).abs().max()) < 1e-9
    frame, _ = frames.read_features(places.features, np.arange(3))
    values = champion.explain(frame.to_pandas().set_index(["lead_id", "cutoff"])).shap
    assert values.values.shape[1] == len(champion.features)  # noqa: PD011 - of shap


def test_a_server_answers_as_the_batch_does(
    company: Path, champion: library.Model, tmp_path: Path
) -> None:
    places = Workspace("own_model", company)
    tables = partitions.read_all(places.tables)
    ranking = pd.read_parquet(places.scores).set_index("lead_id")
    save(tmp_path / "models" / champion.fingerprint, champion.artifact)
    point(tmp_path, champion.fingerprint, 1)
    clock = Clock()
    clock.at = ranking["cutoff"].iloc[0].to_pydatetime()
    own, url = "examples/own_feature/own_features", f"sqlite:///{tmp_path / 'mikomi.db'}"
    alone = tables.leads[~tables.leads["account_id"].duplicated(keep=False)]
    wanted = [one for one in alone["lead_id"] if one in ranking.index][:5]
    assert wanted
    with serving(tmp_path, url, clock, features_dir=own) as client:
        for lead in wanted:
            answer = client.post("/v1/score", json=body(tables, lead)).json()
            assert "own__late_share" not in answer.get("missing_features", [])
            assert answer["probability"] == pytest.approx(
                ranking.loc[lead, "probability"], abs=1e-9
            )
            again = client.post(f"/v1/receipts/{answer['receipt_id']}/replay")
            assert again.json() == answer
    with serving(tmp_path, url, clock) as client:
        lacking = client.post("/v1/score", json=body(tables, wanted[0])).json()
        assert lacking["missing_features"] == list(OWN)


def body(tables: Any, lead: str) -> dict[str, Any]:
    """Write a lead with all its records as a CRM sends it."""
    parts = {
        "activities": tables.activities,
        "outcomes": tables.outcomes,
        "changes": tables.attribute_changes,
    }
    listed = ("lead_id", "created_at", "known_at", "owner_id", "account_id")
    row = plain(tables.leads[tables.leads["lead_id"] == lead])[0]
    attributes = {name: row.pop(name) for name in list(row) if name not in listed}
    records = {
        name: [
            {key: value for key, value in one.items() if key != "lead_id"}
            for one in plain(table[table["lead_id"] == lead])
        ]
        for name, table in parts.items()
    }
    own = plain(tables.accounts[tables.accounts["account_id"] == row["account_id"]])
    accounts = [
        {
            "account_id": one.pop("account_id"),
            **({"known_at": one.pop("known_at")} if "known_at" in one else {}),
            "attributes": one,
        }
        for one in own
    ]
    account = {"account": accounts[0]} if accounts else {}
    return row | {"attributes": attributes} | records | account


def plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    assert to_moments(table.filter(like="_at").iloc[:, 0]).size == len(table)
    return [
        {
            str(name): value.isoformat() if isinstance(value, pd.Timestamp) else value
            for name, value in one.items()
            if not pd.isna(value)
        }
        for one in table.to_dict("records")
    ]
