"""C010: something happened, or was known, after the data end."""

import numpy as np

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.checks.listing import span

TIMES = ("created_at", "occurred_at", "known_at")


def _flags(batch: Batch, table: TableName) -> Flags | None:
    until, frame = batch.about.until, batch.tables[table]
    columns = [name for name in TIMES if name in frame]
    if until is None or not columns:
        return None
    flags: Flags = np.logical_or.reduce([(frame[name] > until).to_numpy() for name in columns])
    return flags


CHECK = RowCheck(
    "C010",
    "dates in the future",
    "error",
    "no date after observed_until, or after the moment of the export",
    "correct the date, its format (day and month swapped?) or observed_until",
    tuple(SPECS),
    _flags,
    span,
)
