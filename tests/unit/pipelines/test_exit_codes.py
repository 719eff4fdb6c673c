"""Exit codes of leaks, promote and run: a failed check or a refusal stops CI, no warning does."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.__main__ import FAILED as MACHINE_FAILED
from pipelines.__main__ import REFUSED as REFUSED_INPUT
from pipelines.commands.stages import LEAKS_FAILED, NOT_PROMOTED, STAGES
from pipelines.leaks.check import CheckResult
from pipelines.stages.leaks import summary
from tests.small_company import PARAMS, mikomi

FAILED = CheckResult("L002", "availability", "時期", "fail", names=("tags",))
WARNED = CheckResult("L012", "names", "名前", "warn", names=("status",))
PROMOTED = {"promoted": True, "judged_by": "baselines"}
REFUSED = {"promoted": False, "judged_by": "champion"}
REPAIRED = {"promoted": False, "judged_by": "successor"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    return tmp_path


class Stages:
    """Ends every stage with a summary, and lists which were run."""

    def __init__(self, leaks: dict[str, Any], promote: dict[str, Any]) -> None:
        self.summaries = {"leaks": leaks, "promote": promote}
        self.done: list[str] = []

    def __call__(self, name: str, *_: object) -> dict[str, Any]:
        self.done.append(name)
        return self.summaries.get(name, {})


def test_the_exit_codes_are_those_of_the_documentation() -> None:
    assert (REFUSED_INPUT, NOT_PROMOTED, LEAKS_FAILED, MACHINE_FAILED) == (2, 3, 4, 5)


def test_a_failed_check_that_is_allowed_with_a_reason_is_no_failure() -> None:
    failed = summary([FAILED, WARNED], {})
    assert failed == {
        "checks": 2,
        "fail": "L002 availability (tags)",
        "warn": "L012 names (status)",
    }
    assert "fail" in summary([FAILED], {"L002": " "})
    assert "fail" in summary([FAILED], {"L003": "another check"})
    allowed = summary([FAILED], {"L002": "filled at creation"})
    assert allowed == {"checks": 1, "allowed": "L002 availability (tags)"}


def test_an_experiment_goes_on_after_a_refusal(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DVC throws away what an experiment has computed if one of its stages fails."""
    stages = Stages(summary([FAILED], {}), REFUSED)
    monkeypatch.setattr("pipelines.run.by_name.run_by_name", stages)
    monkeypatch.setenv("DVC_EXP_NAME", "seed8")
    assert [mikomi(folder, command) for command in ("leaks", "promote")] == [0, 0]
    monkeypatch.delenv("DVC_EXP_NAME")
    assert [mikomi(folder, command) for command in ("leaks", "promote")] == [4, 3]


@pytest.mark.parametrize(
    ("leaks", "promote", "codes"),
    [
        (summary([WARNED], {}), PROMOTED, (0, 0, 0)),
        (summary([FAILED], {}), REFUSED, (LEAKS_FAILED, NOT_PROMOTED, LEAKS_FAILED)),
        (summary([FAILED], {"L002": "asked"}), PROMOTED, (0, 0, 0)),
        (summary([WARNED], {}), REFUSED, (0, NOT_PROMOTED, 0)),
        (summary([], {}), REPAIRED, (0, 0, 0)),
    ],
)
def test_leaks_promote_and_run_end_with_their_code(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    leaks: dict[str, Any],
    promote: dict[str, Any],
    codes: tuple[int, ...],
) -> None:
    stages = Stages(leaks, promote)
    monkeypatch.setattr("pipelines.run.by_name.run_by_name", stages)
    assert tuple(mikomi(folder, command) for command in ("leaks", "promote", "run")) == codes
    assert stages.done == ["leaks", "promote", *STAGES]
    assert mikomi(folder, "card") == 0
