"""The features of some leads, timed in a process of its own.

python -m benchmarks.features.feature_growth LEADS

Decided here: as `mikomi featurize` is a process of its own; in one that has filled and freed other
large matrices, the time of ten times the leads depends on how soon their memory comes back.
"""

import sys
import time
from typing import Final

from benchmarks.features import feature_data
from features.build import CompiledCatalog, build

FEW: Final = 500


def main(leads: int) -> None:
    """Build once for few leads, which compiles, and once for all; print seconds, processor too."""
    compiled = CompiledCatalog(feature_data.catalog())
    build(*feature_data.tables(feature_data.work(FEW)), compiled)
    tables, snapshots = feature_data.tables(feature_data.work(leads))
    cpu, wall = time.process_time(), time.perf_counter()
    build(tables, snapshots, compiled)
    print(time.perf_counter() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    main(int(sys.argv[1]))
