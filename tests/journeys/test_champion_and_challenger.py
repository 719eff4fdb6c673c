"""A year of promotions on a small company: proof, refusal, rollback, each with its grounds."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.artifact import artifact
from models.registry.registry import Registry
from models.registry.registry_types import RegistrySettings
from pipelines.commands.stages import NOT_PROMOTED
from pipelines.run.workspace import Workspace
from pipelines.storage.atomic import put
from tests.small_company import PARAMS, create_company, mikomi

RETRAIN = ("featurize", "train", "evaluate", "leaks", "promote")
OTHER_CATALOG = PARAMS.replace("windows_days: [30]", "windows_days: [7, 30]").replace(
    "confidence: 0.0", "allowed_loss: 0.5, allowed_segment_loss: 0.9, min_conversions: 5"
)
BLUNT = (
    OTHER_CATALOG.replace("allowed_loss: 0.5, ", "")
    .replace("penalties: [10.0]", "penalties: [1000000.0]")
    .replace("max_trees: 12", "max_trees: 1")
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contest")
    create_company(folder, leads=400)
    for stage in ("ingest", "snapshot", *RETRAIN[:-1]):
        assert mikomi(folder, stage) == 0
    let_pass(folder)
    assert mikomi(folder, "promote") == 0
    return folder


def let_pass(folder: Path) -> None:
    """Let the rule against baselines pass, which is tested elsewhere and so few leads rarely do."""
    path = Workspace("small", folder).evaluation / "comparisons.json"
    facts = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(facts | {"verdict": "signal", "comparisons": []}), encoding="utf-8")


def retrained(folder: Path, params: str, stages: tuple[str, ...] = RETRAIN) -> dict[str, Any]:
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    codes = {stage: mikomi(folder, stage) for stage in stages}
    facts: dict[str, Any] = json.loads(Workspace("small", folder).promotion.read_text("utf-8"))
    refused = 0 if facts["promoted"] else NOT_PROMOTED
    assert codes == dict.fromkeys(stages, 0) | {"promote": refused}
    return facts


def registry(folder: Path) -> Registry:
    return Registry(RegistrySettings(), Workspace("small", folder).registry)


def test_promotions_refusals_and_a_rollback(company: Path) -> None:
    places = Workspace("small", company)
    first = json.loads(places.promotion.read_text("utf-8"))
    assert (first["judged_by"], first["promoted"], first["champion"]) == ("baselines", True, 1)
    one = artifact.load(places.champion)

    second = retrained(company, OTHER_CATALOG)
    assert artifact.load(places.model).catalog != one.catalog
    assert (second["judged_by"], second["promoted"]) == ("champion", True), second["grounds"]
    assert (second["former_champion"], second["champion"]) == (1, 2)
    contest = second["contest"]
    assert contest["since"] >= one.about["learned_until"]
    assert contest["gain"]["low"] > -contest["allowed_loss"]
    assert contest["conversions"] >= 5

    aside = {name: getattr(places, name) for name in ("model", "evaluation", "leaks")}
    for path in aside.values():
        path.rename(path.with_name(f"{path.name}-aside"))
    third = retrained(company, BLUNT, RETRAIN[1:])
    assert (third["promoted"], third["champion"], third["version"]) == (False, 2, 3)
    assert any("not shown to be no worse than the champion" in one for one in third["grounds"])
    tags = registry(company).version("3").tags
    assert tags["verdict"] == "refused"
    assert tags["grounds"] == "; ".join(third["grounds"])
    assert registry(company).version("2").tags["grounds"].startswith("champion 1: log loss")

    assert mikomi(company, "rollback", "--reason", "sales found it odd") == 0
    assert artifact.load(places.champion).fingerprint == one.fingerprint
    champion, left = registry(company).champion(), registry(company).version("2")
    assert champion is not None
    assert champion.number == 1
    assert (left.tags["verdict"], left.tags["grounds"]) == ("rolled back", "sales found it odd")

    for path in aside.values():
        put(path.with_name(f"{path.name}-aside"), path)
    again = retrained(company, OTHER_CATALOG, ("promote",))
    assert (again["version"], again["promoted"], again["champion"]) == (2, False, 1)
    assert again["grounds"] == ["version 2 was rolled back: sales found it odd"]
    assert registry(company).version("2").tags["verdict"] == "rolled back"


def test_a_rollback_needs_a_reason_and_somewhere_to_go(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mikomi(company, "rollback", "--reason", " ") == 2
    assert "without a reason" in capsys.readouterr().err
    assert mikomi(company, "rollback", "--reason", "no") == 2
    assert "champion 1, the first" in capsys.readouterr().err
    assert mikomi(company, "rollback", "--reason", "no", "--to", "3") == 2
    assert "whose verdict is refused" in capsys.readouterr().err
