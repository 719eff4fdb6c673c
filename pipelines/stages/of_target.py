"""What the outputs of a stage state about their target, and the check that it is the right one.

Decided here: where params.yaml has a list `targets`, snapshots, features and models state whose
labels they hold, and a stage refuses those of another target. Without the list nothing is stated.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from features.errors import BadInput
from pipelines.run.stage_context import Job
from pipelines.storage import partitions

STANDARD: Final = frozenset({"opened", "won", "lost"})
"""Outcomes that need not have happened yet."""
KEY: Final = "target"
_IDENTITY: Final = ("name", "outcome", "horizon_days")


def stated(job: Job) -> dict[str, Any]:
    """Return what snapshots and features state about their target; nothing without targets."""
    facts = None if job.target is None else job.target.facts
    return {} if facts is None else {KEY: {name: facts[name] for name in _IDENTITY}}


def check(job: Job, facts: Mapping[str, Any], place: Path, stage: str) -> None:
    """Check that an input is of the target of the job.

    Parameters
    ----------
    job
        The parameters and places.
    facts
        What the input states about itself.
    place
        Where it lies, for the error.
    stage
        The stage that writes it.

    Raises
    ------
    BadInput
        If it is of another target, or was made before there were targets.
    """
    own = stated(job).get(KEY)
    other = facts.get(KEY)
    if own is None or (other and {name: other.get(name) for name in _IDENTITY} == own):
        return
    observed = "no target" if other is None else _shown(other)
    command = f"mikomi {stage}" + (f" --target {own['name']}" if job.places.target else "")
    raise BadInput.of(f"{place} of {observed}", _shown(own), f"run `{command}` first")


def check_model(job: Job, place: Path) -> None:
    """Check that a model is of the target of the job; one made before there were targets may be.

    Parameters
    ----------
    job
        The parameters and places.
    place
        The directory of the artifact.

    Raises
    ------
    BadInput
        If it predicts something else.
    """
    about = place / "about.json"
    if job.target is not None and about.is_file():
        facts = json.loads(about.read_text("utf-8"))
        before = {name: facts.get(name) for name in _IDENTITY[1:]} | {"name": job.target.name}
        check(job, {KEY: facts.get(KEY, before)}, place, "train")


def check_outcome(job: Job, tables: Path) -> None:
    """Check that the outcome of the target can be in the tables.

    Parameters
    ----------
    job
        The parameters and places.
    tables
        A store of canonical tables: its directory.

    Raises
    ------
    BadInput
        If it is neither a standard outcome nor in the tables.
    """
    target = job.target
    if target is None or target.outcome in STANDARD:
        return
    written = partitions.read_columns(tables, "outcomes", ["outcome"])["outcome"]
    known = {str(one) for one in written.unique()}
    if target.outcome not in known:
        raise BadInput.of(
            f"outcome {target.outcome} of target {target.name}, in no row of the outcomes",
            f"one of {', '.join(sorted(known | STANDARD))}",
            "correct `targets` in the params file, or map the outcome and run `mikomi ingest`",
        )


def _shown(target: Mapping[str, Any]) -> str:
    days = target.get("horizon_days", float("nan"))
    return f"target {target.get('name')} ({target.get('outcome')} within {days:g} days)"
