"""C007: different rows claim the same key; the first is kept."""

import numpy as np

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.checks.tables.c006_repeated_rows import repeated
from pipelines.storage.id_hashes import hash_ids


def _flags(batch: Batch, table: TableName) -> Flags | None:
    frame = batch.tables[table]
    key = [name for name in SPECS[table].key if name in frame]
    if table == "activities" and not frame["activity_id"].notna().any():
        return None
    there = frame[key[0]].notna().to_numpy()
    flags: Flags = there & frame.duplicated(key, keep="first").to_numpy()
    if flags.any():
        usable = there & ~repeated(frame)
        flags[usable] = frame.loc[usable].duplicated(key, keep="first").to_numpy()
        flags &= usable
    if table == "activities" and len(batch.taken):
        ids = frame["activity_id"]
        flags = flags | ids.notna().to_numpy() & np.isin(hash_ids(ids), batch.taken)
    return flags


CHECK = RowCheck(
    "C007",
    "repeated keys",
    "error",
    "one row for each key",
    "find out which row is right; several rows of one lead may be activities, or see "
    "first_row_of_lead",
    tuple(SPECS),
    _flags,
    phase="relation",
)
