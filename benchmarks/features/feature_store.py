"""The histories as canonical Parquet, and a walk through many partitions with the memory it takes.

python -m benchmarks.features.feature_store LEADS PARTITIONS
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.features import feature_data
from features.build import CompiledCatalog, build
from features.tables import Tables

CODED = ["lead_id", "activity_type"]


def write(folder: Path, work: feature_data.Work) -> None:
    """Write leads, activities and snapshots, sorted and dictionary-encoded."""
    tables, snapshots = feature_data.tables(work)
    frames = {"leads": tables.leads, "activities": tables.activities, "snapshots": snapshots}
    for name, frame in frames.items():
        pq.write_table(
            pa.Table.from_pandas(frame, preserve_index=False), folder / f"{name}.parquet"
        )


def read(folder: Path) -> tuple[Tables, pd.DataFrame]:
    """Read them; a dictionary in the file becomes a category."""
    leads, activities, snapshots = (
        pq.read_table(folder / f"{name}.parquet", read_dictionary=coded).to_pandas()
        for name, coded in (("leads", []), ("activities", CODED), ("snapshots", CODED[:1]))
    )
    return Tables(leads, activities), snapshots


def main(leads: int, partitions: int) -> None:
    """Build partition after partition; print activities, seconds in build, most memory."""
    compiled = CompiledCatalog(feature_data.catalog())
    activities, seconds = 0, 0.0
    with tempfile.TemporaryDirectory() as name:
        for part in range(partitions):
            work = feature_data.work(leads, seed=part)
            write(Path(name), work)
            del work
            begin = time.perf_counter()
            tables, snapshots = read(Path(name))
            build(tables, snapshots, compiled)
            seconds += time.perf_counter() - begin
            activities += len(tables.activities)
            del tables, snapshots
    print(activities, round(seconds, 2), round(_most_memory_gib(), 2))


def _most_memory_gib() -> float:
    """Return the most memory since this program began; `ru_maxrss` would count its parent's too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 2**20


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
