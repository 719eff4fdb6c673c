"""Looking before computing: how long conversions take, and how the rows would be split."""

import pandas as pd

from features import labels, snapshots, time_to_conversion
from features.tables import Tables, empty
from features.time_to_conversion import TimeToConversion
from models.stats import split_plan
from models.stats.split_plan import SplitPlan
from pipelines.run.stage_context import Job
from pipelines.stages.snapshot import observed_until, with_calendar
from pipelines.storage import partitions


def profile(job: Job) -> TimeToConversion:
    """Measure the time to conversion on the canonical tables."""
    tables = partitions.read_all(job.places.tables)
    outcome = job.params.cohort.outcome
    return time_to_conversion.measure(tables, outcome, observed_until(job.places.tables))


def splits(job: Job) -> SplitPlan:
    """Plan the split from leads and outcomes alone."""
    cohort, places = job.params.cohort, job.places
    until = observed_until(places.tables)
    rule = with_calendar(places.tables, cohort.rule, until)
    drawn, labelled = [], []
    for part in range(partitions.count(places.tables)):
        tables = partitions.read(places.tables, part)
        only = Tables(tables.leads, empty("activities"), tables.outcomes)
        drawn.append(snapshots.draw(only, rule, until))
        labelled.append(labels.attach(drawn[-1], tables.outcomes, cohort.target, until))
    return split_plan.plan(
        pd.concat(drawn, ignore_index=True),
        pd.concat(labelled, ignore_index=True),
        job.params.split,
        job.params.features.windows_days,
        until,
    )
