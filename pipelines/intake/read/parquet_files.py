"""Parquet files, read batch by batch with their types.

Decided here: whole numbers with gaps stay whole numbers (pandas' `Int64`), because as floats ids
beyond 2**53 would become other ids.
"""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.intake.read.bounds import plain_refusal

_EXPECTED = "a whole Parquet file"
_WHOLE = {
    pa.int8(): pd.Int64Dtype(), pa.int16(): pd.Int64Dtype(), pa.int32(): pd.Int64Dtype(),
    pa.int64(): pd.Int64Dtype(), pa.uint8(): pd.UInt64Dtype(), pa.uint16(): pd.UInt64Dtype(),
    pa.uint32(): pd.UInt64Dtype(), pa.uint64(): pd.UInt64Dtype(),
}  # fmt: skip


def is_parquet(path: Path) -> bool:
    """Return whether a file is called like Parquet."""
    return any(suffix in {".parquet", ".pq"} for suffix in path.suffixes)


def parquet_pieces(path: Path, rows: int) -> Iterator[pd.DataFrame]:
    """Read a file, at most `rows` rows at a time; an empty one gives one empty frame.

    Parameters
    ----------
    path
        The file.
    rows
        The most rows of a piece.
    """
    with plain_refusal(path, _EXPECTED):
        file = pq.ParquetFile(_opened(path))
        empty = True
        for batch in file.iter_batches(batch_size=rows):
            empty = False
            yield _frame(batch)
        if empty:
            yield file.read().to_pandas()


def parquet_columns(path: Path) -> tuple[str, ...]:
    """Name the columns of a file."""
    with plain_refusal(path, _EXPECTED):
        return tuple(pq.read_schema(_opened(path)).names)


def parquet_rows(path: Path) -> int:
    """Return how many rows a file has."""
    with plain_refusal(path, _EXPECTED):
        return int(pq.read_metadata(_opened(path)).num_rows)


def _frame(batch: pa.RecordBatch) -> pd.DataFrame:
    gaps = {field.type for n, field in enumerate(batch.schema) if batch.column(n).null_count}
    frame: pd.DataFrame = batch.to_pandas(
        types_mapper=lambda kind: _WHOLE.get(kind) if kind in gaps else None
    )
    return frame


def _opened(path: Path) -> Path | io.BytesIO:
    return io.BytesIO(gzip.decompress(path.read_bytes())) if path.suffix == ".gz" else path
