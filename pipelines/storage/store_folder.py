"""The folder of a store, which appears whole or not at all.

Decided here: it is made beside its place and renamed when all went well. What a killed process left
is removed by the next; that of a living one stays. For a place in a store of objects it is made on
this machine, sent, and published as a version.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from features.errors import BadInput, Fault
from models.artifact import remote
from pipelines.storage.machine import writing


@contextmanager
def replacing(directory: Path) -> Iterator[Path]:
    """Make a folder beside its place; it takes the place only when all went well.

    Raises
    ------
    BadInput
        If the folder holds other things than a store.
    """
    if remote.is_remote(directory):
        with TemporaryDirectory() as folder:
            yield Path(folder)
            fresh = remote.version(directory, uuid4().hex)
            remote.send(Path(folder), fresh)
            remote.publish(fresh)
        return
    filled = directory.exists() and any(directory.iterdir())
    if filled and not (directory / "manifest.json").exists():
        raise BadInput(
            [
                Fault(
                    f"{directory} holds other things than a store",
                    "an empty folder, or an earlier store",
                    "choose another folder",
                )
            ]
        )
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = directory.with_name(f".{directory.name}.making-{os.getpid()}")
    old = directory.with_name(f".{directory.name}.old-{os.getpid()}")
    for left in directory.parent.glob(f".{directory.name}.*-*"):
        _remove_left(left)
    fresh.mkdir()
    try:
        with writing(directory, fresh):
            yield fresh
        if directory.exists():
            directory.rename(old)
        fresh.rename(directory)
    finally:
        _remove(fresh)
        _remove(old)


def _remove_left(path: Path) -> None:
    """Remove what a killed process, or this one, left; that of a living one stays."""
    kind, _, pid = path.name.rpartition("-")
    if kind.endswith((".making", ".old")) and pid.isdecimal():
        if int(pid) != os.getpid():
            with suppress(PermissionError):  # it lives, and is another user's
                try:
                    os.kill(int(pid), 0)
                except ProcessLookupError:
                    _remove(path)
        else:
            _remove(path)


def _remove(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)
