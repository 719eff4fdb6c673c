"""From ranked partitions to one ranking, in bounded memory.

Decided here: every part is sorted already, by one number, the highest first, ties by lead. So the
global order needs only these numbers and ids; the rows, with their reasons, are then taken from the
parts in turn, a stretch of the ranking at a time. All parts are open at once, and a reader holds
the row group that it is in; so parts are written in row groups of `GROUP_ROWS`, and what a reader
holds does not grow with its part. One stretch is there at a time, if whoever takes it lets it go.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

KEY: Final = "probability"
"""The column that leads are ordered by, unless another is named."""
GROUP_ROWS: Final = 2_000
"""Rows of a row group of a part; with fewer, 51 parts of 17,700 rows held no less when merged."""
STRETCH_ROWS: Final = 20_000
"""Rows of the ranking at a time, at most: less than scoring a batch holds."""
_LEAST_READ: Final = 250


def ranked(rows: pa.Table, key: str = KEY) -> pa.Table:
    """Sort rows, the highest first; equal ones by lead.

    Parameters
    ----------
    rows
        Scored rows.
    key
        The column of the order.
    """
    return rows.sort_by(_order(key))


def write(rows: pa.Table, path: Path, key: str = KEY) -> None:
    """Write scored rows as a part that `merge` can read little by little.

    Parameters
    ----------
    rows
        Scored rows, in any order.
    path
        The file; its directory must exist.
    key
        The column of the order.
    """
    pq.write_table(ranked(rows, key), path, row_group_size=GROUP_ROWS)


def merge(parts: list[Path], stretch: int, key: str = KEY) -> Iterator[pa.Table]:
    """Return the whole ranking in stretches, with the column `rank` from 1 in front.

    Parameters
    ----------
    parts
        Parquet files, each written by `write`.
    stretch
        Rows of the ranking at a time; memory grows with it and with the number of parts.
    key
        The column of the order.
    """
    source = _sources(parts, key)
    readers = [_Reader(path, max(stretch // max(len(parts), 1), _LEAST_READ)) for path in parts]
    for begin in range(0, len(source), stretch):
        counts = np.bincount(source[begin : begin + stretch], minlength=len(parts))
        yield _stretch(readers, counts, (begin, key))


def _order(key: str) -> list[tuple[str, str]]:
    return [(key, "descending"), ("lead_id", "ascending")]


def _stretch(readers: "list[_Reader]", counts: NDArray[np.intp], at: tuple[int, str]) -> pa.Table:
    """Take so many rows from each part, and put them in order."""
    begin, key = at
    taken = [reader.take(int(n)) for reader, n in zip(readers, counts, strict=True) if n]
    rows = ranked(pa.concat_tables(taken), key)
    rank = pa.array(np.arange(begin + 1, begin + 1 + rows.num_rows))
    return rows.add_column(0, "rank", rank)


def _sources(parts: list[Path], key: str) -> NDArray[np.unsignedinteger]:
    """Return for every place of the ranking which part it comes from."""
    keys = [pq.read_table(path, columns=[key, "lead_id"]) for path in parts]
    if not keys:
        return np.zeros(0, np.uint8)
    numbers = np.arange(len(parts), dtype=np.min_scalar_type(len(parts)))
    part = np.repeat(numbers, [table.num_rows for table in keys])
    order = pc.sort_indices(pa.concat_tables(keys), sort_keys=_order(key))
    sources: NDArray[np.unsignedinteger] = part[order.to_numpy()]
    return sources


class _Reader:
    """Takes rows from the front of a file."""

    def __init__(self, path: Path, batch_rows: int) -> None:
        # Otherwise all row groups are read with the first.
        file = pq.ParquetFile(path, pre_buffer=False)
        self._batches = file.iter_batches(batch_size=batch_rows)
        self._held = pq.read_schema(path).empty_table()

    def take(self, count: int) -> pa.Table:
        """Take the next rows."""
        pieces, got = [self._held], self._held.num_rows
        while got < count:
            batch = next(self._batches)
            pieces.append(pa.Table.from_batches([batch]))
            got += batch.num_rows
        held = pa.concat_tables(pieces)
        self._held = held.slice(count)
        return held.slice(0, count)
