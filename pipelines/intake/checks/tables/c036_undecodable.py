"""C036: a row with bytes that are no text in the encoding of its file."""

from features.tables import SPECS
from pipelines.intake.checks.check import RowCheck
from pipelines.intake.checks.from_notes import noted_details, noted_rows

CHECK = RowCheck(
    "C036",
    "rows with bytes that are no text in the encoding of the file",
    "error",
    "text in the encoding of the source",
    "correct the line, or export again; if there are many, state another `encoding` of the source",
    tuple(SPECS),
    noted_rows("bytes"),
    noted_details("bytes"),
)
