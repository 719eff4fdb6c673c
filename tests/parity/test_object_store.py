"""Tables, features, model and ranking in a store of objects: the same bytes as in a folder.

`memory://` stands for every store that fsspec reaches; an S3 server on loopback (moto) for one that
other processes reach, so that workers of a cluster can be killed.
"""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import pytest

from features.errors import BadInput, BadParams, ClusterLost, MachineFault
from models.artifact import remote
from pipelines.lifecycle.erasure import files
from pipelines.lifecycle.erasure.rewriting import holds
from pipelines.run import reach
from pipelines.run.params_file import parse
from pipelines.run.shared_task import SharedTask
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.scoring import score
from pipelines.storage import frames, partitions
from tests import emulated_stores
from tests.parity.test_dask import LIGHT, Watched, question, store, worked
from tests.parity.test_dask_lost import scheduler_process, worker_process
from tests.served import free_port

pytest.importorskip("upath", reason="a store of objects needs an extra")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return worked(Job(parse(LIGHT), Workspace("small", tmp_path_factory.mktemp("here"))))


@pytest.fixture
def memory() -> str:
    return f"memory://{uuid4().hex}"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("there")
    return worked(in_store(folder, f"memory://{uuid4().hex}"))


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run an S3 server on loopback; yield the URL of a bucket."""
    with emulated_stores.amazon(tmp_path_factory.mktemp("s3"), free_port()) as url:
        yield url


@pytest.fixture(scope="module", params=["gs", "az"])
def other_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run an emulator of Google's or Azure's store on loopback; yield the URL of a bucket."""
    emulator = {"gs": emulated_stores.google, "az": emulated_stores.azure}[request.param]
    with emulator(tmp_path_factory.mktemp(request.param), free_port()) as url:
        yield url


def in_store(folder: Path, url: str, engine: str = "", name: str = "small") -> Job:
    """Return a job in a store; params.yaml refuses memory, as no other process reaches it."""
    inside, in_memory = f"{url}/{folder.name}", url.startswith("memory")
    written = "" if in_memory else f"store: {{url: '{inside}'}}\n"
    params = parse(f"workspace: {name}\n{LIGHT}{written}{engine}")
    places = params.at(folder)
    return Job(params, replace(places, store=remote.place(inside)) if in_memory else places)


def different(here: Workspace, there: Workspace) -> list[str]:
    """Return the files whose bytes differ; a model states no place, so it is compared too."""
    names = {}
    for folder in ("snapshots", "features", "model"):
        ours = {path.name: path.read_bytes() for path in getattr(here, folder).iterdir()}
        read = remote.current(getattr(there, folder)).iterdir()
        theirs = {path.name: path.read_bytes() for path in read}
        names |= {f"{folder}/{one}": (ours.get(one), theirs.get(one)) for one in {*ours, *theirs}}
    names["scores"] = (here.scores.read_bytes(), there.scores.read_bytes())
    return [name for name, (ours, theirs) in names.items() if ours != theirs]


def test_a_store_holds_the_same_bytes_as_a_folder(here: Workspace, there: Workspace) -> None:
    assert all(remote.is_remote(place) for place in there.worker_places())
    assert different(here, there) == []
    assert not (there.root / "data").exists(), "no rows on this machine"


def test_stores_of_google_and_azure_hold_the_same_bytes(
    here: Workspace, other_store: str, tmp_path: Path
) -> None:
    made = in_store(tmp_path, other_store)
    remote.check(remote.place(other_store))
    places = worked(made)
    assert all(remote.is_remote(place) for place in places.worker_places())
    assert different(here, places) == []
    lead_id = str(pd.read_parquet(remote.source(places.scores))["lead_id"].iloc[0])
    assert places.store is not None
    assert naming(places.store, lead_id)
    files.erase(places, [lead_id], NOW)
    assert naming(places.store, lead_id) == []


def test_a_folder_by_its_url_is_made_and_holds_the_same_bytes(
    here: Workspace, tmp_path: Path
) -> None:
    made = in_store(tmp_path, f"file://{tmp_path}/our leads/見込み客/")
    assert made.places.store is not None
    remote.check(made.places.store)
    places = worked(made)
    assert different(here, places) == []
    score.run(made, replace(question(places, places.model), out=tmp_path / "here.parquet"))
    assert (tmp_path / "here.parquet").read_bytes() == places.scores.read_bytes()
    names = [path.name for path in tmp_path.rglob("*")]
    assert [one for one in names if one.startswith(".")] == [], "nothing half-written stays"


def test_one_bit_in_a_store_is_noticed(here: Workspace, there: Workspace) -> None:
    """The planted fault: a feature file of the store with one other bit."""
    path = frames.part_path(there.features, 1)
    content = path.read_bytes()
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    path.write_bytes(bytes(changed))
    assert different(here, there) == [f"features/{path.name}"]
    path.write_bytes(content)


def test_the_version_before_stays_until_the_next(memory: str) -> None:
    folder = remote.place(memory) / "features"
    for number in "123":
        fresh = remote.version(folder, number)
        (fresh / "rows.json").write_text(number, "utf-8")
        remote.publish(fresh)
        assert (remote.current(folder) / "rows.json").read_text("utf-8") == number
    assert {path.name for path in folder.iterdir()} == {"current", "version-2", "version-3"}


def test_what_is_half_written_is_not_read(memory: str, tmp_path: Path) -> None:
    made = in_store(tmp_path, memory)
    store(made.places)
    before = partitions.manifest(made.places.tables)
    (remote.version(made.places.tables, "half") / "manifest.json").write_text("{", "utf-8")
    assert partitions.manifest(made.places.tables) == before


def test_a_changed_object_is_refused(memory: str, tmp_path: Path) -> None:
    made = in_store(tmp_path, memory)
    store(made.places)
    path = partitions.part_path(made.places.tables, "leads", 0)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Exception, match="other bytes than were written"):
        partitions.read(made.places.tables, 0)


def test_a_task_works_on_the_version_that_it_was_sent_for(memory: str) -> None:
    folder, tasks = remote.place(memory) / "tables", []
    for number in "12":
        fresh = remote.version(folder, number)
        (fresh / "manifest.json").write_text(number, "utf-8")
        remote.publish(fresh)
        tasks.append(SharedTask(partial(_manifest, tables=folder)))
    assert [sent(0) for sent in tasks] == ["1", "2"]
    (remote.version(folder, "1") / "manifest.json").write_text("other", "utf-8")
    with pytest.raises(BadInput, match=r"memory://.*manifest"):
        tasks[0](0)


def _manifest(_part: int, tables: Path) -> str:
    return (remote.current(tables) / "manifest.json").read_text("utf-8")


def naming(place: Path, lead_id: str) -> list[str]:
    """Return the objects below a place that name a lead."""
    with remote.local_copy(place) as here:
        paths = [path for path in sorted(here.rglob("*")) if path.is_file()]
        return [str(path.relative_to(here)) for path in paths if holds(path, {lead_id})]


def test_an_erased_lead_is_in_no_object(
    there: Workspace, memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = in_store(tmp_path, memory).places
    assert there.store is not None
    assert places.store is not None
    with remote.local_copy(there.store) as whole:
        remote.send(whole, places.store)
    with remote.local_copy(places.snapshots) as former:
        remote.send(former, remote.version(places.snapshots, "left by a killed run"))
    lead_id = str(pd.read_parquet(remote.source(places.scores))["lead_id"].iloc[0])
    before = naming(places.store, lead_id)
    kinds = {part for one in before for part in Path(one).parts}
    assert {"leads", "activities", "snapshots", "features", "scores.parquet"} <= kinds
    leads = sum(len(partitions.read(places.tables, part).leads) for part in range(3))
    with monkeypatch.context() as patch:  # the planted fault: other versions stay
        patch.setattr(remote, "remove_others", lambda *_: None)
        files.erase(places, [lead_id], NOW)
        assert naming(places.store, lead_id)
    removed = files.erase(places, [lead_id], NOW)
    assert naming(places.store, lead_id) == []
    assert removed == []
    assert sum(len(partitions.read(places.tables, n).leads) for n in range(3)) == leads - 1
    frame, _ = frames.read_features(places.features)
    assert lead_id not in set(frame.keys["lead_id"])
    assert lead_id not in files.last_moments(places)


def test_a_store_whose_package_is_missing() -> None:
    with pytest.raises(BadParams, match="nowhere-at-all://bucket"):
        remote.place("nowhere-at-all://bucket")


def test_a_store_that_does_not_answer(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from s3fs import S3FileSystem  # noqa: PLC0415 - may be missing

    remote.check(remote.place(s3))
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    S3FileSystem.clear_instance_cache()
    try:
        with pytest.raises(MachineFault, match=r"s3://company.*credentials"):
            remote.check(remote.place(s3))
    finally:
        S3FileSystem.clear_instance_cache()


def test_a_path_that_lost_a_slash_is_a_url(memory: str) -> None:
    assert str(remote.place(Path(f"{memory}/tables"))) == f"{memory}/tables"


class Killing:
    """Kills a process when the first partition of a stage is finished, another in each stage."""

    def __init__(self, **processes: subprocess.Popen[bytes]) -> None:
        self._processes = processes

    def __call__(self, things: Iterable[Any], title: str, _total: int) -> Iterator[Any]:
        for thing in things:
            yield thing
            if title in self._processes:
                self._processes[title].kill()


@contextmanager
def workers_elsewhere(folder: Path, count: int) -> Iterator[tuple[Any, str, list[Any]]]:
    """Start a scheduler, and workers in a folder where a store of the same name lies."""
    store(Workspace("small", folder))
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        scheduler, address = stack.enter_context(scheduler_process())
        patch.chdir(folder)
        yield (
            scheduler,
            address,
            [stack.enter_context(worker_process(address)) for _ in range(count)],
        )


def test_workers_elsewhere_read_s3_through_killed_workers_and_a_lost_scheduler(
    here: Workspace, s3: str, tmp_path: Path
) -> None:
    with workers_elsewhere(tmp_path / "elsewhere", 3) as (scheduler, address, workers):
        engine = f"engine: {{kind: dask, scheduler: '{address}'}}"
        made = in_store(tmp_path / "here", s3, engine)
        killing = Killing(snapshot=workers[0], featurize=workers[1], score=scheduler)
        with pytest.raises(ClusterLost, match="scheduler was lost"):
            worked(replace(made, track=killing))
        assert [one.poll() is None for one in workers] == [False, False, True]
    assert not remote.is_whole(made.places.scores)
    again = Watched()
    made = replace(in_store(tmp_path / "here", s3), track=again)
    score.run(made, question(made.places, made.places.model))
    assert again.done < 3, "what was finished is not done again"
    assert different(here, made.places) == []


def test_every_worker_is_tried(s3: str, tmp_path: Path) -> None:
    with workers_elsewhere(tmp_path / "elsewhere", 1) as (_, address, _):
        engine = f"engine: {{kind: dask, scheduler: '{address}'}}"
        made = in_store(tmp_path, s3, engine)
        store(made.places)
        places, written = made.places.worker_places(), made.places.worker_outputs()
        answers = reach.of_workers(made.params.engine, places, written)
    assert list(answers.values()) == [[]]
    assert made.places.store is not None
    names = [path.name for path in made.places.store.rglob("*")]
    assert [one for one in names if one.startswith(".reached")] == []
