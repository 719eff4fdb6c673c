"""Looking before computing: how long conversions take, and how the rows would be split."""

from pathlib import Path
from typing import Final

import pandas as pd

from features import time_to_conversion
from features.tables import Tables
from features.time_to_conversion import TimeToConversion
from models.stats import split_plan
from models.stats.split_plan import SplitPlan
from pipelines.run.stage_context import Job
from pipelines.stages.snapshot import labelled, observed_until, with_calendar
from pipelines.storage import frames, partitions

_PLANNED: Final = ["lead_id", "cutoff", "kind", "label"]


def profile(job: Job) -> TimeToConversion:
    """Measure the time to conversion on the canonical tables."""
    outcome, places = job.params.cohort.outcome, job.places
    parts = [_of_conversions(places.tables, n, outcome) for n in _parts(places.tables)]
    tables = Tables(*(pd.concat(column, ignore_index=True) for column in zip(*parts, strict=True)))
    return time_to_conversion.measure(tables, outcome, observed_until(places.tables))


def _of_conversions(
    tables: Path, part: int, outcome: str
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Read when leads were created, what those that converted did, and the outcomes."""
    read = partitions.read(tables, part)
    converted = read.outcomes.loc[read.outcomes["outcome"] == outcome, "lead_id"]
    theirs = read.activities[read.activities["lead_id"].isin(converted)]
    return (
        read.leads[["lead_id", "created_at"]],
        theirs[["lead_id", "occurred_at"]],
        read.outcomes[["lead_id", "outcome", "occurred_at"]],
    )


def splits(job: Job) -> SplitPlan:
    """Plan the split of the snapshots and labels of all leads, as the stage snapshot labels them.

    Raises
    ------
    BadTables
        If there are no tables.
    """
    cohort, tables = job.params.cohort, job.places.tables
    until = observed_until(tables)
    what = (with_calendar(tables, cohort.rule, until), cohort.target, job.params.contacts)
    parts = (labelled(tables, part, what, until)[_PLANNED] for part in _parts(tables))
    return _planned(job, pd.concat(parts, ignore_index=True))


def stored_splits(job: Job) -> SplitPlan:
    """Plan the split of the snapshots that the stage snapshot wrote."""
    return _planned(job, frames.read_snapshots(job.places.snapshots, _PLANNED))


def _planned(job: Job, known: pd.DataFrame) -> SplitPlan:
    return split_plan.plan(
        known.drop(columns="label"),
        known["label"],
        job.params.split,
        job.params.features.windows_days,
        observed_until(job.places.tables),
    )


def _parts(tables: Path) -> range:
    return range(partitions.count(tables))
