"""Command monitor: today's leads against the champion's training, matured predictions, activities.

Decided here: it reads the tables that `ingest` wrote and the champion, and, with a database, what
the server answered and was sent; it changes nothing but its report. Today is when observation of
the tables ended, unless an earlier moment is requested; what was not known then is not looked at,
nor labels whose horizon was not over. With a database, predictions mature until `as_of`.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from features.errors import BadRequest, NotEnoughEvidence
from features.snapshots import CohortRule
from features.tables import Tables
from features.timeline import DAY, to_moments
from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.monitoring.findings import MonitorReport
from models.monitoring.matured import Calibrated, calibrated
from models.monitoring.run import watch
from pipelines.contacts.contact_log import with_outcomes
from pipelines.lifecycle.monitor import matured
from pipelines.lifecycle.monitor.rows import Moment, first_moment, gather, share_of, taught_until
from pipelines.reports.monitor import writing
from pipelines.run.stage_context import Job
from pipelines.scoring import resolve_request
from pipelines.stages.snapshot import observed_until
from pipelines.storage import partitions
from pipelines.storage.atomic import replacing


def run(job: Job, as_of: pd.Timestamp | None = None, database: str | None = None) -> MonitorReport:
    """Monitor, write the report, and return the findings with their verdict and alarms.

    Parameters
    ----------
    job
        The parameters and places.
    as_of
        Today; None: when observation of the tables ended, and for receipts the moment of the call.
    database
        URL of a server's database; None judges the champion on the tables alone.

    Raises
    ------
    ArtifactMissing, BadRequest, BadInput
        Without a champion, for a moment that the tables do not reach, or a database of others.
    """
    model = artifact.load(resolve_request.champion(job))
    end = observed_until(job.places.tables)
    at, matures = _moments(job, end, as_of, database)
    moment = _moment(job, model, at)
    calibration = _calibrated(job, model, moment, (matures, database))
    gathered = gather(_parts(job), model, job.params.cohort.rule, moment, _share(job))
    cutoff = to_moments(pd.concat(gathered.rows, ignore_index=True)["cutoff"])
    heard = (gathered.newest, gathered.strange())
    done = watch(gathered.whole(model), cutoff, model, heard, calibration, job.params.monitor)
    name = partitions.manifest(job.places.tables).name
    with replacing(job.places.monitor) as fresh:
        fresh.mkdir()
        settings, target = job.params.monitor, job.target_text
        writing.write(done, model.catalog, settings, fresh, name, target)
    return done


def _moments(
    job: Job, end: pd.Timestamp, as_of: pd.Timestamp | None, database: str | None
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return today, as far as the tables reach, and until when outcomes are complete."""
    if as_of is not None and as_of > end and database is None:
        raise BadRequest.of(
            f"--as-of {as_of.isoformat()}",
            f"a moment up to {end.isoformat()}, when observation of the tables ended",
            "run `mikomi ingest` on a newer export, or name the server's --database",
        )
    moment = as_of or (job.now if database is not None and job.now is not None else end)
    return min(moment, end), moment


def _moment(job: Job, model: Artifact, at: pd.Timestamp) -> Moment:
    """Lay out the reference: moments that the champion may have learned from."""
    span = round(job.params.monitor.period_days * DAY)
    today = int(at.as_unit("us").asm8.astype(np.int64))
    first = first_moment(_created(job), job.params.cohort.rule, span)
    last = min(taught_until(model, job.params.split.embargo, at), today - span)
    if last < first:
        raise NotEnoughEvidence.of(
            f"no moment {job.params.monitor.period_days:g} days apart that the champion learned "
            "from, in these tables",
            "tables that hold the champion's training period",
            "keep old leads in the export, or train a champion on these tables",
        )
    return Moment(today, first, last, span)


def _calibrated(
    job: Job, model: Artifact, moment: Moment, when: tuple[pd.Timestamp, str | None]
) -> Calibrated:
    """Judge the receipts; while they are too few, the champion on the tables."""
    until, database = when
    settings, target = job.params.monitor, job.params.cohort.target
    sent = None
    if database is not None:
        receipts, sent = matured.read(database, model.fingerprint, until)
        leads = pd.concat([part.leads for part in _parts(job)], ignore_index=True)
        receipts = matured.with_segments(receipts, leads, model)
        outcomes = matured.outcomes_of(_parts(job), sent)
        receipts = with_outcomes(job, receipts, outcomes)
        scores = matured.matured_scores(receipts, outcomes, target, until)
        calibration = calibrated(scores, "receipts", settings)
        if calibration.enough:
            return calibration
    since = taught_until(model, 0, until)
    rows = matured.answered(_parts(job), model, _rule(job), (since, moment.at, moment.span))
    outcomes = matured.outcomes_of(_parts(job), sent)
    rows = with_outcomes(job, rows, outcomes)
    end = min(until, observed_until(job.places.tables))
    return calibrated(matured.matured_scores(rows, outcomes, target, end), "snapshots", settings)


def _rule(job: Job) -> CohortRule:
    return replace(job.params.cohort.rule, early_age_hours=())


def _parts(job: Job) -> Iterator[Tables]:
    tables = job.places.tables
    return (partitions.read(tables, part) for part in range(partitions.count(tables)))


def _created(job: Job) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    created = partitions.read_columns(job.places.tables, "leads", ["created_at"])
    return to_moments(created["created_at"])


def _share(job: Job) -> float:
    leads = partitions.manifest(job.places.tables).rows["leads"]
    return share_of(leads, job.params.monitor)
