"""C021: a value known only later, but not when; it is not used."""

from pipelines.intake.checks.check import RowCheck
from pipelines.intake.checks.from_notes import noted_details, noted_rows

CHECK = RowCheck(
    "C021",
    "later values without a time, not used",
    "warning",
    "a time for every value under known_later",
    "export when the value was filled; a value without its time would be a leak",
    ("leads",),
    noted_rows("later_without_time"),
    noted_details("later_without_time"),
)
