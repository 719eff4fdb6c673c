"""Looking before computing: how long conversions take, and how the rows would be split."""

import pandas as pd

from features import time_to_conversion
from features.time_to_conversion import TimeToConversion
from models.stats import split_plan
from models.stats.split_plan import SplitPlan
from pipelines.run.stage_context import Job
from pipelines.stages.snapshot import labelled, observed_until, with_calendar
from pipelines.storage import partitions


def profile(job: Job) -> TimeToConversion:
    """Measure the time to conversion on the canonical tables."""
    tables = partitions.read_all(job.places.tables)
    outcome = job.params.cohort.outcome
    return time_to_conversion.measure(tables, outcome, observed_until(job.places.tables))


def splits(job: Job) -> SplitPlan:
    """Plan the split of the snapshots and labels that the stage snapshot would draw."""
    cohort, tables = job.params.cohort, job.places.tables
    until = observed_until(tables)
    what = (with_calendar(tables, cohort.rule, until), cohort.target, job.params.contacts)
    known = pd.concat(
        [labelled(tables, part, what, until) for part in range(partitions.count(tables))],
        ignore_index=True,
    )
    return split_plan.plan(
        known.drop(columns="label"),
        known["label"],
        job.params.split,
        job.params.features.windows_days,
        until,
    )
