"""A SQLite file that was replaced, cut or removed under a running server.

Decided here: a connection knows the file, and the write-ahead log, that it opened, by device and
inode, and how long the file was; they are the same before and after it was opened, so it is that
file that was opened. Before it is used, and after an answer was logged, the files at the address
are compared; if they are others, the connection is discarded and the request refused. New
connections open what is there now, so a restored backup is taken up, and one that waited in the
pool meanwhile is opened anew without a refusal. A file that is gone is not made again, and one
that was cut stays refused until another takes its place.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

from features.errors import Fault
from serve.errors import StoreReplaced

_CHECK: Final = "mikomi_check"
_FILE: Final = "mikomi_file"
_BEFORE: Final = "mikomi_file_before"


class _Opened(NamedTuple):
    """Device and inode of the file and of its log."""

    file: tuple[int, int]
    log: tuple[int, int] | None


class FileWatch:
    """The file of a SQLite database.

    Parameters
    ----------
    place
        The path of the file.
    """

    def __init__(self, place: str) -> None:
        self._file = str(Path(place).absolute())
        self._log = f"{self._file}-wal"
        self._longest: dict[tuple[int, int], int] = {}
        self._was_there = False

    def listen(self, engine: Engine) -> None:
        """Watch the connections of an engine."""
        event.listen(engine, "do_connect", self._before_connecting)
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "checkout", self._replace_idle)
        event.listen(engine, "begin", self._check)
        event.listen(engine, "commit", self._check)

    def now(self) -> _Opened:
        """Return which files are at the address.

        Raises
        ------
        StoreReplaced
            If the file is gone, or shorter than it was.
        """
        try:
            file = os.stat(self._file)  # noqa: PTH116 - before every use: a path object takes longer
        except OSError as error:
            raise _refusal("no database file any more") from error
        own = (file.st_dev, file.st_ino)
        if file.st_size < self._longest.get(own, 0):
            raise _refusal("a database file that was cut")
        self._longest[own] = file.st_size
        try:
            log = os.stat(self._log)  # noqa: PTH116
        except FileNotFoundError:
            return _Opened(own, None)
        return _Opened(own, (log.st_dev, log.st_ino))

    def _compare(self, opened: _Opened) -> None:
        now = self.now()
        if now.file != opened.file or (opened.log is not None and now.log != opened.log):
            raise _refusal("another database file than was opened")

    def _before_connecting(self, _: Any, record: Any, *__: Any) -> None:
        there = self._was_there or Path(self._file).exists()
        record.info[_BEFORE] = self.now().file if there else None

    def _connected(self, connection: Any, record: Any) -> None:
        connection.execute("PRAGMA schema_version").fetchone()  # which opens the log
        opened, before = self.now(), record.info.pop(_BEFORE)
        if before not in (None, opened.file):
            raise _refusal("another database file while it was opened")
        record.info |= {_CHECK: partial(self._compare, opened), _FILE: opened.file}
        self._was_there = True

    def _replace_idle(self, _: Any, record: Any, __: Any) -> None:
        if self.now().file != record.info[_FILE]:
            raise DisconnectionError

    def _check(self, connection: Connection) -> None:
        try:
            check_of(connection)()
        except StoreReplaced:
            connection.invalidate()
            raise


def check_of(connection: Any) -> Callable[[], None]:
    """Return the check of a connection, of the engine or of its pool, with its files.

    It raises `StoreReplaced`; of a database without a file it does nothing.
    """
    check: Callable[[], None] = connection.info.get(_CHECK, _nothing)
    return check


def _nothing() -> None:
    """Check nothing."""


def _refusal(observed: str) -> StoreReplaced:
    do = "put the database back: `mikomi restore`"
    return StoreReplaced([Fault(observed, "the file that was opened", do)])
