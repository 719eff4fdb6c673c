"""Command rollback: the former champion answers again; the reason is stored with the one that left.

Decided here: a rollback needs a reason and no proof. A version that was rolled back is not promoted
again; what replaces it must be trained anew. The server follows the alias by itself. The files are
copied before the alias moves, so that a rollback that fails can be run again.
"""

from typing import Any

from features.errors import BadRequest
from models.registry.registry import Registry
from models.registry.registry_types import Version
from pipelines.run.stage_context import Job
from pipelines.stages.promote import MOST_LETTERS, ROLLED_BACK
from pipelines.storage.atomic import replacing


def run(job: Job, reason: str, to: str | None = None) -> dict[str, Any]:
    """Make the former champion, or a named version, the champion; return who left and who is back.

    Parameters
    ----------
    job
        The parameters and places.
    reason
        Why the champion must go.
    to
        The version that returns; None is the one before.

    Raises
    ------
    BadRequest
        If there is no reason, no version was champion before, or the version was never champion.
    """
    if not reason.strip():
        raise BadRequest.of("a rollback without a reason", "why the champion must go", "say why")
    registry = Registry(job.params.registry, job.places.registry)
    leaving = registry.champion()
    back = registry.former() if to is None else _former_champion(registry, to)
    if leaving is not None and leaving.number == back.number:
        raise BadRequest.of(
            f"version {back.number}, the champion", "another version", "see `mikomi models`"
        )
    with replacing(job.places.champion) as fresh:
        registry.fetch(str(back.number), fresh)
        registry.restore(back, {"verdict": ROLLED_BACK, "grounds": reason[:MOST_LETTERS]})
    return {
        "champion": back.number,
        "rolled_back": None if leaving is None else leaving.number,
        "reason": reason,
    }


def _former_champion(registry: Registry, which: str) -> Version:
    version = registry.version(which)
    if version.tags.get("verdict") != "promoted":
        raise BadRequest.of(
            f"version {version.number}, whose verdict is {version.tags.get('verdict', 'open')}",
            "a version that was champion once",
            "see `mikomi models`",
        )
    return version
