"""The process that refreshes the rankings of all targets, beside the server.

Decided here: a process of its own with low priority, so that no answer waits for it; after each
batch it sleeps for a share of the time that the batch took, a small one while the ranking waits for
the numbers of another model. The figures of the funnel and the channels are not renewed for these
numbers, as they would add up those of two models; they are when the leads are refreshed as a whole.
It follows the same pointers as the server; while the default target has no model, nothing is
ranked.

`python -m serve.processes.refresh` runs until its parent exits; two of them do no harm.
"""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from features.encoders.moments import moment_of
from features.errors import MachineFault, place_of
from models.artifact import artifact
from serve.errors import NoStore
from serve.http.helper_health import beat
from serve.processes.parent import end_with
from serve.processes.refresher import Refresher
from serve.ranking.market_summaries import MarketFigures, Renewal
from serve.scoring import lean_import
from serve.scoring.champion import FollowedChampion
from serve.scoring.loaded_model import LoadedModel
from serve.settings import Settings
from serve.store.engine import open_engine
from serve.store.ranking.cohorts import Cohorts
from serve.store.ranking.summaries import Summaries
from serve.store.schema_versions import REVISIONS, is_current, version_of
from serve.store.team.band_limits import StoredLimits
from serve.wire.targets import DEFAULT
from serve.wire.team.band_limits import BandLimits

REST: Final = 0.25
SHORT_REST: Final = 0.02
_NICE: Final = 10
_YOUNG: Final = (100_000, 20, 100)
"""After how many new objects Python looks for cycles: rows of a batch are many, and have none."""


def main() -> None:
    """Refresh until the parent exits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    os.nice(_NICE)
    settings = Settings.read(os.environ)
    parent = int(sys.argv[1]) if len(sys.argv) > 1 else os.getppid()
    end_with(parent)
    lean_import.import_lightgbm()
    engine = open_engine(settings.database_url)
    champions = [
        FollowedChampion(
            settings.models_of(target),
            partial(_load, target=target, features_dir=settings.features_dir),
            older=1,
            refuse=_report,
        )
        for target in (DEFAULT, *settings.further_targets)
    ]
    refresher = Refresher(engine, report=lambda _lead, error: _report(error))
    gc.freeze()
    gc.set_threshold(*_YOUNG)
    zone = ZoneInfo(settings.time_zone)
    figures = MarketFigures(Cohorts(engine), Summaries(engine))
    renewal = Renewal(figures, settings.qualified, time.monotonic)
    while os.getppid() == parent:
        beat(settings.models, "refresher")
        begin = time.monotonic()
        busy = _step(engine, champions, refresher, partial(_renew, renewal, zone)) > 0
        worked = time.monotonic() - begin
        share = SHORT_REST if refresher.rescores else REST
        _rest(share * worked if busy else settings.refresh_seconds, parent)


def _step(
    engine: Engine,
    champions: Sequence[FollowedChampion[LoadedModel]],
    refresher: Refresher,
    then: Callable[[Sequence[LoadedModel], int], None] = lambda *_: None,
) -> int:
    """Refresh one batch, if there is a database and a model; return its number of leads."""
    try:
        for champion in champions:
            champion.poll()
        default, *others = champions
        if not default.has_model:
            return 0
        if not is_current(engine):
            _report_version(version_of(engine))
            return 0
        _limit(engine, champions)
        further = [one.current() for one in others if one.has_model]
        ranked = refresher.step(default.current(), moment_of(_now()), further)
        then([default.current(), *further], 0 if refresher.rescores else ranked)
    except (SQLAlchemyError, OSError, NoStore, MachineFault) as error:
        _report(error)
        return 0
    return ranked


@cache
def _report_version(version: str | None) -> None:
    """Write once that the tables are of another version; those that do not exist yet will come."""
    if version is not None:
        needed = f"this program needs {REVISIONS[-1]}: see `mikomi database check`"
        sys.stderr.write(f"the ranking waits: the database is of {version}, {needed}\n")


def _renew(renewal: Renewal, zone: ZoneInfo, loaded: Sequence[LoadedModel], ranked: int) -> None:
    """Store the figures of the funnel and the channels again, if it is time."""
    renewal.step([one.target for one in loaded], _now().astimezone(zone), changed=ranked > 0)


def _limit(engine: Engine, champions: Sequence[FollowedChampion[LoadedModel]]) -> None:
    """Rank by the limits of the bands that people set, if they are others than before."""
    limits = StoredLimits(engine).latest()
    for champion in champions:
        if champion.has_model:
            loaded = champion.current()
            wanted = limits.get(loaded.target)
            limits_id = wanted.limits_id if wanted is not None and wanted.by else None
            if loaded.limits_id != limits_id:
                champion.adjust(partial(_limited, wanted))


def _limited(limits: BandLimits | None, loaded: LoadedModel) -> LoadedModel:
    return loaded.with_limits(limits)


def _rest(seconds: float, parent: int) -> None:
    """Wait, at most until the parent exits."""
    end = time.monotonic() + seconds
    while os.getppid() == parent and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 1.0))


def _load(folder: Path, version: int | None, target: str, features_dir: str) -> LoadedModel:
    return LoadedModel(artifact.load(folder), version, target, features_dir)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a process of its own, where time comes in


def _report(error: Exception) -> None:
    """Write the class and the place of an error; its message might hold personal data."""
    kind, where = type(error).__name__, place_of(error)
    sys.stderr.write(f"the ranking was not refreshed: {kind} at {where}\n")


if __name__ == "__main__":
    main()
