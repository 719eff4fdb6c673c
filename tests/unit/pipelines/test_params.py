"""params.yaml: exact types, no unknown names, every fault at once."""

import json
import subprocess
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.errors import BadParams
from features.timeline import DAY
from pipelines.run.params import Params
from pipelines.run.params_file import json_schema, load, parse
from tests.stage_code import PACKAGES

ROOT = Path(__file__).parents[3]


def faults(text: str) -> str:
    with pytest.raises(BadParams) as caught:
        parse(text)
    return str(caught.value)


def test_an_empty_file_means_the_defaults() -> None:
    assert parse("") == Params()


def test_all_faults_are_reported_at_once_with_the_nearest_name() -> None:
    report = faults("""
        cohrt: {}
        cohort: {every_day: 7, horizon_days: "90"}
        train: {booster: {max_leafs: 4}, seed: 1.5}
        split: {test_share: 2}
    """)
    assert len(report.splitlines()) == 6
    assert "cohrt; expected one of workspace, source, cohort" in report
    assert "did you mean every_days?" in report
    assert 'cohort.horizon_days: "90"; expected a valid number' in report
    assert "train.booster.max_leafs" in report
    assert "did you mean max_leaves?" in report
    assert "train.seed: 1.5" in report
    assert "line 5: split.test_share: 2; expected less than 1" in report


def test_one_fault_never_hides_another() -> None:
    report = faults("""
        workspace: a/b
        cohort: {horizn: 3, horizon_days: -1, every_days: "x", early_age_hours: [24, 0]}
        split: {horizon_days: 9, test_share: 0, embargo_days: 5, calibration_shar: 0.1}
        train: {folds: 1, seed: yes, bands: {hot: 10, warm: 20}}
        evaluate: [1]
    """).splitlines()
    places = [line.split(": ", 1)[1].split(";")[0] for line in report]
    assert sorted(places) == [
        "cohort.early_age_hours.1: 0",
        'cohort.every_days: "x"',
        "cohort.horizn",
        "cohort.horizon_days: -1",
        "evaluate: [1]",
        "split.calibration_shar",
        "split.horizon_days: 9",
        "split.test_share: 0",
        "train.bands: bands hot from 10.0, warm from 20.0",
        "train.folds: 1",
        "train.seed: true",
        'workspace: "a/b"',
    ]


@pytest.mark.parametrize(
    "text",
    [
        *(f"cohort: {{horizon_days: {bad}}}" for bad in ("-1", "0", ".nan", ".inf", "1.0e+9")),
        *(f"cohort: {{every_days: {bad}}}" for bad in ("-14", "0", ".nan")),
        *(f"cohort: {{early_age_hours: [{bad}]}}" for bad in ("-1", "0", ".nan", "24, 24")),
        "cohort: {max_age_days: -3}",
        "cohort: {outcome: ' '}",
        "cohort: {every_days: null, early_age_hours: []}",
        "cohort: {first_cutoff: 2026-04-01, last_cutoff: 2026-03-01}",
        *(f"split: {{test_share: {bad}}}" for bad in ("-0.1", "0", "1", ".nan")),
        "split: {calibration_share: 1.5}",
        "split: {embargo_days: -1}",
        *(f"features: {{windows_days: [{bad}]}}" for bad in ("", "-7", "0", ".nan", "7, 7")),
        "features: {min_support: 0}",
        "train: {folds: 1}",
        "train: {scorecard: {penalties: []}}",
        "train: {scorecard: {penalties: [-1.0]}}",
        *(f"train: {{booster: {{learning_rate: {bad}}}}}" for bad in ("-0.1", "0", "2")),
        "train: {booster: {row_share: 1.1}}",
        "train: {booster: {max_leaves: 1}}",
        "train: {calibration: {kinds: [spline]}}",
        "train: {proof: {error_rate: 0}}",
        "train: {points: ''}",
        "train: {seed: -1}",
        "evaluate: {redraws: 0}",
        "evaluate: {learning_fractions: [0.1, 1.2]}",
        "promote: {confidence: 1}",
        "registry: {experiment: ''}",
        "registry: {model: '  '}",
        "score: {positive: -1}",
        "score: {batch_rows: 0}",
        "tune: {trials: 0}",
        "source: {mapping: ''}",
        "source: {leads_per_partition: 0}",
        "engine: {workers: 0}",
    ],
)
def test_a_value_that_makes_no_sense_is_refused(text: str) -> None:
    assert text.split(":", maxsplit=1)[0] in faults(text)


def test_a_rule_over_two_fields_is_checked_beside_other_faults() -> None:
    report = faults("cohort: {outcome: 1, first_cutoff: 2026-04-01, last_cutoff: 2026-03-01}")
    assert "cohort.outcome: 1" in report
    assert "not before first_cutoff" in report


def test_a_name_that_stands_twice_is_refused_with_its_line() -> None:
    assert "line 3: cohort.outcome" in faults("cohort:\n  outcome: won\n  outcome: opened\n")


def unlimited(schema: Any) -> bool:
    """Whether a field takes every number or every text."""
    kinds = schema.get("anyOf", [schema]) if isinstance(schema, dict) else []
    keys = {
        "number": {"minimum", "exclusiveMinimum"},
        "integer": {"minimum", "exclusiveMinimum"},
        "string": {"minLength", "pattern", "enum", "format"},
    }
    return any(
        unlimited(kind.get("items"))
        if kind.get("type") == "array"
        else bool(kind.get("type") in keys and not keys[kind["type"]] & kind.keys())
        for kind in kinds
    )


def test_every_number_and_text_has_its_limits() -> None:
    schema = json_schema()
    parts = {"Params": schema, **schema["$defs"]}
    fields = {
        f"{part}.{name}": one
        for part, content in parts.items()
        for name, one in content["properties"].items()
    }
    assert len(fields) > 100
    assert [name for name, one in fields.items() if unlimited(one)] == []


def test_every_default_keeps_its_limits() -> None:
    content = asdict(Params())
    del content["split"]["horizon_days"], content["train"]["horizon_days"]
    assert parse(json.dumps(content)) == Params()


def test_reading_params_loads_nothing_heavy() -> None:
    code = "import sys, pipelines.run.params_file; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)  # noqa: S603 - ours
    loaded = set(run.stdout.decode().split())
    assert not loaded & {"numba", "scipy", "sklearn", "lightgbm", "mlflow", "dask"}
    own = [name for name in loaded if name.split(".")[0] in PACKAGES]
    files = [name for name in own if not (ROOT / name.replace(".", "/")).is_dir()]
    assert len(files) <= 30, sorted(files)


def test_the_horizon_is_written_once_and_reaches_all() -> None:
    params = parse("cohort: {horizon_days: 30, outcome: opened}")
    assert params.cohort.target.horizon_days == 30.0
    assert params.cohort.rule.target_outcome == "opened"
    assert params.split.embargo == 30 * DAY
    assert params.train.horizon_days == 30.0
    assert "in `cohort`" in faults("split: {horizon_days: 30}")


def test_a_leak_is_allowed_by_its_code_and_a_reason_alone() -> None:
    assert parse("promote: {allow_leaks: {L002: asked sales}}").promote.allow_leaks
    report = faults("promote: {allow_leaks: {L002: ' ', L3: why not}}")
    assert "L002" in report
    assert "L3" in report


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


def test_a_missing_file_and_a_broken_one_are_reported(tmp_path: Path) -> None:
    with pytest.raises(BadParams, match="no file"):
        load(tmp_path / "params.yaml")
    assert "YAML" in faults("cohort: {")
    assert "list; expected sections" in faults("[1]")


def test_a_workspace_is_a_folder_name() -> None:
    assert 'workspace: "../elsewhere"; expected match pattern' in faults("workspace: ../elsewhere")


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
