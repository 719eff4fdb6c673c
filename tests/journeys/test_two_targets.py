"""Two targets of one company: one params file, one `mikomi run`, two models."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.artifact import artifact
from models.registry.registry import Registry
from models.registry.registry_types import RegistrySettings, Run
from pipelines.run.workspace import Workspace
from tests.small_company import PARAMS, create_company, mikomi

HORIZONS = {"won": 90, "opened": 30}
LABELS = {
    "won": {"en": "Deal won", "ja": "受注"},
    "opened": {"en": "Deal opened", "ja": "商談化"},
}
TARGETS = """
targets:
  - {name: won, outcome: won, horizon_days: 90, label: {en: Deal won, ja: 受注}, default: true}
  - {name: opened, outcome: opened, horizon_days: 30, label: {en: Deal opened, ja: 商談化}}
backtest: {first_share: 0.7, retrain_days: [360], period_days: 180, redraws: 10}
"""


def with_targets(targets: str) -> str:
    """Return the params of the small company with a list of targets."""
    return PARAMS.replace(", horizon_days: 90", "") + targets


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the folder after one `mikomi run`, and what it printed."""
    folder = tmp_path_factory.mktemp("targets")
    create_company(folder)
    (folder / "params.yaml").write_text(with_targets(TARGETS), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("rich.console.Console.print", lambda _, *one, **__: printed.extend(one))
        assert mikomi(folder, "run") == 0
    return folder, "\n".join(map(str, printed))


@pytest.fixture(scope="module")
def company(ran: tuple[Path, str]) -> Path:
    return ran[0]


def places(company: Path, target: str) -> Workspace:
    return Workspace("small", company, None if target == "won" else target)


def label_of(company: Path, target: str, outcome: str) -> pd.Series:
    """Compute the labels of a target's features from the outcomes, one row after the other."""
    rows = features(company, target)
    outcomes = pd.read_parquet(places(company, target).tables / "outcomes")
    first = outcomes[outcomes["outcome"] == outcome].groupby("lead_id")["occurred_at"].min()
    at = rows["lead_id"].map(first)
    ends = rows["cutoff"] + pd.Timedelta(days=HORIZONS[target])
    return ((at >= rows["cutoff"]) & (at < ends)).astype(float)


def features(company: Path, target: str) -> pd.DataFrame:
    return parts_of(places(company, target).features)


def parts_of(place: Path) -> pd.DataFrame:
    files = sorted(place.glob("part-*.parquet"))
    return pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)


def test_ingest_runs_once_and_every_later_line_names_its_target(ran: tuple[Path, str]) -> None:
    lines = ran[1].splitlines()
    stages = [
        line.split("[/]")[0].removeprefix("[bold]").split() for line in lines if "[/]" in line
    ]
    assert stages[0] == ["ingest"]
    later = ["snapshot", "featurize", "train", "evaluate", "leaks", "promote", "card"]
    assert stages[1:] == [[stage, target] for target in HORIZONS for stage in later]


def test_the_tables_are_shared_and_the_rest_is_each_target_s_own(company: Path) -> None:
    assert places(company, "opened").tables == places(company, "won").tables
    own = ("snapshots", "features", "model", "evaluation", "leaks", "promotion", "card")
    for target in HORIZONS:
        for name in own:
            assert getattr(places(company, target), name).exists(), (target, name)
    below = {path.name for path in places(company, "opened").data.iterdir()}
    assert below == {"snapshots", "features", "predictions.parquet"}


@pytest.mark.parametrize("target", HORIZONS)
def test_a_target_learns_from_its_own_labels(company: Path, target: str) -> None:
    labels = features(company, target)["label"]
    assert 0 < labels.mean() < 1
    np.testing.assert_array_equal(labels, label_of(company, target, target))


@pytest.mark.parametrize("target", HORIZONS)
def test_the_model_and_the_card_state_the_target(company: Path, target: str) -> None:
    about: dict[str, Any] = artifact.load(places(company, target).model).about
    assert about["target"] == {
        "name": target,
        "outcome": target,
        "horizon_days": HORIZONS[target],
        "label": LABELS[target],
    }
    assert about["cohort"]["outcome"] == target
    for folder, stem in (("card", "card"), ("evaluation", "report")):
        place = getattr(places(company, target), folder)
        for language, file in (("en", f"{stem}.html"), ("ja", f"{stem}.ja.html")):
            heading = (place / file).read_text("utf-8").split("</header>")[0]
            assert LABELS[target][language] in heading
    card = json.loads((places(company, target).card / "card.json").read_text("utf-8"))
    assert (card["target"]["name"], card["target"]["outcome"]) == (target, target)


@pytest.mark.parametrize("target", HORIZONS)
def test_each_target_has_a_verdict_and_a_registered_model(
    company: Path, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = json.loads(places(company, target).promotion.read_text("utf-8"))
    assert verdict["version"] == 1
    assert verdict["model"] == artifact.read_fingerprint(places(company, target).model)
    assert verdict["grounds"]
    assert mikomi(company, "models", "--target", target) == 0
    name = "mikomi" if target == "won" else "mikomi-opened"
    assert f"{name} in sqlite" in capsys.readouterr().out


def test_each_target_ranks_the_leads_that_are_eligible_for_it(company: Path) -> None:
    for target in HORIZONS:
        model = str(places(company, target).model)
        assert mikomi(company, "score", "--target", target, "--model", model) == 0
        scores = pd.read_parquet(places(company, target).scores)
        outcomes = pd.read_parquet(places(company, target).tables / "outcomes")
        had = set(outcomes.loc[outcomes["outcome"] == target, "lead_id"])
        assert len(scores)
        assert not had & set(scores["lead_id"])
    assert places(company, "opened").scores.name == "scores-opened.parquet"


def test_a_model_of_another_target_is_refused(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = str(places(company, "won").model)
    assert mikomi(company, "score", "--target", "opened", "--model", other) == 2
    printed = capsys.readouterr().err
    assert "of target won (won within 90 days)" in printed
    assert "target opened (opened within 30 days)" in printed


@pytest.mark.parametrize(
    ("place", "stage"), [("snapshots", "featurize"), ("features", "train"), ("model", "evaluate")]
)
def test_labels_of_another_target_are_noticed(
    company: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    place: str,
    stage: str,
) -> None:
    """Put what is of `won` in the place of the same of `opened`."""
    own = getattr(places(company, "opened"), place)
    aside = shutil.move(own, tmp_path / "aside")
    shutil.copytree(getattr(places(company, "won"), place), own)
    try:
        assert mikomi(company, stage, "--target", "opened") == 2
    finally:
        shutil.rmtree(own)
        shutil.move(aside, own)
    assert "of target won (won within 90 days)" in capsys.readouterr().err


def test_an_unknown_target_is_refused_with_those_there_are(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mikomi(company, "train", "--target", "wun") == 2
    assert "one of won, opened" in capsys.readouterr().err


def test_what_is_refused_of_one_target_does_not_stop_the_next(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first target has an outcome that no row has; the second is done nevertheless."""
    shutil.copytree(company / "data", tmp_path / "data")
    (tmp_path / "export").symlink_to(company / "export")
    text = with_targets(TARGETS).replace("outcome: won", "outcome: wonn")
    (tmp_path / "params.yaml").write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.commands.stages.STAGES", {"ingest": "", "snapshot": ""})
        assert mikomi(tmp_path, "run") == 2
    captured = capsys.readouterr()
    assert "target won: outcome wonn of target won" in captured.err
    assert "snapshot   opened" in captured.out


SAME_ROWS = """
targets:
  - {name: won, outcome: won, horizon_days: 90, eligible: {repeat: true}}
  - {name: lost, outcome: lost, horizon_days: 90, eligible: {repeat: true}}
"""


def test_features_of_the_same_rows_are_computed_once(
    company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `repeat` both targets have the same rows: features are read, labels are their own.

    Words that are learned go by the labels, so there are none here.
    """
    shutil.copytree(company / "data", tmp_path / "data")
    shutil.rmtree(tmp_path / "data" / "small" / "targets")
    wordless = with_targets(SAME_ROWS).replace("features: {", "features: {max_words: 0, ")
    (tmp_path / "params.yaml").write_text(wordless, "utf-8")
    for stage in ("snapshot", "featurize"):
        assert mikomi(tmp_path, stage, "--target", "won") == 0
    assert mikomi(tmp_path, "snapshot", "--target", "lost") == 0
    with monkeypatch.context() as refusing:
        for place in ("features.build.build", "features.learn_catalog.learn"):
            refusing.setattr(place, _not_called)
        assert mikomi(tmp_path, "featurize", "--target", "lost") == 0
    own = Workspace("small", tmp_path, "lost").features
    shared = {path.name: path.read_bytes() for path in own.iterdir()}
    won = places(tmp_path, "won").features
    assert (parts_of(own)["label"] != parts_of(won)["label"]).any()
    shutil.rmtree(won)
    assert mikomi(tmp_path, "featurize", "--target", "lost") == 0
    assert {path.name: path.read_bytes() for path in own.iterdir()} == shared


def _not_called(*_: Any, **__: Any) -> None:
    raise AssertionError("computed again")


COMMANDS = {
    "segments": "segments.json",
    "monitor": "monitor/monitor.html",
    "tune": "tuning/best.json",
    "recalibrate": "recalibration.json",
    "backtest": "backtest/report.html",
    "retrain --if-needed": "retrain/report.json",
}
"""Commands for what is in use, and what each writes for a target."""


def written(company: Path) -> dict[Path, int]:
    """Return when each file was written; registry, locks and the shared tables are left out."""
    files = (path for path in company.rglob("*") if path.is_file() and path.suffix != ".lock")
    shared = {"mlflow", "tables"}
    return {path: path.stat().st_mtime_ns for path in files if not shared & {*path.parts}}


def strays(company: Path, before: dict[Path, int]) -> list[Path]:
    """Return the files that were written since, outside of what is the target's own."""
    own = (places(company, "opened").artifacts, places(company, "opened").data)
    changed = [path for path, at in written(company).items() if before.get(path) != at]
    return [path for path in changed if not any(path.is_relative_to(place) for place in own)]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_works_for_a_target_and_writes_what_is_its_own(
    company: Path, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = written(company)
    assert mikomi(company, *words.split(), "--target", "opened") == 0
    assert "opened" in capsys.readouterr().out
    assert written(company).get(places(company, "opened").artifacts / COMMANDS[words]) is not None
    assert strays(company, before) == []


def test_planted_fault_a_command_that_takes_no_notice_of_the_target(company: Path) -> None:
    before = written(company)
    assert mikomi(company, "recalibrate") == 0
    assert strays(company, before) == [places(company, "won").artifacts / "recalibration.json"]


def test_a_rollback_of_a_target_leaves_the_other_champion(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for target in HORIZONS:
        assert mikomi(company, "promote", "--target", target) == 0
    capsys.readouterr()
    other, registry = registry_of(company, "won"), registry_of(company, "opened")
    first, default = registry.champion(), other.champion()
    assert first is not None
    assert default is not None
    model = places(company, "opened").model
    second = registry.register(registry.log(Run("another")), model)
    registry.crown(second, {"verdict": "promoted"})
    assert mikomi(company, "rollback", "--reason", "odd", "--target", "opened") == 0
    assert "opened" in capsys.readouterr().out
    back = registry.champion()
    assert back is not None
    assert (back.number, second.number) == (first.number, first.number + 1)
    assert registry.version(str(second.number)).tags["verdict"] == "rolled back"
    assert other.champion() == default


def registry_of(company: Path, target: str) -> Registry:
    name = "mikomi" if target == "won" else f"mikomi-{target}"
    return Registry(RegistrySettings(model=name), places(company, target).registry)
