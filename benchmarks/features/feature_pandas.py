"""The one plan of pandas: merge, then group by snapshot and type."""

import numpy as np
import pandas as pd

from benchmarks.features.feature_data import DAY, TYPES, Work
from benchmarks.features.feature_peers import CELLS, WINDOWS, Columns, Plan


def pandas_plans(work: Work) -> dict[str, Plan]:
    """Return the one plan of pandas."""
    acts = pd.DataFrame(
        {
            "lead": work.lead,
            "t": work.occurred_at,
            "type": work.activity_type,
            "dwell": work.dwell_seconds,
        }
    )
    snaps = pd.DataFrame({"lead": work.snapshot_lead, "cutoff": work.cutoff})
    return {"merge, then groupby (snapshot, type)": lambda: _pandas(acts, snaps)}


def _pandas(acts: pd.DataFrame, snaps: pd.DataFrame) -> Columns:
    both = snaps.rename_axis("sid").reset_index().merge(acts, on="lead")
    both = both[both["t"] < both["cutoff"]]
    age = both["cutoff"] - both["t"]
    for window in WINDOWS:
        both[f"c{window}"] = age <= window * DAY
    both["d30"] = both["dwell"].where(both["c30"], 0.0)
    groups = both.groupby(["sid", "type"])
    long = groups[[*(f"c{w}" for w in WINDOWS), "d30"]].sum()
    long["cever"], long["dever"] = groups.size(), groups["dwell"].sum()
    long["last"], long["first"] = groups["t"].max(), groups["t"].min()
    wide = long.unstack("type").reindex(range(len(snaps)))  # noqa: PD010 (the cells are unique)
    cells = {f"{c}_{k}": wide[(c, k)].to_numpy(np.float64) for c in CELLS for k in range(12)}
    return _numpy_columns(cells, snaps["cutoff"].to_numpy(np.float64))


def _numpy_columns(cells: Columns, cutoff: np.ndarray) -> Columns:
    keys = range(len(TYPES))
    counts = [f"c{w}" for w in (*WINDOWS, "ever")]
    filled = {n: np.nan_to_num(v) for n, v in cells.items() if n[0] in "cd"}
    out = dict(filled)
    for c in counts:
        out[f"{c}_any"] = np.sum([filled[f"{c}_{k}"] for k in keys], axis=0)
    last = [cells[f"last_{k}"] for k in keys]
    first = [cells[f"first_{k}"] for k in keys]
    ends = {f"last_{k}": last[k] for k in keys} | {f"first_{k}": first[k] for k in keys}
    ends |= {"last_any": np.fmax.reduce(last), "first_any": np.fmin.reduce(first)}
    out |= {name: (cutoff - end) / DAY for name, end in ends.items()}
    for k in ("any", "0"):
        late = out[f"c7_{k}"]
        out[f"rate_{k}"] = late / 7.0 - (out[f"c30_{k}"] - late) / 23.0
    return {name: column.astype(np.float32) for name, column in out.items()}
