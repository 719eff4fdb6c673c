"""C012: activities before the lead came into being; kept, they are real interest."""

from features.tables import TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.rows.lookup import times_of


def before_lead(batch: Batch, table: TableName) -> Flags:
    """Flag rows that occurred before their lead's created_at.

    Parameters
    ----------
    batch
        One table of one piece, with the tables beside it.
    table
        A table with `lead_id` and `occurred_at`.
    """
    leads, frame = batch.tables["leads"], batch.tables[table]
    created = times_of(frame["lead_id"], leads["lead_id"], leads["created_at"])
    flags: Flags = (frame["occurred_at"] < created).to_numpy()
    return flags


CHECK = RowCheck(
    "C012",
    "activities before the lead was created",
    "warning",
    "activities after created_at",
    "nothing if visits came before registration; otherwise check the zones of both columns",
    ("activities",),
    before_lead,
    phase="relation",
)
