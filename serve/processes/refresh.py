"""The process that keeps the ranking fresh, beside the server.

Decided here: a process of its own, as gentle as the machine lets it be, so that no answer waits for
it; after each batch it rests for a share of the time that took. It follows the same pointer as the
server. `python -m serve.processes.refresh` runs until its parent is gone; two of them do no harm.
"""

import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from features.records.moments import moment_of
from models.artifact import artifact
from serve.processes.refresher import Refresher
from serve.scoring.champion import FollowedChampion
from serve.scoring.loaded_model import Loaded
from serve.settings import Settings
from serve.store.engine import is_current, open_engine

REST: Final = 0.25
_NICE: Final = 10


def main() -> None:
    """Refresh until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    os.nice(_NICE)
    settings = Settings.read(os.environ)
    parent = int(sys.argv[1]) if len(sys.argv) > 1 else os.getppid()
    engine = open_engine(settings.database_url)
    champion = FollowedChampion(settings.models, _load, older=1, refuse=_say)
    refresher = Refresher(engine, told=lambda _lead, error: _say(error))
    while os.getppid() == parent:
        begin = time.monotonic()
        busy = _step(engine, champion, refresher) > 0
        worked = time.monotonic() - begin
        _rest(REST * worked if busy else settings.refresh_seconds, parent)


def _step(engine: Engine, champion: FollowedChampion, refresher: Refresher) -> int:
    """Refresh one batch, if there is a database and a model; tell how many leads it was."""
    try:
        champion.poll()
        if not champion.has_model or not is_current(engine):
            return 0
        loaded = champion.current()
        assert isinstance(loaded, Loaded)  # noqa: S101 - what _load gave
        return refresher.step(loaded, moment_of(_now()))
    except (SQLAlchemyError, OSError) as error:
        _say(error)
        return 0


def _rest(seconds: float, parent: int) -> None:
    """Wait, but not for longer than the parent is there."""
    until = time.monotonic() + seconds
    while os.getppid() == parent and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 1.0))


def _load(folder: Path, version: int | None) -> Loaded:
    return Loaded(artifact.load(folder), version)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a process of its own, where time comes in


def _say(error: Exception) -> None:
    """Tell what went wrong, without what a message may hold of a person."""
    sys.stderr.write(f"the ranking was not refreshed: {type(error).__name__}\n")


if __name__ == "__main__":
    main()
