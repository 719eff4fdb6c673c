"""The process that refreshes the ranking, beside the server.

Decided here: a process of its own with low priority, so that no answer waits for it; after each
batch it sleeps for a share of the time that the batch took. It follows the same pointer as the
server. `python -m serve.processes.refresh` runs until its parent exits; two of them do no harm.
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
from serve.scoring.loaded_model import LoadedModel
from serve.settings import Settings
from serve.store.engine import is_current, open_engine

REST: Final = 0.25
_NICE: Final = 10


def main() -> None:
    """Refresh until the parent exits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    os.nice(_NICE)
    settings = Settings.read(os.environ)
    parent = int(sys.argv[1]) if len(sys.argv) > 1 else os.getppid()
    engine = open_engine(settings.database_url)
    champion = FollowedChampion(settings.models, _load, older=1, refuse=_report)
    refresher = Refresher(engine, report=lambda _lead, error: _report(error))
    while os.getppid() == parent:
        begin = time.monotonic()
        busy = _step(engine, champion, refresher) > 0
        worked = time.monotonic() - begin
        _rest(REST * worked if busy else settings.refresh_seconds, parent)


def _step(engine: Engine, champion: FollowedChampion[LoadedModel], refresher: Refresher) -> int:
    """Refresh one batch, if there is a database and a model; return its number of leads."""
    try:
        champion.poll()
        if not champion.has_model or not is_current(engine):
            return 0
        return refresher.step(champion.current(), moment_of(_now()))
    except (SQLAlchemyError, OSError) as error:
        _report(error)
        return 0


def _rest(seconds: float, parent: int) -> None:
    """Wait, at most until the parent exits."""
    end = time.monotonic() + seconds
    while os.getppid() == parent and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 1.0))


def _load(folder: Path, version: int | None) -> LoadedModel:
    return LoadedModel(artifact.load(folder), version)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a process of its own, where time comes in


def _report(error: Exception) -> None:
    """Write the class of an error; its message might hold personal data."""
    sys.stderr.write(f"the ranking was not refreshed: {type(error).__name__}\n")


if __name__ == "__main__":
    main()
