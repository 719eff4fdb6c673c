"""Whether writes to the database fail: no room on its disk, a disk that fails, a read-only one.

Decided here: a write that failed so counts until another has been committed, as nothing is written
to try it out. A lock is no such failure: whoever waited for it may try again. Answers have a log of
their own, which knows whether it can be written.
"""

from typing import Any, Final

from sqlalchemy import Connection, Engine, event

_SQLITE: Final = frozenset({8, 10, 13})
"""SQLITE_READONLY, SQLITE_IOERR and SQLITE_FULL."""
_POSTGRES: Final = frozenset({"25006", "53100", "58030"})
"""A read-only transaction, a full disk, a disk that fails."""
_WRITES: Final = frozenset({"INSERT", "UPDATE", "DELETE"})
_WROTE: Final = "mikomi wrote"


class FailedWrites:
    """What became of the last writes to a database."""

    def __init__(self) -> None:
        self.is_failing = False
        """Whether the last write could not be written."""

    def watch(self, engine: Engine) -> None:
        """Look at what becomes of every transaction of a database."""
        event.listen(engine, "handle_error", self._failed)
        event.listen(engine, "after_cursor_execute", self._executed)
        event.listen(engine, "commit", self._committed)
        event.listen(engine, "rollback", _undone)

    def _failed(self, failure: Any) -> None:
        error, connection = failure.original_exception, failure.connection
        if connection is not None and connection.get_execution_options().get("reads_only"):
            return
        code = getattr(error, "sqlite_errorcode", None)
        if getattr(error, "sqlstate", None) in _POSTGRES or (code or 0) & 0xFF in _SQLITE:
            self.is_failing = True

    def _executed(self, connection: Connection, _: Any, statement: str, *__: Any) -> None:
        """Note that a transaction writes; while no write has failed there is nothing to note."""
        if self.is_failing and statement.lstrip()[:6].upper() in _WRITES:
            connection.info[_WROTE] = True

    def _committed(self, connection: Connection) -> None:
        """Note that a transaction is being committed; if that fails, `_failed` is called next."""
        if self.is_failing and connection.info.pop(_WROTE, False):
            self.is_failing = False


def _undone(connection: Connection) -> None:
    if not connection.invalidated:
        connection.info.pop(_WROTE, None)
