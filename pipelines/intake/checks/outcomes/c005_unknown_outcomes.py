"""C005: a value whose meaning the mapping does not say, foremost of outcomes."""

import numpy as np
import pandas as pd

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.checks.from_notes import noted_details, noted_rows
from pipelines.intake.checks.listing import listing

KNOWN = ("opened", "won", "lost")
_noted = noted_rows("value")
_noted_values = noted_details("value")


def _flags(batch: Batch, table: TableName) -> Flags | None:
    unlisted = _noted(batch, table)
    flags = np.zeros(len(batch.tables[table]), dtype=bool) if unlisted is None else unlisted
    if table == "outcomes" and batch.about.stages is not None:
        outcome = batch.tables[table]["outcome"]
        known = outcome.isin([*KNOWN, *batch.about.stages]) | outcome.isna()
        flags = flags | ~known.to_numpy()
    return flags


def _detail(rows: pd.DataFrame) -> str:
    return listing(rows["outcome"]) if "outcome" in rows else _noted_values(rows)


CHECK = RowCheck(
    "C005",
    "unknown outcomes and other values",
    "error",
    "opened, won, lost, a name under stages, or a value listed under values",
    "say under values what it means, or name it under stages",
    tuple(SPECS),
    _flags,
    _detail,
)
