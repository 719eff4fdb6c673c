"""Stage snapshot: the canonical tables -> (lead, cutoff) rows and their labels.

Decided here: with `contacts.labels: worked` a snapshot that nobody worked has no label, and no
conversion either: what was not tried is unknown. The calendar is that of the whole company, not of
a partition, so that the number of partitions changes no cutoff. Where there are more snapshots than
`draw.max_snapshots`, those of drawn leads stay (`pipelines.storage.lead_draw`).
"""

from dataclasses import asdict, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features import labels, snapshots
from features.labels import Target
from features.snapshots import CohortRule
from features.tables import Tables
from features.timeline import from_moments
from models.artifact.remote import source
from pipelines.contacts.contact_log import contact_log, worked
from pipelines.run.contact_params import ContactParams
from pipelines.run.engine import each
from pipelines.run.stage_context import Job
from pipelines.stages import of_target
from pipelines.storage import frames, partitions
from pipelines.storage.accounts import account_columns
from pipelines.storage.atomic import fingerprint, replacing, write_json
from pipelines.storage.lead_draw import FACT, LeadDraw


def run(job: Job) -> dict[str, int]:
    """Draw the snapshots of every partition; return how many, how many matured and converted."""
    tables, cohort = job.places.tables, job.params.cohort
    count = partitions.count(tables)
    of_target.check_outcome(job, tables)
    until = observed_until(tables)
    rule = with_calendar(tables, cohort.rule, until)
    with replacing(job.places.snapshots) as fresh:
        fresh.mkdir()
        what = (rule, cohort.target, job.params.contacts)
        task = partial(_part, tables=tables, into=fresh, what=what, until=until.isoformat())
        done = each(task, range(count), job.params.engine)
        counts = np.sum(list(job.track(done, "snapshot", count)), axis=0)
        draw = _needed_draw(job, int(counts[0]))
        if draw is not None:
            thin = partial(_thin, tables=tables, into=fresh, draw=draw)
            left = job.track(each(thin, range(count), job.params.engine), "draw", count)
            counts = np.sum(list(left), axis=0)
        drawn, matured, converted = counts.tolist()
        facts = {
            "rows": drawn,
            "matured": matured,
            "conversions": converted,
            "partitions": count,
            "observed_until": until.isoformat(),
            "tables": fingerprint(partitions.manifest(tables).files),
        }
        facts |= of_target.stated(job) | ({} if draw is None else {FACT: asdict(draw)})
        write_json(fresh / frames.MANIFEST, facts)
    summary = {"snapshots": drawn, "matured": matured, "converted_snapshots": converted}
    return summary | ({} if draw is None else {"of_snapshots": draw.of_snapshots})


def _needed_draw(job: Job, snapshots: int) -> LeadDraw | None:
    most, seed = job.params.draw.max_snapshots, job.params.draw.seed
    return LeadDraw(most / snapshots, seed, snapshots) if snapshots > most else None


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
    created = partitions.read_columns(tables, "leads", ["created_at"])
    calendar = snapshots.calendar(Tables(created), rule, until)
    return replace(rule, first_cutoff=from_moments(calendar[:1])[0]) if len(calendar) else rule


def _part(
    part: int,
    tables: Path,
    into: Path,
    what: tuple[CohortRule, Target, ContactParams],
    until: str,
) -> tuple[int, int, int]:
    known = labelled(tables, part, what, pd.Timestamp(until))
    frames.write(frames.part_path(into, part), frames.arrow(known))
    return _counts(known["label"])


def _thin(part: int, tables: Path, into: Path, draw: LeadDraw) -> tuple[int, int, int]:
    """Leave the snapshots of drawn leads in the file of a partition; count them."""
    leads = account_columns(tables, part)
    mine = pc.SetLookupOptions(pa.array(leads["lead_id"][draw.holds(leads)]))
    path = frames.part_path(into, part)
    written = pq.read_table(source(path))
    left = written.filter(pc.is_in(written["lead_id"], options=mine))
    with replacing(path) as fresh:
        pq.write_table(left, fresh)
    return _counts(left["label"].to_pandas())


def _counts(label: pd.Series) -> tuple[int, int, int]:
    return len(label), int(label.notna().sum()), int((label == 1.0).sum())


def labelled(
    tables: Path, part: int, what: tuple[CohortRule, Target, ContactParams], end: pd.Timestamp
) -> pd.DataFrame:
    """Draw the snapshots of a partition with their labels and the days to their conversion.

    Parameters
    ----------
    tables
        A store of canonical tables: its directory.
    part
        The partition.
    what
        Which snapshots are drawn, what counts as conversion, and who counts as worked.
    end
        The end of observation.
    """
    read = partitions.read(tables, part)
    drawn = snapshots.draw(read, what[0], end)
    label = labels.attach(drawn, read.outcomes, what[1], end)
    days = labels.conversion_days(drawn, read.outcomes, what[1], end)
    known = drawn.assign(label=label, **{str(name): days[name] for name in days})
    if what[2].labels == "worked":
        known = _of_worked(known, read, what, partitions.manifest(tables).values_reading.zone)
    return known


def _of_worked(
    known: pd.DataFrame,
    read: Tables,
    what: tuple[CohortRule, Target, ContactParams],
    zone: str | None,
) -> pd.DataFrame:
    """Return the snapshots without the outcomes of those that nobody worked."""
    _, target, contacts = what
    log = contact_log(contacts, read.activities, zone)
    mine = worked(known, log, read.outcomes, (target, contacts.within_days))
    columns = ["label", *(str(name) for name in known if str(name).endswith("_after_days"))]
    return known.assign(**{name: known[name].where(mine) for name in columns})
