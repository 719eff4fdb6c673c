"""Command contact-value: what a contact adds, whom to call, and whether that is known at all.

Decided here: one source is judged at a time, named by the options; the log of contacts where none
is. The table of calls is for as many leads as are open at the end of observation. The file of open
leads is written only if effects are shown to differ, and removed otherwise: nobody should sort a
list by numbers that show nothing. The rows of a test by lot are written as a file that
`contacts.test` of params.yaml can name: `mikomi train` then learns the effect into the model.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import snapshots
from features.errors import BadTables, NotEnoughEvidence
from features.tables import Tables
from models.contact.contact_value import ContactValue, contact_value
from models.contact.rows import ContactRows
from pipelines.contacts.contact_log import log_of
from pipelines.contacts.contact_test import ContactedLeads, of_file
from pipelines.incumbent import score_history
from pipelines.lifecycle.audit.case import AuditedCohort
from pipelines.lifecycle.audit.stage import cohort_of, read_tables
from pipelines.lifecycle.contact import sources
from pipelines.lifecycle.contact.columns import columns
from pipelines.lifecycle.experiment import assignment, declaration
from pipelines.lifecycle.worth import lists as weekly
from pipelines.reports.contact import writing
from pipelines.reports.contact.page import ContactAccount
from pipelines.run.stage_context import Job
from pipelines.stages.featurize import labels_of
from pipelines.storage import partitions
from pipelines.storage.atomic import replacing

LEADS: Final = "open_leads.csv"
TEST: Final = "contact_test.csv"
_OF_TEST: Final = ("lead_id", "cutoff", "contacted", "chance", "label")
SEED: Final = 0


@dataclass(frozen=True)
class ContactRequest:
    """The source: at most one of them; none is the log of contacts of params.yaml.

    Attributes
    ----------
    experiment
        The name of a declared test.
    contacts
        A file with one row a lead and moment.
    lists
        A file of weekly lists.
    database
        The URL of a server's database with weekly lists.
    """

    experiment: str | None = None
    contacts: Path | None = None
    lists: Path | None = None
    database: str | None = None


def run(job: Job, request: ContactRequest) -> dict[str, Any]:
    """Estimate, write the pages, and return the facts.

    Parameters
    ----------
    job
        The parameters and places.
    request
        The source.
    """
    tables, cohort = read_tables(job), cohort_of(job)
    source = of_request(job, request, tables, cohort)
    rows = rows_of(job, source, tables)
    opened = snapshots.at(tables, cohort.until, cohort.rule)
    done = contact_value(rows, len(opened), SEED)
    account = ContactAccount(
        source=source.kind,
        begins=f"{source.frame['cutoff'].min():%Y-%m-%d}",
        ends=f"{source.frame['cutoff'].max():%Y-%m-%d}",
        horizon_days=job.params.cohort.horizon_days,
        waiting=source.waiting,
        open_leads=len(opened),
        by_account="account_id" in tables.leads or "unit" in source.frame,
        ranked_by_file=rows.probability is not None,
    )
    with replacing(job.places.contact) as fresh:
        fresh.mkdir()
        labels = labels_of(partitions.manifest(job.places.tables).labels)
        facts = writing.write(done, account, fresh, (job.params.workspace, labels))
        if rows.randomised:
            _test(source.frame).to_csv(fresh / TEST, index=False)
        if done.model is not None and rows.probability is None:
            _open_leads(job, done, tables, opened).to_csv(fresh / LEADS, index=False)
    return facts | {"report": str(job.places.contact / writing.PAGES["en"])}


def of_request(
    job: Job, request: ContactRequest, tables: Tables, cohort: AuditedCohort
) -> ContactedLeads:
    """Read the source that is named.

    Parameters
    ----------
    job
        The parameters and places.
    request
        The source.
    tables
        All leads and outcomes.
    cohort
        Who is open, what is predicted, up to when outcomes are complete.
    """
    if request.experiment is not None:
        declared = declaration.declared(job.places, request.experiment)
        assigned = assignment.read(job.places, request.experiment)
        return sources.of_experiment(assigned, declared, tables, cohort.until)
    if request.contacts is not None:
        zone = partitions.manifest(job.places.tables).values_reading.zone
        return of_file(request.contacts, (tables.outcomes, cohort.target, cohort.until), zone)
    if request.lists is not None:
        return sources.of_lists(weekly.of_file(job, request.lists), tables, cohort)
    if request.database is not None:
        return sources.of_lists(weekly.of_server(job, request.database), tables, cohort)
    return sources.of_log(tables, cohort, log_of(job), job.params.contacts.within_days)


def rows_of(job: Job, source: ContactedLeads, tables: Tables) -> ContactRows:
    """Return the rows in the form of an estimate.

    Parameters
    ----------
    job
        The parameters and places.
    source
        Who was contacted and who was not.
    tables
        All leads and activities.

    Raises
    ------
    BadTables
        If a lead is not in the tables.
    NotEnoughEvidence
        If nothing has matured.
    """
    frame = source.frame
    if frame.empty:
        raise NotEnoughEvidence.of(
            f"no lead whose horizon is over; {source.waiting} wait for theirs",
            "leads that have been observed for longer than the horizon",
            "come back later",
        )
    strangers = frame.loc[~frame["lead_id"].isin(tables.leads["lead_id"]), "lead_id"]
    if len(strangers):
        raise BadTables.of(
            f"{len(strangers)} leads that the tables do not have: {', '.join(strangers[:3])}",
            "leads of the tables",
            "correct the file, or run `mikomi ingest` with the newest export",
        )
    return ContactRows(
        _columns(job, tables, frame),
        frame["contacted"].to_numpy(np.bool_),
        frame["label"].to_numpy(np.float64),
        _units(frame, tables),
        frame["chance"].to_numpy(np.float64) if "chance" in frame else None,
        frame["probability"].to_numpy(np.float64) if "probability" in frame else None,
    )


def _columns(job: Job, tables: Tables, keys: pd.DataFrame) -> pd.DataFrame:
    changes = partitions.read_columns(job.places.tables, "attribute_changes", ["attribute"])
    changing = sorted(changes["attribute"].unique())
    return columns(tables, keys, score_history.of_job(job), changing)


def _units(frame: pd.DataFrame, tables: Tables) -> NDArray[np.int64]:
    """Return what is independent: what was drawn, else the account, else the lead."""
    unit = frame["lead_id"]
    if "unit" in frame:
        unit = frame["unit"]
    elif "account_id" in tables.leads:
        account = tables.leads.set_index("lead_id")["account_id"].reindex(frame["lead_id"])
        unit = account.reset_index(drop=True).fillna(frame["lead_id"])
    return pd.factorize(unit)[0].astype(np.int64)


def _test(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a test by lot as a file for `contacts.test`."""
    rows = frame[list(_OF_TEST)].rename(columns={"cutoff": "at", "label": "converted"})
    return rows.astype({"contacted": "int64", "converted": "int64"})


def _open_leads(job: Job, done: ContactValue, tables: Tables, opened: pd.DataFrame) -> pd.DataFrame:
    """Return the effect on every open lead with its exact parts, the largest first."""
    if done.model is None:
        return pd.DataFrame()
    keys = opened[["lead_id", "cutoff"]].reset_index(drop=True)
    effect = done.model.of(_columns(job, tables, keys))
    out = pd.concat([keys["lead_id"], effect], axis=1)
    return out.sort_values("effect", ascending=False, kind="stable", ignore_index=True)
