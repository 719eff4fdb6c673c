"""Command experiment: declare, draw and analyse a test; its verdict is quoted by the card.

Decided here: outcomes are those of the tables, as of their end of observation; a lead whose horizon
is not over has no label. The report can be written as often as one likes: see
`models.worth.verdict` for the error that looks may spend.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from features import labels, snapshots
from features.errors import BadInput, NotEnoughEvidence
from features.labels import Target
from features.reading.text import as_text, folded
from features.tables import Tables
from features.timeline import DAY, to_moments
from models.worth.power import leads_needed, power_of
from models.worth.two_arms import AssignedLeads, analyse
from pipelines.incumbent import table_file
from pipelines.lifecycle.audit.case import AuditedCohort, matured
from pipelines.lifecycle.audit.stage import cohort_of, read_tables
from pipelines.lifecycle.experiment import assignment, declaration, live
from pipelines.lifecycle.experiment.declaration import Declaration
from pipelines.lifecycle.worth.rows import week_of
from pipelines.reports.experiment import writing
from pipelines.reports.experiment.page import ExperimentPlan
from pipelines.run.stage_context import Job
from pipelines.stages.snapshot import observed_until

RECENT_DAYS: Final = 90
"""New leads of so many days say how many will come."""


def declare(job: Job, text: str) -> tuple[Path, ExperimentPlan]:
    """Declare a test, and say how long it takes to notice its effect.

    Parameters
    ----------
    job
        The parameters and places.
    text
        The declaration, YAML or JSON.
    """
    declared = declaration.of_text(text)
    path = declaration.declare(job.places, declared)
    return path, plan_of(job, declared, read_tables(job))


def assign(job: Job, name: str, leads: Path | None, at: pd.Timestamp) -> dict[str, Any]:
    """Draw the leads of a file, or all leads that are open; return the counts and the file.

    Parameters
    ----------
    job
        The parameters and places.
    name
        Of the test.
    leads
        A file with a column `lead_id`; None: the leads of the tables that are open at the moment.
    at
        The moment of the draw.

    Raises
    ------
    BadInput
        If the test is drawn by the server, or the file cannot be used.
    """
    declared, tables = declaration.declared(job.places, name), read_tables(job)
    if declared.drawn_by != "assign":
        raise BadInput.of(
            f"test {name}, which {declared.drawn_by} draws for",
            "a test with drawn_by: assign",
            f"leave the draw to the server, then `mikomi experiment report {name}`",
        )
    if leads is None:
        ids = snapshots.at(tables, at, cohort_of(job).rule)["lead_id"]
    else:
        ids = folded(as_text(table_file.read(leads, {"column": "lead_id"}, "leads")["lead_id"]))
    every, new = assignment.assign(job.places, declared, assignment.with_accounts(ids, tables), at)
    counts = {arm: int((every["arm"] == arm).sum()) for arm in assignment.ARMS}
    place = declaration.folder(job.places, name) / assignment.FILE
    return {"new": new, **counts, "assignments": str(place)}


def report(
    job: Job, name: str, lists: Path | None = None, database: str | None = None
) -> dict[str, Any]:
    """Analyse a test as far as it has come; write the page and the verdict, return the facts.

    Parameters
    ----------
    job
        The parameters and places.
    name
        Of the test.
    lists
        A file of weekly lists, for a test that they draw.
    database
        The URL of a server's database, for tests that a server draws or runs.

    Raises
    ------
    BadInput
        If nobody has been assigned.
    """
    declared = declaration.declared(job.places, name)
    if declared.drawn_by == "shadow":
        return live.shadow(job, declared, live.database_of(declared, database))
    tables = read_tables(job)
    if declared.drawn_by == "lists":
        assigned = live.of_lists(job, declared, lists, database)
    else:
        assigned = assignment.read(job.places, name)
    if assigned.empty:
        raise BadInput.of(
            f"nobody assigned to test {name}",
            "leads with an arm",
            f"draw them: `mikomi experiment assign {name}`",
        )
    until = observed_until(job.places.tables)
    done = analyse(leads_of(assigned, declared, tables.outcomes, until))
    plan = plan_of(job, declared, tables)
    folder = declaration.folder(job.places, name)
    facts = writing.write(done, declared.model_dump(mode="json"), plan, folder)
    return facts | {"report": str(folder / writing.PAGES["en"])}


def leads_of(
    assigned: pd.DataFrame, declared: Declaration, outcomes: pd.DataFrame, until: pd.Timestamp
) -> AssignedLeads:
    """Return the assigned leads with what has been observed of them.

    Parameters
    ----------
    assigned
        One row a lead: see `assignment.COLUMNS`.
    declared
        The test.
    outcomes
        The outcomes of all leads.
    until
        Up to when they are complete.
    """
    rows = assigned.rename(columns={"assigned_at": "cutoff"})
    rows = rows[rows["cutoff"] <= until].reset_index(drop=True)
    target = Target(declared.outcome, declared.horizon_days)
    days = labels.conversion_days(rows, outcomes, target, until)["converted_after_days"]
    end_of_observation = to_moments(pd.Series([until]))[0]
    observed_days = (end_of_observation - to_moments(rows["cutoff"])) / DAY
    limit = np.minimum(observed_days, declared.horizon_days)
    converted = (days < limit).to_numpy()
    end = pd.Timestamp(declared.starts_at) + timedelta(
        days=declared.enrols_days + declared.horizon_days
    )
    return AssignedLeads(
        (rows["arm"] == "second").to_numpy(),
        week_of(rows["cutoff"]),
        pd.factorize(rows["unit"])[0].astype(np.int64),
        labels.attach(rows, outcomes, target, until).to_numpy(np.float64),
        np.where(converted, days.to_numpy(np.float64), limit),
        converted,
        bool(end <= until),
    )


def plan_of(job: Job, declared: Declaration, tables: Tables) -> ExperimentPlan:
    """Compute how many leads a test needs, and how many it will have.

    Parameters
    ----------
    job
        The parameters and places.
    declared
        The test.
    tables
        All leads and outcomes.
    """
    base = declared.base_rate
    if base is None:
        base = _base_rate(job, declared, tables)
    needed = leads_needed(base, declared.times, declared.share)
    created = to_moments(tables.leads["created_at"])
    until = to_moments(pd.Series([observed_until(job.places.tables)]))[0]
    recent = int((created >= until - RECENT_DAYS * DAY).sum())
    opened, per_week = _open_leads(job, tables), recent / RECENT_DAYS * 7
    expected = round(opened + per_week * declared.enrols_days / 7)
    weeks = max(needed - opened, 0) / per_week if per_week > 0 else None
    return ExperimentPlan(
        base_rate=base,
        needed=needed,
        expected=expected,
        power=power_of(base, declared.times, declared.share, expected),
        open_leads=opened,
        new_per_week=per_week,
        weeks_needed=weeks,
    )


def _open_leads(job: Job, tables: Tables) -> int:
    return len(snapshots.at(tables, observed_until(job.places.tables), cohort_of(job).rule))


def _base_rate(job: Job, declared: Declaration, tables: Tables) -> float:
    """Measure the share of snapshots that convert within the horizon of the test."""
    cohort = cohort_of(job)
    target = Target(declared.outcome, declared.horizon_days)
    rows = matured(tables, AuditedCohort(cohort.rule, target, cohort.until))
    share = float(rows["label"].mean())
    if not 0.0 < share < 1.0:
        raise NotEnoughEvidence.of(
            f"a share of {share:.0%} that had {declared.outcome}",
            "some that converted and some that did not",
            "state base_rate in the declaration",
        )
    return share
