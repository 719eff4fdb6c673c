"""Whether the workers of a cluster reach what they will read and write.

Decided here: each worker compares what stands at the places with what stands there for this
process: the manifests, as before every task (`pipelines.run.shared_task`), and of each file beside
a manifest its size and its last bytes, where Parquet states its statistics. Whether those are the
files that were written is known by their hashes, read once, by this process, in folders. In each
folder that workers write below lies a file of this process meanwhile: each worker must see it, and
write one beside it.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from features.errors import Fault, FileDamaged, MikomiError
from models.artifact import remote
from pipelines.run.cluster import connected, fault
from pipelines.run.engine_settings import EngineSettings
from pipelines.run.shared_task import MANIFEST, SharedTask, absolute, worker
from pipelines.storage.file_hashes import sha256_of
from pipelines.storage.machine import writing

Files = Mapping[str, str]
"""Name of a file below a folder -> its size and the hash of its end."""
_END_BYTES: Final = 65_536
_FEW: Final = 3
_MOUNT: Final = "mount the folder at the same path on every worker, for reading and writing"


def of_workers(
    settings: EngineSettings, places: tuple[Path, ...], written: tuple[Path, ...] = ()
) -> dict[str, list[Fault]]:
    """Let every worker of a cluster look at the places; return the faults of each, by its address.

    Parameters
    ----------
    settings
        The engine: a Dask cluster.
    places
        What workers read and write.
    written
        The folders that workers write below.

    Raises
    ------
    FileDamaged
        If a file is not the one that its manifest records.
    ClusterLost
        If the scheduler does not answer, or has no worker.
    MachineFault
        If this process cannot write below the folders.
    """
    task = SharedTask(partial(_none, places=places))
    files = {path: files_of(path) for path in task.contents}
    if damage := [one for path in files for one in _damage(path)]:
        raise FileDamaged(damage)
    with ExitStack() as stack:
        probes = [stack.enter_context(_probe(folder)) for folder in written]
        with connected(settings) as client:
            answers: dict[str, list[Fault]] = client.run(partial(_faults, task, files, probes))
    if not answers:
        raise fault("without a worker", "start workers")
    return answers


def files_of(folder: Path) -> Files:
    """Return the files of a folder that has a manifest; of another folder none.

    Parameters
    ----------
    folder
        A place; in a store of objects that of a version, whose files are known by their size.
    """
    if not (folder / MANIFEST).is_file():
        return {}
    if remote.is_remote(folder):
        return remote.sizes(folder)
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): _size_and_end(path)
        for path in paths
        if not path.name.startswith(".")
    }


def _size_and_end(path: Path) -> str:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - _END_BYTES, 0))
        return f"{size:,} bytes, {hashlib.sha256(file.read()).hexdigest()[:16]}"


def _damage(folder: Path) -> Iterator[Fault]:
    """Yield the files of a folder that are not those that its manifest records."""
    manifest = folder / MANIFEST
    if remote.is_remote(folder) or not manifest.is_file():
        return
    for name, written in _recorded(json.loads(manifest.read_text("utf-8"))).items():
        path = folder / name
        there = path.is_file()
        if not there or sha256_of(path) != written:
            yield Fault(
                f"{path}: {'other bytes than were written' if there else 'nothing'}",
                f"the file that {manifest} records",
                "restore it, or run the stage that writes it again",
            )


def _recorded(manifest: Any) -> Files:
    """Return the hash of each file that a manifest records; a model has the sizes beside them."""
    files = manifest.get("files", {}) if isinstance(manifest, dict) else {}
    return {n: one["sha256"] if isinstance(one, dict) else one for n, one in files.items()}


@contextmanager
def _probe(folder: Path) -> Iterator[Path]:
    """Write an empty file below a folder until the block ends; if it is not there yet, above it."""
    here = absolute(folder)
    while remote.has_folders(here) and not here.is_dir() and here != here.parent:
        here = here.parent
    remote.check(here)
    probe = here / f".reached-{uuid.uuid4().hex}"
    with writing(here):
        probe.write_text("", "utf-8")
    try:
        yield probe
    finally:
        probe.unlink()


def _none(_part: int, places: tuple[Path, ...]) -> None:
    del places


def _faults(
    task: SharedTask[None], files: Mapping[Path, Files] | None = None, probes: Any = ()
) -> list[Fault]:
    """Return what a worker sees otherwise, or cannot write."""
    try:
        faults = [*task.faults()]
        for folder, ours in (files or {}).items():
            faults += _other_files(folder, ours)
        for probe in probes:
            faults += _unwritten(probe)
    except MikomiError as error:
        return list(error.faults)
    return faults


def _other_files(folder: Path, ours: Files) -> Iterator[Fault]:
    """Yield that files differ below a manifest that is the same."""
    theirs = files_of(folder)
    other = [name for name, known in ours.items() if theirs.get(name) != known]
    if theirs and other:
        shown = ", ".join(other[:_FEW]) + (", ..." if len(other) > _FEW else "")
        yield Fault(
            f"{folder} on worker {worker()}: other content in {len(other)} of {len(ours)} files: "
            f"{shown}",
            "the files that are here",
            "mount the same folder on every worker, or copy it again",
        )


def _unwritten(probe: Path) -> Iterator[Fault]:
    """Yield that a worker does not see a file of the sender, or cannot write beside it."""
    folder = probe.parent
    if not probe.is_file():
        yield Fault(
            f"{folder} on worker {worker()}: another folder, or none", "the folder here", _MOUNT
        )
        return
    own = probe.with_name(f"{probe.name}-{uuid.uuid4().hex}")
    try:
        own.write_text("", "utf-8")
        own.unlink()
    except Exception as error:  # noqa: BLE001 - every store has errors of its own
        yield Fault(
            f"{folder} on worker {worker()}: {type(error).__name__} {error}"[:300],
            "a folder that it may write",
            _MOUNT,
        )
