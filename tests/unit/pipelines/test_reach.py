"""What workers must reach is printed, and what they do not reach is a fault."""

from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.commands.app import app
from pipelines.run import reach
from pipelines.run.shared_task import SharedTask
from pipelines.run.workspace import Workspace


def places(root: Path) -> tuple[Path, ...]:
    tables = Workspace("small", root).tables
    tables.mkdir(parents=True)
    (tables / "manifest.json").write_text("{}", "utf-8")
    return Workspace("small", root).worker_places()


def test_a_worker_that_reaches_another_store_is_a_fault(tmp_path: Path) -> None:
    mine = places(tmp_path)
    task = SharedTask(partial(reach._none, places=mine))
    assert reach._faults(task, mine) == []
    (mine[0] / "manifest.json").write_text("[]", "utf-8")
    (fault,) = reach._faults(task, mine)
    assert str(mine[0]) in fault.observed


def test_the_command_prints_what_workers_must_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places(tmp_path)
    (tmp_path / "params.yaml").write_text("workspace: small", "utf-8")
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(app, ["cluster"])
    assert shown.exit_code == 0, shown.output
    assert f"{tmp_path}/data/small/tables  manifest " in shown.output
    assert f"{tmp_path}/artifacts/small/model  nothing yet" in shown.output
