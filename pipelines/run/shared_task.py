"""A task that workers of a cluster do on the files of this run, and on no others.

Decided here: every path of a task is made absolute before it is sent, since a worker runs in a
folder of its own, and in a store that of the version which is read. With it goes what stands at
each path: the hash of the manifest of a store, of snapshots or of a model, or that the folder is
there; and the hash of the code. A worker compares both before it begins and refuses to work on
other files, or with other code: an answer from another store would look as good as the right one.
"""

import hashlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from features.errors import BadInput, Fault
from models.artifact import remote
from pipelines.run.revision import of_sources

Result = TypeVar("Result")
MANIFEST: Final = "manifest.json"
THERE: Final = "a folder without a manifest"
PACKAGES: Final = ("features", "models", "pipelines")
_DO: Final = (
    "mount the folders of the run at the same paths on every worker, or start the workers where "
    "they are: they must reach {paths}"
)


class SharedTask(Generic[Result]):
    """A task of one partition, with what its paths must hold.

    Parameters
    ----------
    task
        A module's function, or a `functools.partial` of one; its paths may be relative.
    """

    def __init__(self, task: Callable[[int], Result]) -> None:
        self.task: Callable[[int], Result] = absolute(task)
        self.contents = {path: content(path) for path in paths_in(self.task)}
        self.code = code()

    def __call__(self, part: int) -> Result:
        """Do the task for one partition.

        Raises
        ------
        BadInput
            If this process reaches other files than the one that sent the task, or runs other code.
        """
        faults = list(self.faults())
        if faults:
            raise BadInput(faults)
        return self.task(part)

    def faults(self) -> Iterator[Fault]:
        """Return what this process sees or runs otherwise than the one that sent the task."""
        do = _DO.format(paths=", ".join(map(str, self.contents)))
        for path, sent in self.contents.items():
            here = content(path)
            if sent is not None and here != sent:
                yield Fault(f"{path} on worker {worker()}: {_described(here)}", sent, do)
        if code() != self.code:
            install = "install the same version on every worker, and start the workers again"
            yield Fault(f"worker {worker()} runs other code of mikomi", "the code here", install)


@cache
def code() -> str:
    """Return the hash of the code of this process, as it was when it was first needed."""
    return of_sources(*PACKAGES)


def content(path: Path) -> str | None:
    """Return what stands at a folder: the hash of its manifest, or that it is there; else None."""
    manifest = remote.current(path) / MANIFEST
    if manifest.is_file():
        return f"manifest {hashlib.sha256(manifest.read_bytes()).hexdigest()[:16]}"
    return THERE if path.is_dir() else None


def paths_in(value: Any) -> list[Path]:
    """Return every path among the arguments of a task, each once, in their order."""
    return list(dict.fromkeys(_walk(value)))


def _walk(value: Any) -> Iterator[Path]:
    if remote.is_place(value):
        yield value
    for part in _parts(value):
        yield from _walk(part)


def _parts(value: Any) -> list[Any]:
    """Return the values that a value of the tasks is made of."""
    if isinstance(value, partial):
        return [*value.args, *value.keywords.values()]
    if isinstance(value, tuple | list):
        return list(value)
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name) for field in fields(value)]
    return []


def absolute(value: Any) -> Any:
    """Return the same value, with every path in it absolute; in a store, that of its version."""
    if remote.is_place(value):
        return remote.current(value) if remote.is_remote(value) else value.absolute()
    if isinstance(value, partial):
        keywords = {name: absolute(each) for name, each in value.keywords.items()}
        return partial(value.func, *map(absolute, value.args), **keywords)
    if isinstance(value, tuple | list) and any(map(paths_in, value)):
        return type(value)(map(absolute, value))
    if is_dataclass(value) and not isinstance(value, type) and paths_in(value):
        changed = {
            field.name: absolute(getattr(value, field.name))
            for field in fields(value)
            if paths_in(getattr(value, field.name))
        }
        return replace(value, **changed)
    return value


def _described(here: str | None) -> str:
    return "nothing" if here is None else here


def worker() -> str:
    """Return the machine and the folder of this process, for faults."""
    return f"{socket.gethostname()}:{Path.cwd()}"
