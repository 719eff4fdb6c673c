"""C030: activities that lie ahead of every lead and outcome: planned, when the data were exported.

Decided here: where the mapping does not state `observed_until`, activities move it at most a day
past the last lead, outcome or change; if any lies further ahead, none moves it.
"""

from typing import Final

import pandas as pd

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Flags, RowCheck
from pipelines.intake.checks.listing import span

AHEAD: Final = pd.Timedelta(days=1)


def latest_activity(settled: pd.Timestamp | None, about: About) -> pd.Timestamp | None:
    """Return up to when an activity has happened for sure; None if that does not matter.

    Parameters
    ----------
    settled
        The latest time of any lead, outcome or change.
    about
        Whether the mapping leaves open until when the data are complete.
    """
    return settled + AHEAD if settled is not None and about.end_open else None


def _flags(batch: Batch, table: TableName) -> Flags | None:
    limit = latest_activity(batch.settled, batch.about)
    if limit is None:
        return None
    flags: Flags = (batch.tables[table]["occurred_at"] > limit).to_numpy()
    return flags


CHECK = RowCheck(
    "C030",
    "activities after the last lead and outcome",
    "warning",
    "activities that had happened when the data were exported",
    "if they are planned, leave them out with `where`; if they happened, state observed_until; "
    "until then they do not say until when outcomes are complete",
    ("activities",),
    _flags,
    span,
    phase="relation",
)
