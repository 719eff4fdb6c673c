"""C008: a row about a lead that is not there, or is in the quarantine."""

from features.tables import TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.rows.lookup import positions


def _flags(batch: Batch, table: TableName) -> Flags | None:
    leads = batch.tables["leads"]["lead_id"]
    unknown: Flags = positions(batch.tables[table]["lead_id"], leads) < 0
    return unknown


CHECK = RowCheck(
    "C008",
    "orphans: rows about unknown leads",
    "error",
    "a usable row in leads for every lead_id",
    "export the leads too, or see why they are in the quarantine",
    ("activities", "outcomes", "attribute_changes"),
    _flags,
    phase="relation",
)
