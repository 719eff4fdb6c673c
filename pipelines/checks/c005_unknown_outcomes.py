"""C005: a value whose meaning the mapping does not say, foremost of outcomes."""

import numpy as np

from features.tables import TableName
from pipelines.checks.check import Batch, Flags, RowCheck
from pipelines.checks.from_notes import noted_rows
from pipelines.checks.words import listing

KNOWN = ("opened", "won", "lost")
_noted = noted_rows("value")


def _flags(batch: Batch, table: TableName) -> Flags | None:
    unlisted = _noted(batch, table)
    flags = np.zeros(len(batch.tables[table]), dtype=bool) if unlisted is None else unlisted
    if table == "outcomes" and batch.about.stages is not None:
        outcome = batch.tables[table]["outcome"]
        known = outcome.isin([*KNOWN, *batch.about.stages]) | outcome.isna()
        flags = flags | ~known.to_numpy()
    return flags


CHECK = RowCheck(
    "C005",
    "unknown outcomes",
    "error",
    "opened, won, lost, a name under stages, or a value listed under values",
    "say under values what it means, or name it under stages",
    ("outcomes", "activities"),
    _flags,
    lambda rows: listing(rows["outcome" if "outcome" in rows else "activity_type"]),
)
