"""C004: a number cannot be read; the row is kept, its number is missing."""

from features.tables import SPECS
from pipelines.intake.checks.check import RowCheck
from pipelines.intake.checks.from_notes import noted_details, noted_rows

CHECK = RowCheck(
    "C004",
    "unreadable numbers, taken as missing",
    "warning",
    "numbers",
    "make the attribute a category, or list the word under missing_values",
    tuple(SPECS),
    noted_rows("number"),
    noted_details("number"),
)
