"""The plans of DuckDB: aggregates by snapshot and type, put side by side in three ways."""

import duckdb
import numpy as np
import pandas as pd

from benchmarks.features.feature_data import DAY, TYPES, Work
from benchmarks.features.feature_peers import CELLS, WINDOWS, Columns, Plan


def duckdb_plans(work: Work) -> dict[str, Plan]:
    """Load the columns into DuckDB; give its plans."""
    frames = {
        "acts": pd.DataFrame(
            {
                "lead": work.lead,
                "t": work.occurred_at,
                "type": work.activity_type,
                "dwell": work.dwell_seconds,
            }
        ),
        "snaps": pd.DataFrame(
            {
                "sid": np.arange(work.cutoff.size, dtype=np.int32),
                "lead": work.snapshot_lead,
                "cutoff": work.cutoff,
            }
        ),
    }
    db = duckdb.connect()
    db.execute("set threads to 2")
    for name, frame in frames.items():
        db.register("frame", frame)
        db.execute(f"create table {name} as select * from frame")
    return {
        "aggregate by (snapshot, type), then joins": lambda: _fetch(db, _DUCK_JOINS),
        "aggregate by (snapshot, type), then pivot": lambda: _fetch(db, _DUCK_PIVOT),
        "one aggregate with filters": lambda: _fetch(db, _DUCK_FILTERS),
    }


def _fetch(db: duckdb.DuckDBPyConnection, query: str) -> Columns:
    return {
        name: np.ma.filled(column, np.nan)
        for name, column in db.execute(query).fetchnumpy().items()
    }


_LONG_FORM = f"""
with long as (
  select s.sid, any_value(s.cutoff) as cutoff, a.type, count(*) as cever,
    {", ".join(f"count(*) filter (a.t >= s.cutoff - {w * DAY}) as c{w}" for w in WINDOWS)},
    max(a.t) as last, min(a.t) as first,
    coalesce(sum(a.dwell) filter (a.t >= s.cutoff - {30 * DAY}), 0) as d30, sum(a.dwell) as dever
  from snaps s join acts a on a.lead = s.lead and a.t < s.cutoff
  group by s.sid, a.type
)"""


def _since(moment: str) -> str:
    return f"((cutoff - {moment}) / {float(DAY)!r})::float"


def _rate(recent: str, longer: str) -> str:
    return f"({recent} / 7.0::double - ({longer} - {recent}) / 23.0::double)::float"


def _duck_wide(cells: str) -> str:
    """Write the outer select over one row a snapshot with cells such as c7_3 and last_3."""
    keys = [str(n) for n in range(len(TYPES))]
    counts = [f"c{w}" for w in (*WINDOWS, "ever")]
    out = [
        f"coalesce({c}_{k}, 0)::float as {c}_{k}" for k in keys for c in (*counts, "d30", "dever")
    ]
    out += [f"{_since(f'{m}_{k}')} as {m}_{k}" for k in keys for m in ("last", "first")]
    for c in counts:
        out.append(f"({' + '.join(f'coalesce({c}_{k}, 0)' for k in keys)})::float as {c}_any")
    out.append(f"{_since('greatest(' + ', '.join(f'last_{k}' for k in keys) + ')')} as last_any")
    out.append(f"{_since('least(' + ', '.join(f'first_{k}' for k in keys) + ')')} as first_any")
    sums = {w: "(" + " + ".join(f"coalesce(c{w}_{k}, 0)" for k in keys) + ")" for w in (7, 30)}
    out.append(f"{_rate(sums[7], sums[30])} as rate_any")
    out.append(f"{_rate('coalesce(c7_0, 0)', 'coalesce(c30_0, 0)')} as rate_0")
    return f"select {', '.join(out)} from ({cells}) order by sid"


_DUCK_PIVOT = _LONG_FORM + _duck_wide(
    "select s.sid, any_value(s.cutoff) as cutoff, "
    + ", ".join(
        f"max({c}) filter (type = {k}) as {c}_{k}" for k in range(len(TYPES)) for c in CELLS
    )
    + " from snaps s left join long using (sid) group by s.sid"
)
_DUCK_JOINS = _LONG_FORM.replace("with long as (", "with long as materialized (") + _duck_wide(
    "select s.sid, s.cutoff, "
    + ", ".join(f"l{k}.{c} as {c}_{k}" for k in range(len(TYPES)) for c in CELLS)
    + " from snaps s "
    + " ".join(
        f"left join (select * from long where type = {k}) l{k} on l{k}.sid = s.sid"
        for k in range(len(TYPES))
    )
)


def _filtered(k: int) -> list[str]:
    mine = f"type = {k}"
    return [
        f"count(*) filter ({mine}) as cever_{k}",
        *(f"count(*) filter ({mine} and t >= s.cutoff - {w * DAY}) as c{w}_{k}" for w in WINDOWS),
        f"max(t) filter ({mine}) as last_{k}",
        f"min(t) filter ({mine}) as first_{k}",
        f"sum(dwell) filter ({mine} and t >= s.cutoff - {30 * DAY}) as d30_{k}",
        f"sum(dwell) filter ({mine}) as dever_{k}",
    ]


_DUCK_FILTERS = _duck_wide(
    "select s.sid, any_value(s.cutoff) as cutoff, "
    + ", ".join(cell for k in range(len(TYPES)) for cell in _filtered(k))
    + " from snaps s left join acts a on a.lead = s.lead and a.t < s.cutoff group by s.sid"
)
