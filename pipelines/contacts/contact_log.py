"""The log of contacts, and which snapshots were worked.

Decided here: a snapshot is worked if the lead was contacted in [cutoff, cutoff + within_days), and
had not converted before that contact: a call to a customer works no lead.
"""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadInput, BadTables
from features.labels import Target, next_conversion
from features.reading.text import as_text, folded
from features.reading.times import read_times
from features.reading.values import TimeReading
from features.timeline import DAY, to_moments
from models.audit.history import ScoreHistory
from pipelines.incumbent import table_file
from pipelines.run.contact_params import ContactParams
from pipelines.run.stage_context import Job
from pipelines.storage import partitions

_OUTBOUND: Final = "outbound"
_NAMES: Final = ("lead_id", "occurred_at", "activity_type", "direction")


def contact_log(
    settings: ContactParams, activities: pd.DataFrame, zone: str | None
) -> pd.DataFrame:
    """Return `lead_id` and `at` of every contact, sorted by moment.

    Parameters
    ----------
    settings
        Where contacts are recorded.
    activities
        `lead_id`, `occurred_at`, `activity_type`, `direction`; columns may be missing.
    zone
        The time zone of moments of the file without an offset.

    Raises
    ------
    BadInput
        If params.yaml does not say where contacts are recorded.
    """
    if not settings.recorded:
        raise BadInput.of(
            "no contacts: params.yaml does not say where they are recorded",
            "contacts.activity_types (outbound activities) or contacts.file",
            "state one of them in params.yaml",
        )
    parts = [_of_activities(settings, activities)]
    if settings.file is not None:
        parts.append(_of_file(settings, Path(settings.file), zone))
    return pd.concat(parts, ignore_index=True).sort_values("at", ignore_index=True)


def _of_activities(settings: ContactParams, activities: pd.DataFrame) -> pd.DataFrame:
    chosen = activities.get("activity_type", pd.Series(dtype="str")).isin(settings.activity_types)
    if "direction" in activities:
        chosen &= activities["direction"] == _OUTBOUND
    rows = activities[chosen.to_numpy()] if len(activities) else activities
    return pd.DataFrame({"lead_id": rows["lead_id"], "at": rows["occurred_at"]})


def _of_file(settings: ContactParams, path: Path, zone: str | None) -> pd.DataFrame:
    names = {"contacts.lead": settings.lead, "contacts.at": settings.at}
    raw = table_file.read(path, names, "contacts")
    frame = pd.DataFrame(
        {
            "lead_id": folded(as_text(raw[settings.lead])),
            "at": read_times(raw[settings.at], TimeReading(zone=zone)).moments,
        }
    )
    bad = frame.isna().any(axis=1)
    if bad.any():
        raise BadTables.of(
            f"{path.name}: {int(bad.sum())} of {len(frame)} rows without a lead or a moment",
            "a lead and a moment in every row",
            "correct the file",
        )
    return frame


def log_of(job: Job) -> pd.DataFrame:
    """Return the contacts of a job: `lead_id` and `at`."""
    places = job.places.tables
    activities = partitions.read_columns(places, "activities", list(_NAMES))
    zone = partitions.manifest(places).values_reading.zone
    return contact_log(job.params.contacts, activities, zone)


def with_outcomes(job: Job, rows: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose outcomes count: all, or with `contacts.labels: worked` the worked ones.

    Parameters
    ----------
    job
        The parameters and places.
    rows
        `lead_id` and `cutoff`, among other columns.
    outcomes
        The outcomes of these leads.
    """
    contacts = job.params.contacts
    if contacts.labels == "all" or rows.empty:
        return rows
    rule = job.params.cohort.target, contacts.within_days
    return rows[worked(rows, log_of(job), outcomes, rule)].reset_index(drop=True)


def worked(
    keys: pd.DataFrame, log: pd.DataFrame, outcomes: pd.DataFrame, rule: tuple[Target, float]
) -> NDArray[np.bool_]:
    """Return which snapshots were worked: shape (rows,).

    Parameters
    ----------
    keys
        `lead_id` and `cutoff`.
    log
        `lead_id` and `at` of every contact.
    outcomes
        The outcomes of these leads.
    rule
        What is predicted, and within how many days of the cutoff a contact counts.
    """
    target, within_days = rule
    cutoff = to_moments(keys["cutoff"])
    converted = next_conversion(keys, outcomes, target)
    leads = pd.Index(outcomes["lead_id"]).union(pd.Index(keys["lead_id"])).unique()
    contacts = log[log["lead_id"].isin(leads)]
    at = to_moments(contacts["at"])
    contacted = leads.get_indexer(pd.Index(contacts["lead_id"])).astype(np.int64)
    # Time runs backwards, so the newest before a moment is the first contact from the cutoff on.
    mirrored = ScoreHistory.of(contacted, -at, at.astype(np.float64))
    lead = leads.get_indexer(pd.Index(keys["lead_id"])).astype(np.int64)
    first = mirrored.at_rows(lead, 1 - cutoff)[0]
    first = np.where(np.isnan(first), np.inf, first)
    return np.asarray(((first - cutoff) / DAY < within_days) & (first <= converted))
