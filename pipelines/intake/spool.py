"""Activities on their way to their partitions, in bounded memory.

Decided here: with one partition the pieces stay in memory; with several each piece is cut by
partition and appended to a temporary file a partition, which is read back when its turn comes.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.tables import ACTIVITIES
from pipelines.intake.rows.lookup import positions
from pipelines.intake.rows.notes import NOTES, PLACE, ROW, RULE
from pipelines.storage.arrow_tables import arrow_type, to_arrow
from pipelines.storage.id_hashes import hash_ids
from pipelines.storage.partitions import partition_of

_COLUMNS = {column.name: arrow_type(column.kind) for column in ACTIVITIES.columns}
_COLUMNS |= {name: arrow_type("text") for name in (PLACE, NOTES)}
_COLUMNS |= {name: arrow_type("integer") for name in (ROW, RULE)}


class Spool:
    """Takes pieces of activities, gives them back a partition at a time."""

    def __init__(self, directory: Path, partitions: int) -> None:
        self._directory = directory
        self._pieces: list[list[pd.DataFrame]] = [[] for _ in range(partitions)]
        self._writers: dict[int, pq.ParquetWriter] = {}
        self._id_hashes: list[NDArray[np.uint64]] = []
        self.partitions = partitions

    def put(self, frame: pd.DataFrame, parts: NDArray[np.int64]) -> None:
        """Take rows and the partition of each.

        Parameters
        ----------
        frame
            Activities.
        parts
            Shape (rows,): the partition of each.
        """
        if self.partitions == 1:
            self._pieces[0].append(frame)
            return
        self._id_hashes.append(hash_ids(frame["activity_id"].dropna()))
        for part in np.unique(parts):
            rows = to_arrow(frame[parts == part], _COLUMNS)
            writer = self._writers.get(int(part))
            if writer is None:
                writer = pq.ParquetWriter(self._path(int(part)), rows.schema)
                self._writers[int(part)] = writer
            writer.write_table(rows)

    def repeated_ids(self) -> NDArray[np.uint64]:
        """Return the hashes of activity ids that occur more than once, in any partition."""
        if not self._id_hashes:
            return np.zeros(0, dtype=np.uint64)
        hashes = np.sort(np.concatenate(self._id_hashes))
        return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])

    def parts(self) -> Iterator[pd.DataFrame | None]:
        """Return every partition's rows in the order they came, None where there are none."""
        for writer in self._writers.values():
            writer.close()
        for part in range(self.partitions):
            if self._pieces[part]:
                yield pd.concat(self._pieces[part], ignore_index=True)
                self._pieces[part] = []
            elif part in self._writers:
                frame: pd.DataFrame = pq.read_table(self._path(part)).to_pandas()
                self._path(part).unlink()
                yield frame
            else:
                yield None

    def _path(self, part: int) -> Path:
        return self._directory / f"activities-{part:05d}.parquet"


def parts_of(leads: pd.Series, homes: pd.Series, count: int) -> NDArray[np.int64]:
    """Return the partition of each row's lead; rows of unknown leads go by their own id.

    Parameters
    ----------
    leads
        Shape (rows,): lead ids.
    homes
        Partition of each lead, indexed by lead id.
    count
        Number of partitions.
    """
    at = positions(leads, homes.index.to_series())
    parts = homes.to_numpy()[at]
    parts[at < 0] = partition_of(leads[at < 0].fillna(""), count)
    return parts
