"""What workers must reach is printed, and what they do not reach is a fault."""

from functools import partial
from hashlib import sha256
from json import dumps
from pathlib import Path

import pytest
from typer.testing import CliRunner

from features.errors import Fault, FileDamaged
from pipelines.__main__ import FAILED, REFUSED
from pipelines.commands import stages
from pipelines.commands.app import app
from pipelines.run import reach
from pipelines.run.engine_settings import EngineSettings
from pipelines.run.shared_task import SharedTask
from pipelines.run.workspace import Workspace
from tests.small_company import mikomi

ROOT = Path(__file__).parents[3]
DASK = "workspace: small\nengine: {kind: dask, scheduler: 'tcp://127.0.0.1:1'}"
PART = Path("leads/part-00000.parquet")


def places(root: Path) -> tuple[Path, ...]:
    """Lay down tables and a champion, with the manifests that record them."""
    made = Workspace("small", root)
    for folder, name in ((made.tables, PART), (made.champion, Path("model.json"))):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(b"the rows that were written")
        known = sha256((folder / name).read_bytes()).hexdigest()
        entry = known if folder == made.tables else {"sha256": known, "bytes": 26}
        files = {"files": {name.as_posix(): entry}}
        (folder / "manifest.json").write_text(dumps(files), "utf-8")
    return made.worker_places()


def test_a_worker_that_reaches_another_store_is_a_fault(tmp_path: Path) -> None:
    mine = places(tmp_path)
    task = SharedTask(partial(reach._none, places=mine))
    assert reach._faults(task) == []
    (mine[0] / "manifest.json").write_text("[]", "utf-8")
    (fault,) = reach._faults(task)
    assert str(mine[0]) in fault.observed


@pytest.mark.parametrize("other", [b"other rows of one more byte", b"the rows that were WRITTEN"])
def test_a_worker_with_other_parts_below_the_same_manifest_is_a_fault(
    tmp_path: Path, other: bytes
) -> None:
    mine = places(tmp_path)
    task = SharedTask(partial(reach._none, places=mine))
    files = {path: reach.files_of(path) for path in task.contents}
    assert reach._faults(task, files) == []
    (mine[0] / PART).write_bytes(other)
    assert reach._faults(task) == [], "the planted fault: manifests alone"
    (fault,) = reach._faults(task, files)
    assert f"{mine[0]} on worker" in fault.observed
    assert f"other content in 1 of 2 files: {PART}" in fault.observed


@pytest.mark.parametrize("folder", ["tables", "champion"])
def test_a_file_that_its_manifest_does_not_record_is_damage(tmp_path: Path, folder: str) -> None:
    mine = places(tmp_path)
    changed = getattr(Workspace("small", tmp_path), folder)
    (changed / (PART if folder == "tables" else "model.json")).write_bytes(b"other")
    with pytest.raises(FileDamaged, match=f"{folder}/.*other bytes than were written"):
        reach.of_workers(EngineSettings("dask", "tcp://127.0.0.1:1"), mine)


def test_a_worker_must_see_and_write_the_folders_of_the_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with reach._probe(out) as probe, reach._probe(out / "not" / "yet") as above:
        assert [*reach._unwritten(probe), *reach._unwritten(above)] == []
        assert probe.parent == above.parent == out
        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_text", _refused)
            (fault,) = reach._unwritten(probe)
            assert "PermissionError" in fault.observed
        moved = probe.rename(tmp_path / "elsewhere")
        (fault,) = reach._unwritten(probe)
        assert f"{out} on worker" in fault.observed
        assert "another folder, or none" in fault.observed
        moved.rename(probe)
    assert [*out.iterdir()] == []


def _refused(*_: object, **__: object) -> None:
    raise PermissionError


def test_the_command_prints_what_workers_must_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places(tmp_path)
    (tmp_path / "params.yaml").write_text("workspace: small", "utf-8")
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(app, ["cluster", "--out", "lists/today.parquet"])
    assert shown.exit_code == 0, shown.output
    assert f"{tmp_path}/data/small/tables  manifest " in shown.output
    assert f"{tmp_path}/artifacts/small/model  nothing yet" in shown.output
    assert f"{tmp_path}/artifacts/small/champion  manifest " in shown.output
    assert f"{tmp_path}/lists  workers write below it" in shown.output
    shown = CliRunner().invoke(app, ["cluster", "--out", "sqlite:///scores.db"])
    assert shown.output.count("workers write below it") == 2, "of a database none"


def test_all_places_of_a_score_are_among_those_of_workers() -> None:
    here = Workspace("small", Path("/mnt"))
    assert {here.tables, here.champion, here.model, here.scores.parent} <= {*here.worker_places()}
    assert {here.scores.parent, here.features.parent} == {*here.worker_outputs()}


def test_the_exit_code_is_the_one_that_is_documented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "params.yaml").write_text(DASK, "utf-8")
    answers = {"tcp://a": [], "tcp://b": [Fault("other files", "the same", "mount them")]}
    monkeypatch.setattr(reach, "of_workers", lambda *_: answers)
    assert mikomi(tmp_path, "cluster") == REFUSED == 2
    del answers["tcp://b"]
    assert mikomi(tmp_path, "cluster") == 0
    help_text = " ".join((stages.cluster.__doc__ or "").split())
    assert f"exit code is {REFUSED} when a worker reaches other files or none" in help_text
    assert f"{FAILED} when a file is damaged" in help_text
    page = (ROOT / "docs" / "how-to" / "cluster.md").read_text("utf-8")
    assert f"exit code is {REFUSED} if not" in page
