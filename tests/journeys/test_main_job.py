"""The main job on the sample company: from an export to a ranking with reasons, by the command."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.metrics import log_loss, roc_auc_score

from models.artifact import artifact
from pipelines.commands import stages
from pipelines.leaks.catalogue import CHECKS
from pipelines.run.params import Params
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.scoring import score
from pipelines.stages import snapshot
from pipelines.storage import frames, partitions
from pipelines.storage.work_directory import alone, work_directory
from tests.small_company import ROOT, create_company, mikomi
from tests.telltales import plant_persons, traces_of_persons

STAGES = list(stages.STAGES)


@pytest.fixture(scope="module")
def sections_read() -> dict[str, set[str]]:
    return {}


@contextmanager
def sections_noted(read: set[str]) -> Iterator[None]:
    """Note which sections of params.yaml are read."""
    sections = {one.name for one in fields(Params)}

    def watching(self: Params, name: str) -> Any:
        if name in sections:
            read.add(name)
        return object.__getattribute__(self, name)

    with patch.object(Params, "__getattribute__", watching):
        yield


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, sections_read: dict[str, set[str]]) -> Path:
    folder = tmp_path_factory.mktemp("company")
    create_company(folder)
    plant_persons(folder)
    for stage in STAGES:
        with sections_noted(sections_read.setdefault(stage, set())):
            assert mikomi(folder, stage) == 0
    assert mikomi(folder, "score") == 0
    return folder


@pytest.fixture
def places(company: Path) -> Workspace:
    return Workspace("small", company)


def test_every_stage_leaves_what_the_next_needs_and_no_half_output(
    company: Path, places: Workspace
) -> None:
    for place in ("tables", "snapshots", "features", "model", "evaluation", "champion", "scores"):
        assert getattr(places, place).exists(), place
    left = [path for path in company.rglob(".*") if "mlflow" not in path.parts]
    assert left == []


def test_nothing_that_goes_round_tells_of_a_person(company: Path, places: Workspace) -> None:
    """E-mail addresses, names and telephone numbers of every lead were mapped by mistake."""
    outputs = (places.model, places.champion, places.evaluation, places.card, places.registry)
    assert (
        traces_of_persons(company, *outputs, places.leaks, places.promotion, places.training) == {}
    )


def test_a_person_in_the_card_would_be_noticed(
    company: Path, places: Workspace, tmp_path: Path
) -> None:
    card = json.loads((places.card / "card.json").read_text("utf-8"))
    lead = pd.read_parquet(places.tables / "leads")["lead_id"].iloc[0]
    (tmp_path / "card.json").write_text(json.dumps(card | {"worst": lead}), "utf-8")
    assert traces_of_persons(company, tmp_path) == {"card.json": ["lead_id"]}


def test_the_card_says_what_was_decided_and_why(places: Workspace) -> None:
    card = json.loads((places.card / "card.json").read_text("utf-8"))
    assert card["model"] == artifact.read_fingerprint(places.model)
    shown = card["promotion"].pop("grounds")
    assert shown
    assert all("better than" in one for one in shown)
    assert card["promotion"] == {"version": 1, "promoted": True, "champion": 1, "by": None}
    assert card["data"]["matured"] < card["data"]["snapshots"]
    assert {one["code"] for one in card["leaks"]} == {one.code for one in CHECKS}
    assert "owner_id" not in card["segments"]
    (age,) = card["protected"]
    assert age["attribute"] == "age_bracket"
    assert sum(one["rows"] for one in age["groups"]) == card["data"]["test"]["rows"]
    for page, word in (("card.html", "Protected groups"), ("card.ja.html", "保護属性")):
        assert word in (places.card / page).read_text("utf-8")


def test_no_feature_sees_the_protected_attribute(places: Workspace) -> None:
    assert partitions.read_audit(places.tables).columns.tolist() == ["lead_id", "age_bracket"]
    assert "age_bracket" not in partitions.read_all(places.tables).leads
    assert not [name for name in frames.catalog(places.features).names if "age_bracket" in name]


def test_the_report_and_the_metrics_are_there(places: Workspace) -> None:
    assert (places.evaluation / "report.html").stat().st_size > 10_000
    metrics = json.loads((places.evaluation / "metrics.json").read_text("utf-8"))
    assert metrics
    assert json.loads(places.promotion.read_text("utf-8"))["promoted"] is True


def test_the_figures_can_be_computed_from_the_predictions_of_the_test_period(
    places: Workspace,
) -> None:
    rows = pd.read_parquet(places.predictions)
    assert rows.columns.tolist() == ["lead_id", "cutoff", "label", "probability"]
    metrics = json.loads((places.evaluation / "metrics.json").read_text("utf-8"))
    recomputed = {
        "auc": roc_auc_score(rows["label"], rows["probability"]),
        "log_loss": log_loss(rows["label"], rows["probability"]),
    }
    assert recomputed == pytest.approx({name: metrics[name] for name in recomputed}, abs=1e-6)
    snapshots = frames.read_snapshots(places.snapshots)
    merged = rows.merge(snapshots, on=["lead_id", "cutoff"], suffixes=("", "_drawn"))
    assert len(merged) == len(rows) > 0
    assert (merged["label"] == merged["label_drawn"]).all()


def test_the_command_segments_agrees_with_the_report(company: Path, places: Workspace) -> None:
    report, card = (
        json.loads(path.read_text("utf-8"))["own_models"]
        for path in (places.evaluation / "report.json", places.card / "card.json")
    )
    assert mikomi(company, "segments") == 0
    alone = json.loads(places.segments.read_text("utf-8"))
    assert alone["model"] == artifact.read_fingerprint(places.model)
    assert {key: alone[key] for key in report} == report == card
    assert [one for one in report["segments"] if one["attribute"] == "owner_id"] == []


def test_the_catalog_and_the_training_rows_lie_before_the_embargo(places: Workspace) -> None:
    training = json.loads(places.training.read_text("utf-8"))
    snapshots = frames.read_snapshots(places.snapshots)
    assert training["snapshots"] < snapshots["label"].notna().sum()
    assert frames.catalog(places.features) == artifact.load(places.champion).catalog


def test_the_ranking_holds_every_open_lead_once_in_order(places: Workspace) -> None:
    scores = pd.read_parquet(places.scores)
    leads = pd.read_parquet(places.tables / "leads")
    won = pd.read_parquet(places.tables / "outcomes").query("outcome == 'won'")["lead_id"]
    lost = pd.read_parquet(places.tables / "outcomes").query("outcome == 'lost'")["lead_id"]
    undecided = set(leads["lead_id"]) - set(won)
    assert set(scores["lead_id"]) < undecided
    assert undecided - set(scores["lead_id"]) <= set(lost)  # away until they are active again
    assert scores["lead_id"].is_unique
    assert scores["rank"].tolist() == list(range(1, len(scores) + 1))
    assert scores["probability"].is_monotonic_decreasing
    assert scores["probability"].between(0, 1).all()
    assert set(scores["band"]) <= {"hot", "warm", "cold"}
    shown = scores["reason_contributions"].map(np.sum).astype(float)
    whole = scores["base_probability"] + shown + scores["remainder"]
    assert np.abs(whole - scores["probability"]).max() < 1e-9
    lengths = scores[["reason_codes", "reasons_ja", "reasons_en"]].map(len)
    assert (lengths.max(axis=1) == lengths.min(axis=1)).all()


def test_csv_and_an_earlier_moment_and_a_named_model(company: Path, places: Workspace) -> None:
    words = ("score", "--as-of", "2025-06-01", "--out", "early.csv", "--model", str(places.model))
    assert mikomi(company, *words, "--show", "2") == 0
    early = pd.read_csv(company / "early.csv")
    assert set(early["cutoff"].astype("str")) == {
        "2025-06-01 15:00:00.000000Z"
    }  # the end of the day in Tokyo
    assert 0 < len(early) < len(pd.read_parquet(places.scores)) + 200


def test_scoring_that_was_killed_goes_on(company: Path, places: Workspace) -> None:
    """The second partition fails; called again, only what was not finished is done."""
    done: list[int] = []
    real = score._part

    def failing(part: int, **how: Any) -> int:
        if part == 1 and not done:
            raise KeyboardInterrupt
        return real(part, **how)

    def counting(part: int, **how: Any) -> int:
        done.append(part)
        return real(part, **how)

    words = ("score", "--out", "again.parquet")
    with patch.object(score, "_part", failing):
        assert mikomi(company, *words) != 0
    assert not (company / "again.parquet").exists()
    with patch.object(score, "_part", counting):
        assert mikomi(company, *words) == 0
    assert 0 not in done
    assert 1 in done
    pd.testing.assert_frame_equal(
        pd.read_parquet(company / "again.parquet"), pd.read_parquet(places.scores)
    )


def test_scoring_into_an_output_that_is_being_made_is_refused(
    company: Path, places: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with work_directory(company / "busy.parquet", "of another moment") as theirs:
        assert mikomi(company, "score", "--out", "busy.parquet") == 2
        assert theirs.is_dir()
    assert f"process {os.getpid()} on " in capsys.readouterr().err
    assert not (company / "busy.parquet").exists()
    with work_directory(places.features, "of other tables"):
        assert mikomi(company, "featurize") == 2
    assert mikomi(company, "score", "--out", "busy.parquet") == 0
    assert (company / "busy.parquet").read_bytes() == places.scores.read_bytes()


def test_leads_are_scored_through_a_mapping_one_run_at_a_time(
    company: Path, places: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = ROOT / "examples" / "sample" / "mapping.yaml"
    words = ("score", "--leads", str(mapping), "--out", "mapped.parquet")
    assert mikomi(company, *words) == 0
    ours = pd.read_parquet(places.scores)
    pd.testing.assert_frame_equal(pd.read_parquet(company / "mapped.parquet"), ours)
    (store,) = places.data.glob("leads-*")
    with alone(store):
        assert mikomi(company, *words[:-1], "other.parquet") == 2
        assert store.is_dir()
    printed = capsys.readouterr().err
    assert f"making {store.relative_to(company)}" in printed
    assert "`mikomi ingest`" in printed
    assert not (company / "other.parquet").exists()


def test_a_stage_done_again_gives_the_same_bytes(company: Path, places: Workspace) -> None:
    before = artifact.read_fingerprint(places.model)
    features = [path.read_bytes() for path in sorted(places.features.iterdir())]
    assert mikomi(company, "featurize") == 0
    assert [path.read_bytes() for path in sorted(places.features.iterdir())] == features
    assert mikomi(company, "train") == 0
    assert artifact.read_fingerprint(places.model) == before


def unlisted(stage: str, read: set[str]) -> set[str]:
    """Return the sections of params.yaml that a stage read and dvc.yaml does not list, or back."""
    listed = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"][stage]["params"]
    both = read | ({"targets"} if "cohort" in read else set())  # targets replace cohort's own
    return (both - {"workspace", "engine", "store"}) ^ set(listed)


@pytest.mark.parametrize("stage", STAGES)
def test_dvc_lists_the_sections_that_a_stage_reads(
    company: Path, sections_read: dict[str, set[str]], stage: str
) -> None:
    assert company.is_dir()
    assert unlisted(stage, sections_read[stage]) == set()


def test_a_stage_that_reads_one_section_more_is_reported(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: `snapshot` looks at the settings of promotion too."""
    run = snapshot.run

    def curious(job: Job) -> Any:
        assert job.params.promote is not None
        return run(job)

    monkeypatch.setattr(snapshot, "run", curious)
    read: set[str] = set()
    with sections_noted(read):
        assert mikomi(company, "snapshot") == 0
    assert unlisted("snapshot", read) == {"promote"}


def test_looking_prints_tables_and_writes_the_picture(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mikomi(company, "splits", "--picture", "splits.svg") == 0
    assert mikomi(company, "profile", "--picture", "profile.svg", "--language", "ja") == 0
    lead = pd.read_parquet(Workspace("small", company).scores)["lead_id"][0]
    assert mikomi(company, "feature", lead, "2026-01-01", "--language", "ja") == 0
    printed = capsys.readouterr().out
    assert "embargo 90 days" in printed
    assert "suggested  cohort.horizon_days" in printed
    assert "were not known before the cutoff" in printed
    assert (company / "splits.svg").read_text("utf-8").startswith("<svg")
    assert "受注までの日数" in (company / "profile.svg").read_text("utf-8")
