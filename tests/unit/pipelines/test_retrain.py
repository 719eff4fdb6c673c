"""When a model is due: age, monitor, calibration; what is done, and what a scheduler is told."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.artifact import artifact
from models.registry.registry import Registry
from models.registry.registry_types import RegistrySettings, Run
from pipelines.commands.stages import STAGES
from pipelines.lifecycle import retrain
from pipelines.run.params import Params, RetrainParams
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.storage.partitions import Manifest
from tests.small_model import small_model

UNTOUCHED = {"version": None, "recalibrated": False, "grounds": "no repair wins"}
REPAIRED = {"version": 2, "recalibrated": True, "grounds": "a shift wins"}
LOST = {"version": 2, "recalibrated": False, "grounds": "worse for industry retail"}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a champion trained on data until 1 January 2026."""
    folder = tmp_path_factory.mktemp("retrain")
    places = Workspace("small", folder)
    trained = {"observed_until": "2026-01-01T00:00:00+00:00"}
    fingerprint = artifact.save(places.model, replace(small_model().artifact, about=trained))
    registry = Registry(RegistrySettings(), places.registry)
    version = registry.register(registry.log(Run(fingerprint)), places.model)
    registry.crown(version, {"verdict": "promoted"})
    return folder


class Doing:
    """Does no stage, and remembers which were asked for."""

    def __init__(self, places: Workspace, repair: dict[str, Any], *, promoted: bool) -> None:
        self.places, self.repair, self.promoted = places, repair, promoted
        self.done: list[str] = []

    def __call__(self, name: str, _job: Job, *_more: str | None) -> dict[str, Any]:
        self.done.append(name)
        if name == "promote":
            report = {"version": 3, "promoted": self.promoted, "grounds": ["trial"]}
            self.places.promotion.write_text(json.dumps(report), "utf-8")
        return self.repair if name == "recalibrate" else {}


def data_until(folder: Path, day: str) -> Job:
    places = Workspace("small", folder)
    places.tables.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(name="acme", partitions=1, observed_until=f"{day}T00:00:00+00:00")
    (places.tables / "manifest.json").write_text(manifest.model_dump_json(), "utf-8")
    return Job(replace(Params("small"), retrain=RetrainParams(90.0)), places)


def monitored(folder: Path, *checks: str, model: str | None = None) -> None:
    places = Workspace("small", folder)
    places.monitor.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {
        "verdict": "alarm" if checks else "quiet",
        "alarms": [{"check": check, "found": "0.4"} for check in checks],
    }
    (places.monitor / "monitor.json").write_text(
        json.dumps(report | ({"model": model} if model else {})), "utf-8"
    )


TRAINED = [*retrain.BRINGS, *retrain.TRAINS]
LOOKED = [*retrain.BRINGS, "recalibrate"]


@pytest.mark.parametrize(
    ("day", "checks", "repair", "decided", "stages"),
    [
        ("2026-02-01", [], UNTOUCHED, "nothing", LOOKED),
        ("2026-02-01", [], REPAIRED, "recalibrated", LOOKED),
        ("2026-02-01", [], LOST, "retrained", [*LOOKED, *retrain.TRAINS]),
        ("2026-04-01", [], REPAIRED, "retrained", TRAINED),
        ("2026-02-01", ["Feature drift", "Calibration"], REPAIRED, "retrained", TRAINED),
        ("2026-02-01", ["Calibration"], REPAIRED, "recalibrated", LOOKED),
        ("2026-02-01", ["Calibration"], UNTOUCHED, "retrained", [*LOOKED, *retrain.TRAINS]),
    ],
)
def test_what_is_due_and_what_is_done(
    company: Path,
    day: str,
    checks: list[str],
    repair: dict[str, Any],
    decided: str,
    stages: list[str],
) -> None:
    job = data_until(company, day)
    monitored(company, *checks)
    doing = Doing(job.places, repair, promoted=True)
    report = retrain.run(job, if_needed=True, do=doing)
    assert (report["decided"], doing.done) == (decided, stages)
    assert report == json.loads((job.places.retraining / "report.json").read_text("utf-8"))


def test_a_refusal_is_reported_and_the_champion_stays(company: Path) -> None:
    job = data_until(company, "2026-04-01")
    report = retrain.run(job, if_needed=True, do=Doing(job.places, UNTOUCHED, promoted=False))
    assert (report["decided"], report["champion"], report["grounds"]) == ("refused", 1, ["trial"])
    text = (job.places.retraining / "report.txt").read_text("utf-8")
    assert "refused: the champion stays" in text
    assert "90 days later, and 90 are allowed" in text


def test_without_if_needed_it_trains_at_once(company: Path) -> None:
    job = data_until(company, "2026-01-02")
    doing = Doing(job.places, REPAIRED, promoted=True)
    assert retrain.run(job, do=doing)["decided"] == "retrained"
    assert doing.done == TRAINED


def test_a_monitor_that_looked_at_another_model_is_not_believed(company: Path) -> None:
    job = data_until(company, "2026-02-01")
    monitored(company, "Feature drift", model="another")
    doing = Doing(job.places, UNTOUCHED, promoted=True)
    report = retrain.run(job, if_needed=True, do=doing)
    assert report["decided"] == "nothing"
    assert "another model" in report["looked_at"][1]["found"]


def test_without_a_champion_it_trains(tmp_path: Path) -> None:
    job = data_until(tmp_path, "2026-02-01")
    doing = Doing(job.places, UNTOUCHED, promoted=True)
    assert retrain.run(job, if_needed=True, do=doing)["decided"] == "retrained"


def test_the_stages_are_those_of_the_command() -> None:
    assert list(STAGES) == TRAINED
