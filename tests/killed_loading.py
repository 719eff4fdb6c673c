"""A batch ranking loaded in a process of its own, which is killed before one of its statements.

Decided here: the process is forked from a small server of forks that has a single thread. A fork of
the process of tests may inherit a lock of SQLite that another thread held, and then waits for ever.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import event

from serve.ranking import batch_ranking
from serve.store.engine import open_engine
from serve.store.ranking.refreshing import Refreshed, Refreshing

_BATCH: Final = 10


class Loading(NamedTuple):
    """A ranking to be loaded: its file, the database, the model, the moment in microseconds.

    `pieces` is a planted fault: each batch in a transaction of its own.
    """

    path: Path
    url: str
    model: str
    now: int
    pieces: bool = False


def killed_at(loading: Loading, step: int) -> bool:
    """Load in a process that is killed with SIGKILL before a statement; return whether it was."""
    child = _forks().Process(target=_load, args=(loading, step))
    child.start()
    child.join()
    assert child.exitcode in {0, -signal.SIGKILL}
    return child.exitcode != 0


@cache
def _forks() -> Any:
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload([__name__])
    return forks


def _load(loading: Loading, step: int) -> None:
    engine, statements = open_engine(loading.url), [0]

    def step_by_step(*_: Any) -> None:
        statements[0] += 1
        if statements[0] > step:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", step_by_step)
    event.listen(engine, "commit", step_by_step)
    batch_ranking._BATCH = _BATCH
    if loading.pieces:
        Refreshing.write_together = _in_pieces  # type: ignore[method-assign]
    batch_ranking.take_over(loading.path, engine, loading.model, loading.now)


def _in_pieces(self: Refreshing, batches: Iterable[Refreshed], fingerprint: str) -> int:
    return sum(self.write(rows, marks, fingerprint, on) for rows, marks, on in batches)
