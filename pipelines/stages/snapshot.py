"""Stage snapshot: the canonical tables -> (lead, cutoff) rows and their labels.

Decided here: the calendar is that of the whole company, not of a partition, so that the number of
partitions changes no cutoff.
"""

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from features import labels, snapshots
from features.labels import Target
from features.snapshots import CohortRule
from features.tables import Tables
from features.timeline import from_moments
from pipelines.run.engine import each
from pipelines.run.stage_context import Job
from pipelines.stages import of_target
from pipelines.storage import frames, partitions
from pipelines.storage.atomic import fingerprint, replacing, write_json


def run(job: Job) -> dict[str, int]:
    """Draw the snapshots of every partition; return how many, how many matured and converted."""
    tables, cohort = job.places.tables, job.params.cohort
    count = partitions.count(tables)
    of_target.check_outcome(job, tables)
    until = observed_until(tables)
    rule = with_calendar(tables, cohort.rule, until)
    with replacing(job.places.snapshots) as fresh:
        fresh.mkdir()
        task = partial(
            _part, tables=tables, into=fresh, what=(rule, cohort.target), until=until.isoformat()
        )
        done = each(task, range(count), job.params.engine)
        counts = np.sum(list(job.track(done, "snapshot", count)), axis=0)
        drawn, matured, converted = counts.tolist()
        facts = {
            "rows": drawn,
            "matured": matured,
            "conversions": converted,
            "partitions": count,
            "observed_until": until.isoformat(),
            "tables": fingerprint(partitions.manifest(tables).files),
        }
        write_json(fresh / frames.MANIFEST, facts | of_target.stated(job))
    return {"snapshots": drawn, "matured": matured, "converted_snapshots": converted}


def observed_until(tables: Path) -> pd.Timestamp:
    """Return the moment until which the outcomes are complete."""
    return partitions.manifest(tables).observed_until_at


def moment_of(as_of: pd.Timestamp | date, tables: Path) -> pd.Timestamp:
    """Return a moment; of a date alone, the end of that day in the time zone of the tables.

    All that was known on that day counts, so the moment is the next midnight.

    Parameters
    ----------
    as_of
        A moment, or a date without a time of day.
    tables
        A store of canonical tables: its directory.
    """
    if isinstance(as_of, pd.Timestamp):
        return as_of
    zone = partitions.manifest(tables).values_reading.zone or "UTC"
    next_day = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    return next_day.tz_localize(zone, nonexistent="shift_forward").tz_convert("UTC")


def with_calendar(tables: Path, rule: CohortRule, until: pd.Timestamp) -> CohortRule:
    """Fix the first cutoff of the calendar by the first lead of all partitions.

    Parameters
    ----------
    tables
        A store of canonical tables: its directory.
    rule
        Which snapshots are drawn.
    until
        The end of observation.
    """
    if rule.first_cutoff is not None:
        return rule
    files = sorted((tables / "leads").glob("part-*.parquet"))
    created = pd.concat([pd.read_parquet(file, columns=["created_at"]) for file in files])
    calendar = snapshots.calendar(Tables(created), rule, until)
    return replace(rule, first_cutoff=from_moments(calendar[:1])[0]) if len(calendar) else rule


def _part(
    part: int, tables: Path, into: Path, what: tuple[CohortRule, Target], until: str
) -> tuple[int, int, int]:
    read = partitions.read(tables, part)
    end = pd.Timestamp(until)
    drawn = snapshots.draw(read, what[0], end)
    label = labels.attach(drawn, read.outcomes, what[1], end)
    pq.write_table(frames.arrow(drawn.assign(label=label)), frames.part_path(into, part))
    return len(drawn), int(label.notna().sum()), int((label == 1.0).sum())
