"""Faults of the registry's place in words: locked, damaged, gone, replaced, another version.

Decided here: MLflow tries to open a damaged or locked database again for a hundred seconds and ends
with its own traceback, and makes a new one where a database is gone. So a SQLite file is looked at
before each call, and what MLflow raises is read by its text, as it has no classes for these.
Whatever else it raises is a defect and passes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from features.errors import MikomiError, NoRoom, RegistryDown

WAIT_SECONDS: Final = 20.0
"""How long another process may hold the database; as long as MLflow itself waits."""
_SQLITE: Final = "sqlite:///"
_SIGNS: Final = (
    (("database is locked", "database table is locked"), "locked"),
    (("not a database", "malformed", "no such table", "no such column"), "damaged"),
    (("out-of-date database schema", "can't locate revision"), "version"),
    (("unable to open database",), "gone"),
    (("readonly database", "read-only"), "read only"),
    (("database or disk is full", "no space left", "file too large", "disk i/o error"), "full"),
    (
        (
            "max retries exceeded",
            "connection refused",
            "connection error",
            "could not connect",
            "server closed the connection",
            "timed out",
            "name or service not known",
        ),
        "silent",
    ),
)
"""Texts of MLflow, SQLAlchemy, SQLite and requests -> what they mean."""
_FACTS: Final = {
    "locked": (
        "locked by another process",
        "a database that is free within {wait:g} seconds",
        "wait for the other process or end it, and run the command again",
    ),
    "damaged": (
        "damaged, or the database of something else",
        "the database of MLflow",
        "restore it (`mikomi restore`) or move it away, and run the command again",
    ),
    "version": (
        "tables of another version of MLflow",
        "those of the installed version",
        "install the version that wrote them, or run `mlflow db upgrade` after a backup",
    ),
    "gone": (
        "gone, or not readable",
        "the database of the registry",
        "restore it (`mikomi restore`), or name another place under `registry.url`",
    ),
    "replaced": (
        "replaced while it was open",
        "the same file throughout",
        "run the command again",
    ),
    "bereft": (
        "gone, though the files of its versions are there",
        "the database beside them",
        "restore it (`mikomi restore`), or move the folder away to begin anew",
    ),
    "read only": (
        "not writable",
        "a database that this user may write",
        "correct the rights, and run the command again",
    ),
    "full": (
        "without room on its disk",
        "room for what is registered",
        "make room there, and run the command again",
    ),
    "silent": (
        "a server that does not answer",
        "one that does",
        "start it or correct `registry.url`, and run the command again",
    ),
}


class RegistryPlace:
    """The place of a registry, looked at before each call.

    Parameters
    ----------
    url
        A SQLite file, another database, or a server.
    files
        The folder of the artifacts of a local registry; None for another.
    """

    def __init__(self, url: str, files: Path | None = None) -> None:
        self.shown = without_password(url)
        self._file = Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None
        self._files = files
        self._identity: tuple[int, int] | None = None

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Run a call of the registry; raise its faults in words.

        Raises
        ------
        RegistryDown
            If the registry is locked, damaged, gone, replaced or does not answer.
        NoRoom
            If there is no room for what is written.
        """
        if self._is_there():
            self._read()
        try:
            yield
        except MikomiError:
            raise
        except Exception as error:
            kind = meaning(error)
            if kind is None:
                raise
            raise self._fault(kind) from error
        self._is_there()

    def _is_there(self) -> bool:
        """Return whether a file is to be read; raise if it was there and is gone or another."""
        if self._file is None:
            return False
        try:
            facts = self._file.stat()
        except FileNotFoundError:
            if self._identity is not None:
                raise self._fault("gone") from None
            if self._files is not None and self._files.is_dir() and any(self._files.iterdir()):
                raise self._fault("bereft") from None
            return False
        identity = (facts.st_dev, facts.st_ino)
        if self._identity not in {None, identity}:
            raise self._fault("replaced")
        self._identity = identity
        return True

    def _read(self) -> None:
        place = f"{self._file.absolute().as_uri()}?mode=ro" if self._file else ""
        try:
            with closing(sqlite3.connect(place, uri=True, timeout=WAIT_SECONDS)) as database:
                database.execute("select count(*) from sqlite_master").fetchone()
        except sqlite3.Error as error:
            raise self._fault(meaning(error) or "gone") from error

    def _fault(self, kind: str) -> MikomiError:
        observed, expected, do = _FACTS[kind]
        made = NoRoom if kind == "full" else RegistryDown
        return made.of(
            f"the registry {self.shown}: {observed}", expected.format(wait=WAIT_SECONDS), do
        )


def meaning(error: BaseException) -> str | None:
    """Return what an error of the registry's libraries means; None if it may be a defect.

    >>> meaning(sqlite3.OperationalError("database is locked"))
    'locked'
    >>> meaning(ValueError("x")) is None
    True
    """
    chain: BaseException | None = error
    while chain is not None:
        text = str(chain).lower()
        for signs, kind in _SIGNS:
            if any(sign in text for sign in signs):
                return kind
        chain = chain.__cause__ or chain.__context__
    return None


def without_password(url: str) -> str:
    """Return a URL without what would let somebody in.

    >>> without_password("postgresql://mlflow:secret@db:5432/mlflow")
    'postgresql://mlflow@db:5432/mlflow'
    """
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{host}"))
