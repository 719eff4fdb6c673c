"""The shadow scoring process beside a server; it exits with its parent.

Run as `python -m serve.processes.shadow_process`.

Decided here: it follows the challenger that `serve.processes.follow` copied, works in small
batches, and sleeps when there is nothing to do; its failures do not affect the server.
"""

import os
import signal
import sys
import time
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from features.errors import MikomiError
from models.artifact import artifact
from serve.http.helper_health import beat
from serve.processes.parent import end_with
from serve.processes.shadow import BATCH, Shadow
from serve.scoring import lean_import
from serve.scoring.champion import FollowedChampion
from serve.scoring.loaded_model import LoadedModel
from serve.settings import Settings
from serve.store.engine import open_engine
from serve.wire.targets import DEFAULT

POINTER = "challenger.json"


def step(challenger: FollowedChampion[LoadedModel], shadow: Shadow, now: datetime) -> bool:
    """Follow the challenger and score one batch.

    Parameters
    ----------
    challenger
        The model to follow.
    shadow
        Scores the batch.
    now
        The moment.

    Returns
    -------
    Whether there may be more to score.
    """
    challenger.poll()
    if not challenger.pointed:
        return False
    return shadow.catch_up(challenger.current(), now) == BATCH


def main() -> None:
    """Score in the shadow until the parent exits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    os.nice(10)
    settings = Settings.read(os.environ)
    parent = int(sys.argv[1]) if len(sys.argv) > 1 else os.getppid()
    end_with(parent)
    lean_import.import_lightgbm()
    targets = (DEFAULT, *settings.further_targets)
    challengers = [challenger_of(settings, target) for target in targets]
    shadow = Shadow(open_engine(settings.database_url), settings.shadow_share)
    while os.getppid() == parent:
        beat(settings.models, "shadow")
        more = [_attempt(challenger, shadow) for challenger in challengers]
        if not any(more):
            time.sleep(settings.shadow_seconds)


def challenger_of(settings: Settings, target: str) -> FollowedChampion[LoadedModel]:
    """Return the follower of a target's challenger.

    Parameters
    ----------
    settings
        Of the server.
    target
        The target; empty is the default.
    """
    return FollowedChampion(
        settings.models_of(target),
        lambda folder, version: LoadedModel(
            artifact.load(folder), version, target, settings.features_dir
        ),
        refuse=lambda error: sys.stderr.write(f"the challenger was refused: {error}\n"),
        pointer=POINTER,
    )


def _attempt(challenger: FollowedChampion[LoadedModel], shadow: Shadow) -> bool:
    try:
        return step(challenger, shadow, datetime.now(UTC))  # noqa: TID251 - a process's clock
    except (MikomiError, SQLAlchemyError, OSError) as error:
        sys.stderr.write(f"shadow scoring waits: {type(error).__name__}\n")
        return False


if __name__ == "__main__":
    main()
