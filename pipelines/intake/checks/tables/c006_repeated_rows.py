"""C006: the same row several times; an activity counted twice is a lie about interest."""

import pandas as pd

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.rows.notes import HIDDEN


def repeated(frame: pd.DataFrame) -> Flags:
    """Flag rows that equal an earlier one in every column."""
    columns = [name for name in frame.columns if name not in HIDDEN]
    flags: Flags = frame.duplicated(columns, keep="first").to_numpy()
    return flags


def _flags(batch: Batch, table: TableName) -> Flags | None:
    return repeated(batch.tables[table])


CHECK = RowCheck(
    "C006",
    "repeated rows",
    "error",
    "every row once",
    "export without duplicates; if they are different events, give them an id: row_number",
    tuple(SPECS),
    _flags,
    phase="relation",
)
