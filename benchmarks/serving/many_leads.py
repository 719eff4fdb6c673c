"""Many open leads as a store of canonical tables: those of `make demo`, copied under other ids."""

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.tables import SPECS
from pipelines.storage import partitions
from pipelines.storage.partitions import Manifest

_IDS: Final = ("lead_id", "account_id", "activity_id", "deal_id")
_COPIES_TOGETHER: Final = 5


def fill(source: Path, store: Path, copies: int) -> Manifest:
    """Copy a company so many times into one store, some copies a partition.

    The partitions are as large as those that `mikomi ingest` writes of the demo's company.
    """
    tables = {name: _whole(source, name) for name in SPECS}
    groups = [
        range(first, min(first + _COPIES_TOGETHER, copies))
        for first in range(0, copies, _COPIES_TOGETHER)
    ]
    for part, group in enumerate(groups):
        for name, rows in tables.items():
            folder = store / name
            folder.mkdir(parents=True, exist_ok=True)
            copied = pa.concat_tables([_copy(rows, number) for number in group])
            pq.write_table(copied, folder / f"part-{part:05d}.parquet", compression="zstd")
    fresh = {"partitions": len(groups), "rows": {}, "files": {}}
    return partitions.finish(store, partitions.manifest(source).model_copy(update=fresh))


def _whole(source: Path, name: str) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in sorted((source / name).iterdir())])


def _copy(rows: pa.Table, number: int) -> pa.Table:
    for place, name in enumerate(rows.column_names):
        if name in _IDS:
            ids = pc.binary_join_element_wise(f"{number:04d}", rows[name], "-")
            rows = rows.set_column(place, name, ids)
    return rows
