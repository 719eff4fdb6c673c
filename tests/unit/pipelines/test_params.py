"""params.yaml: exact types, no unknown names, every fault at once."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pandas as pd
import pytest

from features.errors import BadParams
from features.timeline import DAY
from pipelines.run.params import Params
from pipelines.run.params_file import load, parse
from pipelines.run.params_limits import LIMITS, broken

ROOT = Path(__file__).parents[3]


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
    assert "split.test_share: 2; expected a share between 0 and 1" in told


def test_one_fault_never_hides_another() -> None:
    told = faults("""
        workspace: a/b
        cohort: {horizn: 3, horizon_days: -1, every_days: "x", early_age_hours: [24, 0]}
        split: {horizon_days: 9, test_share: 0, embargo_days: 5, calibration_shar: 0.1}
        train: {folds: 1, seed: yes, bands: {hot: 10, warm: 20}}
        evaluate: [1]
    """).splitlines()
    places = [line.removeprefix("found params.yaml: ").split(";")[0] for line in told]
    assert sorted(places) == [
        "cohort.early_age_hours: [24, 0]",
        'cohort.every_days: "x"',
        "cohort.horizn",
        "cohort.horizon_days: -1",
        "evaluate: [1]",
        "split.calibration_shar",
        "split.horizon_days: 9",
        "split.test_share: 0",
        "train.folds: 1",
        "train.seed: true",
        "train: bands hot from 10.0, warm from 20.0",
        "workspace: 'a/b'",
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


def plain_fields(kind: Any, *place: str) -> dict[str, Any]:
    """Find every field of the file that is a number or a text, and its default."""
    found: dict[str, Any] = {}
    made = kind()
    for name, hint in get_type_hints(kind).items():
        if is_dataclass(hint):
            found |= plain_fields(hint, *place, name)
        elif any(word in str(hint) for word in ("int", "float", "str")):
            found[".".join((*place, name))] = getattr(made, name)
    return found


def test_every_number_and_text_has_its_limits_and_every_default_keeps_them() -> None:
    found = plain_fields(Params)
    del found["workspace"], found["split.test_from"]  # a folder's name; a moment
    del found["promote.allow_leaks"]  # codes and reasons, refused by the settings themselves
    assert set(found) == set(LIMITS)
    for place, value in found.items():
        assert broken(place, list(value) if isinstance(value, tuple) else value) is None


def test_the_horizon_is_said_once_and_reaches_all() -> None:
    params = parse("cohort: {horizon_days: 30, outcome: opened}")
    assert params.cohort.target.horizon_days == 30.0
    assert params.cohort.rule.target_outcome == "opened"
    assert params.split.embargo == 30 * DAY
    assert params.train.horizon_days == 30.0
    assert "in `cohort`" in faults("split: {horizon_days: 30}")


def test_a_leak_is_allowed_by_its_code_and_a_reason_alone() -> None:
    assert parse("promote: {allow_leaks: {L002: asked sales}}").promote.allow_leaks
    said = faults("promote: {allow_leaks: {L002: ' ', L3: why not}}")
    assert "L002" in said
    assert "L3" in said


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
