"""The same 117 features by DuckDB, Polars and pandas, each by several plans: what they share.

Decided here: a peer starts from typed columns in its own memory with integer leads (ours has to
look up ids) and is done when it holds float32 columns (ours fills a matrix). "any" is put together
from the types. The plan that is fastest on a tenth of the leads is the one that is timed.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.feature_data import TYPES

Columns = dict[str, np.ndarray]
Plan = Callable[[], Columns]
WINDOWS = (1, 7, 30, 90)
CELLS = [*(f"c{w}" for w in (*WINDOWS, "ever")), "last", "first", "d30", "dever"]
"""What is measured of one activity type."""


def names() -> list[str]:
    """Name the columns in the order of the catalog."""
    out = []
    for key in ("any", *(str(n) for n in range(len(TYPES)))):
        out += [f"c{window}_{key}" for window in (*WINDOWS, "ever")]
        out += [f"last_{key}", f"first_{key}"]
        out += [f"rate_{key}"] if key in ("any", "0") else []
        out += [f"d30_{key}", f"dever_{key}"] if key != "any" else []
    return out


def matrix(columns: Columns) -> np.ndarray:
    """Stack the columns in the order of the catalog."""
    return np.stack([columns[name] for name in names()], axis=1)
