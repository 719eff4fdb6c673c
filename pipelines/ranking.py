"""From ranked partitions to one ranking, in bounded memory.

Decided here: every part is sorted already, most probable first, ties by lead. So the global order
needs only the probabilities and ids; the rows, with their reasons, are then taken from the parts
in turn, a stretch of the ranking at a time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

ORDER: Final = [("probability", "descending"), ("lead_id", "ascending")]


def ranked(rows: pa.Table) -> pa.Table:
    """Sort rows, most probable first; equal ones by lead."""
    return rows.sort_by(ORDER)


def merge(parts: list[Path], stretch: int) -> Iterator[pa.Table]:
    """Give the whole ranking in stretches, with the column `rank` from 1 in front.

    Parameters
    ----------
    parts
        Parquet files, each sorted by `ranked`.
    stretch
        Rows of the ranking at a time; memory grows with it and with the number of parts.
    """
    source = _sources(parts)
    readers = [_Reader(path, max(stretch // max(len(parts), 1), 1_000)) for path in parts]
    for begin in range(0, len(source), stretch):
        counts = np.bincount(source[begin : begin + stretch], minlength=len(parts))
        taken = [reader.take(int(n)) for reader, n in zip(readers, counts, strict=True) if n]
        rows = ranked(pa.concat_tables(taken))
        rank = pa.array(np.arange(begin + 1, begin + 1 + rows.num_rows))
        yield rows.add_column(0, "rank", rank)


def _sources(parts: list[Path]) -> NDArray[np.int64]:
    """Tell for every place of the ranking which part it comes from."""
    keys = [pq.read_table(path, columns=["probability", "lead_id"]) for path in parts]
    if not keys:
        return np.zeros(0, np.int64)
    part = np.repeat(np.arange(len(parts)), [table.num_rows for table in keys])
    order = pc.sort_indices(pa.concat_tables(keys), sort_keys=ORDER)
    sources: NDArray[np.int64] = part[order.to_numpy()]
    return sources


class _Reader:
    """Takes rows from the front of a file."""

    def __init__(self, path: Path, batch_rows: int) -> None:
        self._batches = pq.ParquetFile(path).iter_batches(batch_size=batch_rows)
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
