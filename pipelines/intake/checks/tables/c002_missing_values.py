"""C002: a row lacks an id, a time or a type that it cannot be used without."""

from features.tables import SPECS
from pipelines.intake.checks.check import RowCheck
from pipelines.intake.checks.from_notes import noted_details, noted_rows

CHECK = RowCheck(
    "C002",
    "missing ids, times or types",
    "error",
    "a value in every row",
    "complete the export, or correct the column or missing_values in the mapping",
    tuple(SPECS),
    noted_rows("missing"),
    noted_details("missing"),
)
