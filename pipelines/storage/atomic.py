"""Outputs that are whole or not there.

Decided here: a stage writes beside its output and renames at the end, so that an interrupted stage
never leaves half an output. In a store of objects, where nothing can be renamed, a file is made on
this machine and sent, and a folder is published as a version (`models/artifact/remote.py`). Work
that is worth keeping after a kill: `pipelines/storage/work_directory.py`.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from models.artifact import remote
from pipelines.storage import machine


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Open a place to write to, and move it to `path` when the block ends without an error.

    The place is new and holds nothing; a file or a directory may be made there. What lay at `path`
    before stays until then, and stays for good if the block fails.
    """
    if remote.is_remote(path):
        with _replacing_in_a_store(path) as fresh:
            yield fresh
        return
    fresh = path.with_name(f".{path.name}.new")
    with machine.writing(path, fresh):
        remote.remove(fresh)
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with machine.writing(path, fresh):
            yield fresh
    except BaseException:
        remote.remove(fresh)
        raise
    put(fresh, path)


@contextmanager
def _replacing_in_a_store(path: Path) -> Iterator[Path]:
    """Do the same in a store; a name with an ending is a file."""
    if not path.suffix:
        fresh = remote.version(path, uuid4().hex)
        remote.make_folder(path)
        try:
            yield fresh
        except BaseException:
            remote.remove(fresh)
            raise
        put(fresh, path)
        return
    with TemporaryDirectory() as folder:
        yield (made := Path(folder) / path.name)
        remote.send(made, path)


def put(fresh: Path, path: Path) -> None:
    """Move a finished file or directory to `path`, in place of what was there.

    Parameters
    ----------
    fresh
        What was written, beside `path`.
    path
        Where it belongs; on the same file system, or in a store the folder of the version `fresh`.
    """
    if remote.is_remote(path):
        remote.publish(fresh)
        return
    if fresh.is_dir() or path.is_dir():
        remote.remove(path)
    fresh.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Parameters
    ----------
    path
        The file; one that exists is replaced.
    text
        Its content, written as UTF-8.
    """
    with replacing(path) as fresh:
        fresh.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file for people to read; NaN is refused, since JSON has none.

    Parameters
    ----------
    path
        The file; one that exists is replaced.
    content
        What JSON can hold.
    """
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False, sort_keys=True)
    write_text(path, text + "\n")


def fingerprint(*parts: Any) -> str:
    """Hash what an output is made from; equal content, equal fingerprint.

    >>> fingerprint({"b": 1, "a": 2}) == fingerprint({"a": 2, "b": 1})
    True
    """
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
