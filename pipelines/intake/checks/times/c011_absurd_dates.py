"""C011: a date before 1990 is a default or a typing error, not a date."""

import numpy as np
import pandas as pd

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.checks.listing import span
from pipelines.intake.checks.times.c010_future_dates import TIMES

EARLIEST = pd.Timestamp("1990-01-01T00:00:00Z")


def _flags(batch: Batch, table: TableName) -> Flags | None:
    frame = batch.tables[table]
    columns = [name for name in TIMES if name in frame]
    if not columns:
        return None
    flags: Flags = np.logical_or.reduce([(frame[name] < EARLIEST).to_numpy() for name in columns])
    return flags


CHECK = RowCheck(
    "C011",
    "absurd dates",
    "error",
    "no date before 1990",
    "list the default date under missing_values, or correct the format",
    tuple(SPECS),
    _flags,
    span,
)
