"""The request of `mikomi score`: which leads, at which moment, by which model, into which file."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd

from features.errors import ArtifactMissing
from models.artifact import artifact
from models.artifact.remote import current, place, remove
from pipelines.intake.ingest import ingest
from pipelines.run.stage_context import Job
from pipelines.scoring.score import Question
from pipelines.stages import of_target
from pipelines.stages.ingest import settings
from pipelines.stages.snapshot import moment_of, observed_until
from pipelines.storage.atomic import fingerprint
from pipelines.storage.work_directory import alone

MAPPINGS = (".yaml", ".yml")
_INGESTED = "leads that `mikomi ingest` has read once can be scored by many runs at a time"


@contextmanager
def question(
    job: Job, leads: Path | None, at: pd.Timestamp | date | None, out: Path | None, model: str
) -> Iterator[Question]:
    """Resolve what is to be ranked; what is not stated is the workspace's own.

    What a mapping is read into belongs to this question until the block ends: another run would
    replace the tables while they are scored.

    Parameters
    ----------
    job
        The parameters and places.
    leads
        A store of canonical tables, or a mapping file, which is ingested beside the workspace's.
    at
        The moment, or a day, whose end counts; None means when observation of these leads ended.
    out
        Where the ranking goes.
    model
        An alias, a version number, or the folder of an artifact.

    Raises
    ------
    InUse
        If another run reads the same mapping.
    BadInput
        If the model is of another target.
    """
    with store(job, leads) as tables:
        folder = directory(job, model)
        of_target.check_model(job, folder)
        yield Question(
            tables=tables,
            model=folder,
            at=observed_until(tables) if at is None else moment_of(at, tables),
            out=job.places.scores if out is None else out,
        )


@contextmanager
def store(job: Job, leads: Path | None) -> Iterator[Path]:
    """Return the store of some leads; a mapping is read into one first.

    Parameters
    ----------
    job
        The parameters and places.
    leads
        A store of canonical tables, or a mapping file; None is the workspace's store.
    """
    if leads is None or leads.suffix not in MAPPINGS:
        yield job.places.tables if leads is None else place(leads)
        return
    beside = job.places.shared / f"leads-{fingerprint(str(leads.resolve()))[:12]}"
    with alone(beside, _INGESTED):
        ingest(leads, beside, settings(job), job.tell)
        yield beside


def directory(job: Job, model: str) -> Path:
    """Return the directory of the artifact; the champion of the workspace needs no registry.

    Parameters
    ----------
    job
        The parameters and places.
    model
        An alias, a version number, or the folder of an artifact.
    """
    if current(named := place(model)).is_dir():
        return named
    if model == "champion":
        return champion(job)
    return fetched(job, model)


def champion(job: Job) -> Path:
    """Return the directory of the workspace's champion.

    Raises
    ------
    ArtifactMissing
        If there is none; the error names what makes one.
    """
    if not (job.places.champion / artifact.MANIFEST).is_file():
        raise ArtifactMissing.of(
            f"no champion in {job.places.champion}",
            "a model that `mikomi promote` made champion",
            f"run it, or score with --model {job.places.model}",
        )
    return job.places.champion


def fetched(job: Job, which: str) -> Path:
    """Copy a version from the registry into the workspace.

    Parameters
    ----------
    job
        The parameters and places.
    which
        An alias or a version number.
    """
    from models.registry.registry import Registry  # noqa: PLC0415 - imports MLflow, rarely needed

    registry = Registry(job.params.registry, job.places.registry)
    copy = job.places.artifacts / f"version-{registry.version(which).number}"
    remove(copy)
    registry.fetch(which, copy)
    return copy
