"""Faults of the machine in words: no room, no right to write, a disk that fails, a damaged file.

Decided here: only what the operating system, SQLite or Parquet report of the machine is put in
words; every other error is a defect and passes. The text names the folder, what was written and
what is free, as an operating system does not say how much was still to come.
"""

import errno
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from features.errors import FileDamaged, MachineFault, MikomiError, NoRoom

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_FAILING: Final = frozenset({errno.EIO, errno.ESTALE})
_AGAIN: Final = "run the command again; what was there before is unchanged"
_DAMAGED: Final = (
    "magic bytes", "corrupt", "thrift", "unexpected end", "footer", "decompress", "truncated",
    "not a parquet", "file size is",
)  # fmt: skip
"""Texts of pyarrow about a file that is cut or changed."""


@contextmanager
def writing(path: Path, fresh: Path | None = None) -> Iterator[None]:
    """Write an output; raise the machine's faults in words.

    Parameters
    ----------
    path
        The output.
    fresh
        Where it is made; None where nothing is made yet.

    Raises
    ------
    NoRoom
        If the disk is full, or a file may not grow.
    MachineFault
        If the folder may not be written, or the disk fails.
    """
    try:
        yield
    except (OSError, NoRoom) as error:
        reported = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(reported, OSError) or (fresh is None and reported is not error):
            raise
        raised = of_system(reported, path, 0 if fresh is None else size_of(fresh))
        if raised is None:
            raise
        raise raised from reported


def of_system(error: OSError, path: Path | None = None, written: int = 0) -> MikomiError | None:
    """Return an error of the operating system in words; None if it is not about the machine.

    Parameters
    ----------
    error
        The error.
    path
        The output that was written; None takes the file that the error names.
    written
        How many bytes of it were written.
    """
    place = path or Path(error.filename or Path.cwd())
    folder = place if place.is_dir() else place.absolute().parent
    if error.errno in _FULL:
        bound = "the limit of a file's size" if error.errno == errno.EFBIG else "the disk"
        return NoRoom.of(
            f"no room to write {place}: {bound} ended it after {_bytes(written)}; "
            f"{_free(folder)} are free on the disk of {folder}",
            f"room for the whole, which needs more than {_bytes(written)}",
            f"make room there, or raise the limit; then {_AGAIN}",
        )
    if error.errno in _CLOSED:
        return MachineFault.of(
            f"no right to use {error.filename or place}: {error.strerror}",
            "a place that this user may read and write",
            f"correct the rights, or choose another folder; then {_AGAIN}",
        )
    if error.errno in _FAILING:
        return MachineFault.of(
            f"the disk of {folder} fails: {error.strerror}",
            "a disk that works",
            f"mend it; {_AGAIN}",
        )
    return None


def in_words(error: BaseException) -> MikomiError | None:
    """Return the fault of the machine that an error is about; None if it may be a defect."""
    if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
        return of_system(error)
    if isinstance(error, pa.ArrowInvalid) and is_damage(error):
        return damaged("a Parquet file", str(error).splitlines()[0][:200])
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, sqlite3.Error):
        cause = cause.__cause__
    return None if cause is None else of_sqlite(cause)


def of_sqlite(error: BaseException, place: str = "a database") -> MikomiError | None:
    """Return what SQLite reports of the machine; None if it is about a statement.

    Parameters
    ----------
    error
        The error.
    place
        The database.
    """
    text = str(error).lower()
    if "locked" in text:
        do = "wait for it or end it, and run the command again"
        return MachineFault.of(f"{place}: another process holds it", "a free database", do)
    if "disk is full" in text or "disk i/o" in text:
        do = f"make room there; then {_AGAIN}"
        return NoRoom.of(f"{place}: no room ({text})", "room for what is written", do)
    if "readonly" in text or "unable to open" in text:
        do = f"correct the rights, or choose another file; then {_AGAIN}"
        return MachineFault.of(f"{place}: {text}", "a file that this user may read and write", do)
    if "malformed" in text or "not a database" in text:
        return damaged(place, text)
    return None


def is_damage(error: BaseException) -> bool:
    """Return whether pyarrow speaks of a file that is cut or changed."""
    return any(sign in str(error).lower() for sign in _DAMAGED)


def damaged(what: str, how: str, stage: str = "") -> MikomiError:
    """Return the error of a damaged file.

    Parameters
    ----------
    what
        The file.
    how
        What is wrong with it.
    stage
        The stage that writes it; empty names none.
    """
    do = f"run `mikomi {stage}` again" if stage else "restore it, or run the stage that writes it"
    return FileDamaged.of(
        f"{what}: {how}", "the file as it was written", f"look to the disk, then {do}"
    )


@contextmanager
def reading(path: Path, stage: str) -> Iterator[None]:
    """Read a file that a stage wrote; raise that it is damaged, in words.

    Parameters
    ----------
    path
        The file.
    stage
        The stage that writes it.

    Raises
    ------
    FileDamaged
        If the file is cut, changed or gone.
    """
    try:
        yield
    except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise damaged(str(path), f"{type(error).__name__} {error}"[:200], stage) from error
    except (pa.ArrowInvalid, OSError) as error:
        if not is_damage(error):
            raise
        raise damaged(str(path), str(error).splitlines()[0][:200], stage) from error


def read_json(path: Path, stage: str) -> Any:
    """Read a JSON file that a stage wrote.

    Parameters
    ----------
    path
        The file.
    stage
        The stage that writes it.

    Raises
    ------
    FileDamaged
        If the file is cut, changed or gone.
    """
    with reading(path, stage):
        return json.loads(path.read_text("utf-8"))


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files of a directory; 0 if there is none."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(one.stat().st_size for one in files if one.is_file())


def _free(folder: Path) -> str:
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return _bytes(shutil.disk_usage(folder).free)


def _bytes(count: int) -> str:
    """Write a number of bytes for people.

    >>> _bytes(0), _bytes(51_000), _bytes(2_500_000)
    ('0 bytes', '51.0 KB', '2.5 MB')
    """
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count} bytes"
