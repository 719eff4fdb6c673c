"""Checks on what was noticed while the rows were read."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from features.tables import TableName
from pipelines.intake.checks.check import Batch, Flags
from pipelines.intake.checks.listing import listing
from pipelines.intake.rows.notes import NOTES, NoteKind, noted, spell

MOST: Final = 10_000
"""So many rows are looked at to say what stood there."""


def noted_rows(kind: NoteKind) -> Callable[[Batch, TableName], Flags | None]:
    """Make the function that flags rows bearing a note of a kind."""

    def flags(batch: Batch, table: TableName) -> Flags | None:
        frame = batch.tables[table]
        return noted(frame[NOTES], kind) if NOTES in frame else np.zeros(len(frame), dtype=bool)

    return flags


def noted_details(kind: NoteKind) -> Callable[[pd.DataFrame], str]:
    """Make the function that says what was noted, most frequent first."""

    def detail(rows: pd.DataFrame) -> str:
        some = rows[NOTES].dropna().head(MOST)
        lines = [line for notes in some for line in spell(str(notes), kind)]
        return listing(pd.Series(lines, dtype="str"))

    return detail
