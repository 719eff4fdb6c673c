"""The same 117 features by DuckDB, Polars and pandas, each by several plans: what they share.

Decided here: a peer starts from typed columns in its own memory with integer leads (ours has to
look up ids) and is done when it holds float32 columns (ours fills a matrix). "any" is put together
from the types. The plan that is fastest on a tenth of the leads is the one that is timed.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.features.feature_data import TYPES

Columns = dict[str, np.ndarray]
Plan = Callable[[], Columns]
WINDOWS = (1, 7, 30, 90)
CELLS = [*(f"c{w}" for w in (*WINDOWS, "ever")), "last", "first", "d30", "dever"]
"""What is measured of one activity type."""


def names() -> list[str]:
    """Name the columns in the order of the catalog."""
    types = [str(n) for n in range(len(TYPES))]
    out = [f"{m}_{key}" for m in CELLS[:-2] for key in ("any", *types)]
    out += ["rate_any", "rate_0"]
    return out + [f"{total}_{key}" for total in CELLS[-2:] for key in types]


def matrix(columns: Columns) -> np.ndarray:
    """Stack the columns in the order of the catalog."""
    return np.stack([columns[name] for name in names()], axis=1)
