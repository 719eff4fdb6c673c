"""C032: a lead that was won, nobody knows when: to keep it would make it one that was not won."""

from pipelines.intake.checks.check import RowCheck
from pipelines.intake.checks.from_notes import noted_rows

CHECK = RowCheck(
    "C032",
    "leads that were won without a date",
    "error",
    "a date for every won deal",
    "export the dates; until then these leads are left out (`undated_wins: exclude_row` keeps the "
    "lead as one that was not won)",
    ("leads",),
    noted_rows("undated_win"),
)
