"""C023: a deal that was won and lost at the same moment."""

from features.tables import TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck


def _flags(batch: Batch, table: TableName) -> Flags | None:
    frame = batch.tables[table]
    ends = frame[frame["outcome"].isin(["won", "lost"])]
    key = [name for name in ("lead_id", "deal_id", "occurred_at") if name in ends]
    both = ends.groupby(key, dropna=False)["outcome"].transform("nunique") > 1
    flags: Flags = both.reindex(frame.index, fill_value=False).to_numpy(bool)
    return flags


CHECK = RowCheck(
    "C023",
    "won and lost at once",
    "warning",
    "a deal that is won or lost",
    "correct the export; as it stands both are believed",
    ("outcomes",),
    _flags,
    phase="relation",
)
