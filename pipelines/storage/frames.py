"""Snapshots and feature frames on disk: one Parquet file a partition, beside a JSON of facts.

Decided here: a feature file holds the matured snapshots of its partition, in the order of the
snapshot file; the rows of all files, one partition after the other, are numbered from 0, and a
split speaks of these numbers.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.build import FeatureFrame
from features.catalog.catalog import Catalog
from features.errors import BadInput
from models.artifact.remote import current, source
from pipelines.storage.atomic import replacing
from pipelines.storage.machine import read_json, reading

MANIFEST: Final = "manifest.json"
CATALOG: Final = "catalog.json"
KEYS: Final = ["lead_id", "cutoff"]


def part_path(directory: Path, part: int) -> Path:
    """Return the path of the file of a partition.

    >>> part_path(Path("x"), 7).as_posix()
    'x/part-00007.parquet'

    Parameters
    ----------
    directory
        The directory of the files.
    part
        The number of the partition, from 0.
    """
    return current(directory) / f"part-{part:05d}.parquet"


def manifest(directory: Path, stage: str) -> dict[str, Any]:
    """Read the facts beside the files.

    Parameters
    ----------
    directory
        The directory of the files.
    stage
        The stage that writes them.

    Raises
    ------
    BadInput
        If the stage has not run.
    """
    path = current(directory) / MANIFEST
    if not path.is_file():
        raise BadInput.of(f"no {path}", f"what `{stage}` writes", f"run `mikomi {stage}` first")
    facts: dict[str, Any] = read_json(path, stage)
    return facts


def read_snapshots(directory: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Read all snapshots with their labels, in the order of the partitions.

    Parameters
    ----------
    directory
        The directory of the snapshots.
    columns
        The columns to read; None reads all.
    """
    facts = manifest(directory, "snapshot")
    files = [part_path(directory, part) for part in range(facts["partitions"])]
    frames = []
    for file in files:
        with reading(file, "snapshot"):
            frames.append(pd.read_parquet(source(file), columns=columns))
    return pd.concat(frames, ignore_index=True)


def arrow(frame: pd.DataFrame) -> pa.Table:
    """Turn a frame into an Arrow table, column by column."""
    arrays = [pa.array(frame[name], from_pandas=True) for name in frame.columns]
    return pa.table(arrays, names=list(frame.columns))


def write(path: Path, rows: pa.Table) -> None:
    """Write the rows of one partition, whole or not at all.

    Parameters
    ----------
    path
        The file.
    rows
        The rows.
    """
    with replacing(path) as fresh:
        pq.write_table(rows, fresh)


def write_features(path: Path, frame: FeatureFrame, label: pd.Series) -> None:
    """Write the feature frame of one partition.

    Parameters
    ----------
    path
        The file.
    frame
        Shape (rows, features).
    label
        Shape (rows,): 1.0 or 0.0, on the rows of `frame`.
    """
    arrays = [pa.array(frame.keys[name]) for name in KEYS]
    arrays += [pa.array(label.to_numpy(np.float64))]
    columns = np.asfortranarray(frame.values)
    arrays += [pa.array(columns[:, number]) for number in range(columns.shape[1])]
    names = [*KEYS, "label", *frame.catalog.names]
    pq.write_table(pa.table(arrays, names=names), path, compression="zstd")


def rows_of(directory: Path, part: int) -> int:
    """Return how many rows the file of a partition holds.

    Parameters
    ----------
    directory
        The directory of the feature files.
    part
        The number of the partition, from 0.
    """
    path = part_path(directory, part)
    with reading(path, "featurize"):
        return int(pq.read_metadata(source(path)).num_rows)


def catalog(directory: Path) -> Catalog:
    """Read the catalog that the features were built with."""
    manifest(directory, "featurize")
    return Catalog.from_json((current(directory) / CATALOG).read_text("utf-8"))


def read_features(
    directory: Path, rows: NDArray[np.intp] | None = None
) -> tuple[FeatureFrame, pd.Series]:
    """Read a feature frame and its labels.

    Parameters
    ----------
    directory
        Where `featurize` wrote.
    rows
        Numbers of the rows that are wanted, ascending; missing means all.
    """
    facts, learned = manifest(directory, "featurize"), catalog(directory)
    sizes = facts["rows_of_parts"]
    wanted = np.arange(sum(sizes)) if rows is None else rows
    values = np.empty((len(wanted), len(learned.names)), dtype=np.float32)
    keys, labels, done, start = [], [], 0, 0
    for part, size in enumerate(sizes):
        mine = wanted[(wanted >= start) & (wanted < start + size)] - start
        start += size
        if not len(mine):
            continue
        path = part_path(directory, part)
        with reading(path, "featurize"):
            table = pq.read_table(source(path))
        for column, name in enumerate(learned.names):
            values[done : done + len(mine), column] = table[name].to_numpy()[mine]
        own = table.select([*KEYS, "label"]).to_pandas().iloc[mine]
        keys.append(own[KEYS])
        labels.append(own["label"])
        done += len(mine)
    return (
        FeatureFrame(pd.concat(keys, ignore_index=True), values, learned),
        pd.concat(labels, ignore_index=True),
    )
