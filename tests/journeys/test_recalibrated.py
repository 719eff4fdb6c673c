"""A champion whose level is off is repaired from new outcomes, rolled back, and not forgotten."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.artifact import artifact
from models.registry.registry import Registry
from models.registry.registry_types import RegistrySettings
from pipelines.run.workspace import Workspace
from tests.small_company import PARAMS, create_company, mikomi

TOO_LOW = -3.5
QUICK = PARAMS.replace("every_days: 60", "every_days: 30").replace(
    "horizon_days: 90", "horizon_days: 30"
)
FEW = QUICK.replace("promote: {confidence: 0.0}", "promote: {min_conversions: 5}") + (
    "recalibrate: {min_conversions: 5, redraws: 100}\nretrain: {every_days: 1000}\n"
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company whose champion says less than happens, as after a rise of the base rate."""
    folder = tmp_path_factory.mktemp("repair")
    create_company(folder, leads=400)
    (folder / "params.yaml").write_text(FEW, encoding="utf-8")
    for stage in ("ingest", "snapshot", "featurize", "train"):
        assert mikomi(folder, stage) == 0
    place = Workspace("small", folder).model
    made = artifact.load(place)
    low = replace(made.model, calibration=made.model.calibration.moved(1.0, TOO_LOW))
    artifact.save(place, replace(made, model=low))
    for stage in ("evaluate", "leaks"):
        assert mikomi(folder, stage) == 0
    path = Workspace("small", folder).evaluation / "comparisons.json"
    passed = json.loads(path.read_text("utf-8")) | {"verdict": "signal", "comparisons": []}
    path.write_text(json.dumps(passed), encoding="utf-8")
    for stage in ("promote", "card"):
        assert mikomi(folder, stage) == 0
    return folder


def read(path: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return facts


def test_repair_before_retraining(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = Workspace("small", company)
    registry = Registry(RegistrySettings(), places.registry)
    before = artifact.load(places.champion)

    assert mikomi(company, "retrain", "--if-needed") == 0
    report = read(places.retraining / "report.json")
    assert report["decided"] == "recalibrated", report
    assert (report["former_champion"], report["champion"], report["version"]) == (1, 2, 2)
    assert {one["what"] for one in report["looked_at"]} == {"age", "monitor", "calibration"}
    assert "not looked at" in report["looked_at"][1]["found"]
    assert "Recalibrated; training was left out." in capsys.readouterr().out

    after = artifact.load(places.champion)
    (outcomes,) = after.about["recalibrated"]
    assert outcomes["of"] == before.fingerprint
    assert outcomes["shift"] > 0.5
    assert outcomes["first_cutoff"] >= before.about["learned_until"]
    assert after.model.scorecard.to_json() == before.model.scorecard.to_json()
    assert after.reference.to_json() == before.reference.to_json()
    margin = np.linspace(-5.0, 2.0, 50)
    assert (np.diff(after.model.calibration.probability(margin)) > 0.0).all()

    tags = registry.version("2").tags
    assert (tags["recalibrates"], tags["verdict"]) == ("1", "promoted")
    assert tags["grounds"].startswith("recalibrates champion 1: ")
    card = read(places.card / "card.json")
    assert (card["model"], card["promotion"]["version"]) == (after.fingerprint, 2)
    assert card["limits"][0]["en"].startswith("It is a recalibration of version 1, from")
    assert "バージョン1の確率を較正し直した" in (places.card / "card.ja.html").read_text("utf-8")

    assert mikomi(company, "retrain", "--if-needed") == 0
    again = read(places.retraining / "report.json")
    assert (again["decided"], again["champion"]) == ("nothing", 2)

    assert mikomi(company, "promote") == 0
    old = read(places.promotion)
    assert (old["promoted"], old["champion"]) == (False, 2)
    assert old["grounds"] == ["champion 2 is version 1, recalibrated since"]
    assert registry.version("1").tags["verdict"] == "promoted"

    assert mikomi(company, "rollback", "--reason", "too sure") == 0
    assert artifact.load(places.champion).fingerprint == before.fingerprint
    assert mikomi(company, "recalibrate") == 0
    facts = read(places.recalibration)
    assert (facts["version"], facts["recalibrated"], facts["champion"]) == (2, False, 1)
    assert facts["grounds"] == ["version 2 was rolled back: too sure"]
