"""Command worked: the model on leads that were worked, on those that nobody called, and on all.

Decided here: rows are the matured snapshots of the test period, which the model has not met; also
those without a label. Their features are computed anew, because stored ones are of labelled rows.
"""

from typing import Any

import numpy as np
import pandas as pd

from features import build, labels, snapshots
from features.build import CompiledCatalog
from features.errors import NotEnoughEvidence
from features.tables import Tables
from features.timeline import to_moments
from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.contact.selection import selection
from pipelines.contacts.contact_log import log_of, worked
from pipelines.contacts.contact_test import ContactedLeads
from pipelines.lifecycle import lift, server_database
from pipelines.lifecycle.audit.case import AuditedCohort
from pipelines.lifecycle.audit.stage import cohort_of, read_tables
from pipelines.lifecycle.contact.stage import rows_of
from pipelines.reports.contact import worked_page
from pipelines.run.stage_context import Job
from pipelines.stages.featurize import matured_split
from pipelines.storage import partitions
from pipelines.storage.atomic import replacing


def run(job: Job, database: str | None = None) -> dict[str, Any]:
    """Judge the model on each group, write the pages, and return the facts.

    Parameters
    ----------
    job
        The parameters and places.
    database
        The URL of a server's database, whose recorded contacts count too; None without one.

    Raises
    ------
    NotEnoughEvidence
        If no snapshot of the test period has matured.
    """
    loaded, cohort = artifact.load(job.places.model), cohort_of(job)
    cutoffs, split = matured_split(job.places.snapshots, job.params.split)
    since = int(cutoffs[split.test].min())
    parts = [
        _scored(partitions.read(job.places.tables, part), loaded, cohort, since)
        for part in range(partitions.count(job.places.tables))
    ]
    frame, tables = pd.concat(parts, ignore_index=True), read_tables(job)
    if frame.empty:
        raise NotEnoughEvidence.of(
            "no matured snapshot in the test period", "some", "bring a longer history"
        )
    rule = cohort.target, job.params.contacts.within_days
    contacted = worked(frame, _log(job, database), tables.outcomes, rule)
    weighted = job.params.contacts.labels == "worked"
    label = np.where(contacted | (not weighted), frame["label"], np.nan)
    frame = frame.assign(contacted=contacted, label=label)
    rows = rows_of(job, ContactedLeads("log", frame, 0), tables)
    moment = to_moments(frame["cutoff"]).astype(np.float64)
    done = selection(rows, moment, weighted=weighted)
    with replacing(job.places.worked) as fresh:
        fresh.mkdir()
        facts = worked_page.write(done, fresh, job.params.workspace)
    return facts | {"report": str(job.places.worked / worked_page.PAGES["en"])}


def _log(job: Job, database: str | None) -> pd.DataFrame:
    """Return the contacts of params.yaml, and those that sales recorded on a server."""
    if database is None:
        return log_of(job)
    with server_database.connected(database) as connection:
        recorded = lift.contacts_of(connection)
    known = [log_of(job)] if job.params.contacts.recorded else []
    return pd.concat([*known, recorded], ignore_index=True)


def _scored(part: Tables, loaded: Artifact, cohort: AuditedCohort, since: int) -> pd.DataFrame:
    """Return the matured snapshots of the test period of a partition, with their probability."""
    rows = snapshots.draw(part, cohort.rule, cohort.until)
    rows = rows.assign(label=labels.attach(rows, part.outcomes, cohort.target, cohort.until))
    mine = rows["label"].notna().to_numpy() & (to_moments(rows["cutoff"]) >= since)
    rows = rows[mine].reset_index(drop=True)
    if rows.empty:
        return rows.assign(probability=pd.Series(dtype=np.float64))
    values = build.build(part, rows, CompiledCatalog(loaded.catalog)).values  # noqa: PD011
    return rows.assign(probability=loaded.model.probability(values))
