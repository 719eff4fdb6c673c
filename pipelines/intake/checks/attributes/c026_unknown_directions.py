"""C026: a direction that is neither inbound nor outbound; it is not used."""

from typing import Final

from features.tables import TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.checks.listing import listing

DIRECTIONS: Final = ("inbound", "outbound")


def _flags(batch: Batch, table: TableName) -> Flags | None:
    frame = batch.tables[table]
    if "direction" not in frame or frame["direction"].isna().all():
        return None
    direction = frame["direction"]
    flags: Flags = (direction.notna() & ~direction.isin(DIRECTIONS)).to_numpy()
    return flags


CHECK = RowCheck(
    "C026",
    "unknown directions",
    "warning",
    "inbound (the lead did it) or outbound (done to the lead)",
    "say under values of direction which is which",
    ("activities",),
    _flags,
    lambda rows: listing(rows["direction"]),
)
