"""C003: a time cannot be read, so nobody knows when the row was true."""

from features.tables import SPECS
from pipelines.intake.checks.check import RowCheck
from pipelines.intake.checks.from_notes import noted_details, noted_rows

CHECK = RowCheck(
    "C003",
    "unreadable times",
    "error",
    "times in the format that the mapping states",
    "correct format in the mapping, or the export",
    tuple(SPECS),
    noted_rows("time"),
    noted_details("time"),
)
