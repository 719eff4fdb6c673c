"""params.yaml: exact types, no unknown names, every fault at once."""

from dataclasses import fields
from pathlib import Path

import pandas as pd
import pytest

from features.errors import BadParams
from features.timeline import DAY
from pipelines.params import Params
from pipelines.params_file import load, parse

ROOT = Path(__file__).parents[2]


def faults(text: str) -> str:
    with pytest.raises(BadParams) as caught:
        parse(text)
    return str(caught.value)


def test_an_empty_file_means_the_defaults() -> None:
    assert parse("") == Params()


def test_all_faults_are_told_at_once_with_the_nearest_name() -> None:
    told = faults("""
        cohrt: {}
        cohort: {every_day: 7, horizon_days: "90"}
        train: {booster: {max_leafs: 4}, seed: 1.5}
        split: {test_share: 2}
    """)
    assert len(told.splitlines()) == 6
    assert "cohrt; expected one of workspace, source, cohort" in told
    assert "did you mean every_days?" in told
    assert 'cohort.horizon_days: "90"; expected a valid number' in told
    assert "train.booster.max_leafs" in told
    assert "did you mean max_leaves?" in told
    assert "train.seed: 1.5" in told
    assert "test_share: 2.0; expected a share between 0 and 1" in told


def test_the_horizon_is_said_once_and_reaches_all() -> None:
    params = parse("cohort: {horizon_days: 30, outcome: opened}")
    assert params.cohort.target.horizon_days == 30.0
    assert params.cohort.rule.target_outcome == "opened"
    assert params.split.embargo == 30 * DAY
    assert params.train.horizon_days == 30.0
    assert "in `cohort`" in faults("split: {horizon_days: 30}")


def test_an_embargo_below_the_horizon_is_refused() -> None:
    assert "at least horizon_days" in faults(
        "{cohort: {horizon_days: 30}, split: {embargo_days: 5}}"
    )


def test_moments_are_utc() -> None:
    params = parse("{cohort: {first_cutoff: 2026-04-01}, split: {test_from: 2026-10-01}}")
    assert params.cohort.rule.first_cutoff == pd.Timestamp("2026-04-01", tz="UTC")
    assert params.split.test_from == pd.Timestamp("2026-10-01", tz="UTC").value // 1000
    zoned = parse('cohort: {last_cutoff: "2026-04-01T09:00:00+09:00"}')
    assert zoned.cohort.rule.last_cutoff == pd.Timestamp("2026-04-01", tz="UTC")


def test_a_missing_file_and_a_broken_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadParams, match="no file"):
        load(tmp_path / "params.yaml")
    assert "YAML" in faults("cohort: {")
    assert "list; expected sections" in faults("[1]")


def test_a_workspace_is_a_folder_name() -> None:
    assert "names folders" in faults("workspace: ../elsewhere")


@pytest.mark.parametrize(
    "path", [ROOT / "params.yaml", *sorted(ROOT.glob("examples/*/params.yaml"))], ids=str
)
def test_every_params_file_of_the_project_is_read(path: Path) -> None:
    params = load(path)
    assert (ROOT / params.source.mapping).is_file()


def test_the_root_file_names_every_section() -> None:
    text = (ROOT / "params.yaml").read_text("utf-8")
    named = {line.split(":")[0] for line in text.splitlines() if line and line[0].isalpha()}
    assert named == {one.name for one in fields(Params)}
