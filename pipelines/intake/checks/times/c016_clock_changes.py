"""C016: local times that a clock change makes happen twice or never."""

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.checks.from_notes import noted_rows
from pipelines.intake.rows.notes import NOTES, noted

_twice, _never = noted_rows("ambiguous"), noted_rows("nonexistent")


def _flags(batch: Batch, table: TableName) -> Flags | None:
    twice, never = _twice(batch, table), _never(batch, table)
    return None if twice is None or never is None else twice | never


CHECK = RowCheck(
    "C016",
    "local times at a clock change",
    "warning",
    "times that happen once",
    "export with offsets; else times.ambiguous and times.nonexistent say how they are read",
    tuple(SPECS),
    _flags,
    lambda rows: (
        f"{int(noted(rows[NOTES], 'ambiguous').sum()):,} happen twice, "
        f"{int(noted(rows[NOTES], 'nonexistent').sum()):,} never"
    ),
)
