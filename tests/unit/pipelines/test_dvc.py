"""dvc.yaml: the stages of the command line, with the places of the workspace.

That every stage lists the sections it reads is tested where the stages run
(`tests/journeys/test_main_job.py`).
"""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.commands.stages import STAGES
from pipelines.run.workspace import Workspace
from tests.stage_code import PACKAGES, dependencies, graph, modules, written

ROOT = Path(__file__).parents[3]
DVC: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]
PLACES = Workspace("${workspace}")
IMPORTS = graph()
OUTPUT_ROOTS = ("data/", "artifacts/")


def paths(stage: str, *kinds: str) -> list[str]:
    entries = [entry for kind in kinds for entry in DVC[stage].get(kind, [])]
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]


def known() -> list[str]:
    names = [name for name, one in vars(Workspace).items() if isinstance(one, property)]
    places = [getattr(PLACES, name) for name in names]
    return [one.as_posix() for one in places if isinstance(one, Path)]


def strange(stage: str) -> list[str]:
    """Name the inputs and outputs that no place of the workspace holds."""
    listed = paths(stage, "deps", "outs", "metrics", "plots")
    own = [path for path in listed if path.startswith(OUTPUT_ROOTS)]
    places = [place for place in known() if place.count("/") > 1]
    return [p for p in own if not any(p == q or p.startswith(f"{q}/") for q in places)]


def test_the_stages_are_those_of_the_command_in_its_order() -> None:
    assert list(DVC) == list(STAGES)
    assert [DVC[stage]["cmd"] for stage in DVC] == [f"mikomi {stage}" for stage in STAGES]


@pytest.mark.parametrize("stage", DVC)
def test_every_path_is_a_place_of_the_workspace(stage: str) -> None:
    assert strange(stage) == []


def test_a_path_that_is_no_place_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DVC, "train", DVC["train"] | {"outs": ["artifacts/${workspace}/modle"]})
    assert strange("train") == ["artifacts/${workspace}/modle"]


@pytest.mark.parametrize("stage", DVC)
def test_every_piece_of_code_that_a_stage_depends_on_is_there(stage: str) -> None:
    code = [path for path in paths(stage, "deps") if "${" not in path]
    assert code
    assert [path for path in code if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("stage", DVC)
def test_a_stage_depends_on_all_the_code_that_it_imports(stage: str) -> None:
    listed = {path for path in paths(stage, "deps") if path.startswith(PACKAGES)}
    assert listed == set(dependencies(stage, IMPORTS)), "run `make dvc`"
    assert [path for path in modules(stage, IMPORTS) if not is_listed(path, listed)] == []


def is_listed(path: Path, listed: set[str]) -> bool:
    """Whether a file or a folder that holds it is listed; an empty package module may be absent."""
    folders = {path.as_posix(), *(one.as_posix() for one in path.parents)}
    return bool(folders & listed) or path.name == "__init__.py"


def test_an_import_that_is_not_listed_is_reported() -> None:
    """Take one line out of dvc.yaml: the stage would miss an edit of `features/timeline.py`."""
    text = (ROOT / "dvc.yaml").read_text("utf-8")
    planted = text.replace("      - features/timeline.py\n", "")
    assert planted != text
    assert written(planted, IMPORTS) == text
    listed = set(paths("snapshot", "deps")) - {"features/timeline.py"}
    assert not is_listed(Path("features/timeline.py"), listed)
    assert Path("features/timeline.py") in modules("snapshot", IMPORTS)


@pytest.mark.parametrize("stage", DVC)
def test_what_a_stage_needs_is_made_by_an_earlier_one(stage: str) -> None:
    earlier = list(DVC)[: list(DVC).index(stage)]
    made = [path for one in earlier for path in paths(one, "outs", "metrics", "plots")]
    needed = [path for path in paths(stage, "deps") if path.startswith(OUTPUT_ROOTS)]
    assert [path for path in needed if path not in made] == []


def absent(params: dict[str, Any]) -> list[str]:
    """Return what the stages need that a fresh clone has not: nobody tracks or makes it."""
    example = yaml.safe_load((ROOT / "examples/sample/dvc.yaml").read_text("utf-8"))["stages"]
    made = [*example["export"]["outs"]]
    made += [path for stage in DVC for path in paths(stage, "outs", "metrics", "plots")]
    listing = ["git", "ls-files"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    tracked = listed.stdout.splitlines()
    stated = {
        f"${{{section}.{name}}}": value
        for section, one in params.items()
        if isinstance(one, dict)
        for name, value in one.items()
    }
    needed = {stated.get(path, path) for stage in DVC for path in paths(stage, "deps")} - {*made}
    return [
        one
        for one in sorted(needed)
        if not any(path == one or path.startswith(f"{one}/") for path in tracked)
        and not any(one.startswith(f"{path}/") for path in made)
    ]


def test_a_fresh_clone_has_all_that_a_queued_experiment_needs() -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    assert absent(params) == []
    params["source"]["export"] = "exports/of-mine"
    assert absent(params) == ["exports/of-mine"]


def test_no_two_stages_make_the_same() -> None:
    made = [path for stage in DVC for path in paths(stage, "outs", "metrics", "plots")]
    assert len(made) == len(set(made))


def test_dvc_reports_home_about_nothing() -> None:
    config = (ROOT / ".dvc" / "config").read_text("utf-8")
    assert "analytics = false" in config
    assert "check_update = false" in config
    assert "remote" not in config
