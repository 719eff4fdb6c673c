"""The plans of Polars: as-of joins, binary search in one packed key, and join with group by."""

import polars as pl

from benchmarks.features.feature_data import DAY, START, TYPES, Work
from benchmarks.features.feature_peers import CELLS, WINDOWS, Columns, Plan

LONG = 1 << 46
"""More microseconds than any history is long: one number holds lead and time."""


def polars_plans(work: Work) -> dict[str, Plan]:
    """Load the columns into Polars; give its plans."""
    acts = pl.DataFrame(
        {
            "lead": work.lead,
            "t": work.occurred_at,
            "type": work.activity_type,
            "dwell": work.dwell_seconds,
        }
    )
    snaps = pl.DataFrame({"lead": work.snapshot_lead, "cutoff": work.cutoff}).with_row_index("sid")
    return {
        "join_asof by lead and gather of running totals": lambda: _polars_gather(acts, snaps),
        "join_asof in one key and differences of running totals": lambda: _polars_asof(acts, snaps),
        "search_sorted and gather of running totals": lambda: _polars_search(acts, snaps),
        "join, then group by (snapshot, type)": lambda: _polars_group(acts, snaps),
    }


def _key(time: pl.Expr) -> pl.Expr:
    return pl.col("lead").cast(pl.Int64) * LONG + (time - START + 200 * DAY)


def _polars_asof(acts: pl.DataFrame, snaps: pl.DataFrame) -> Columns:
    """Compute the running totals before the cutoff and before each window, by lead and type."""
    rows = snaps.lazy()
    cells: list[pl.LazyFrame] = []
    for k in range(len(TYPES)):
        mine = (
            acts.lazy()
            .filter(pl.col("type") == k)
            .select(
                _key(pl.col("t")).alias("key"),
                pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("n"),
                pl.col("t").alias("last"),
                pl.col("t").first().over("lead").alias("first"),
                pl.col("dwell").cum_sum().alias("sum"),
                pl.col("lead").alias("of"),
            )
            .set_sorted("key")
        )
        begin = mine.select("key", "n", "sum")
        totals = rows.select(
            _key(pl.col("cutoff")).alias("key"), pl.col("cutoff"), pl.col("lead")
        ).set_sorted("key")
        totals = totals.join_asof(mine, on="key", allow_exact_matches=False)
        for window in (*WINDOWS, "ever"):
            since = pl.col("cutoff") - window * DAY if window != "ever" else pl.lit(START - DAY)
            edge = rows.select(_key(since).alias("key")).set_sorted("key")
            passed = edge.join_asof(begin, on="key", allow_exact_matches=False).select(
                pl.col("n").fill_null(0).alias(f"n{window}"),
                pl.col("sum").fill_null(0.0).alias(f"s{window}"),
            )
            totals = pl.concat([totals, passed], how="horizontal")
        cells.append(totals.select(_polars_cells(k)))
    return _polars_columns(snaps, pl.collect_all(cells))


def _polars_cells(k: int) -> list[pl.Expr]:
    own = pl.col("of") == pl.col("lead")
    n, total = pl.col("n").fill_null(0), pl.col("sum").fill_null(0.0)
    return [
        *((n - pl.col(f"n{w}")).alias(f"c{w}_{k}") for w in (*WINDOWS, "ever")),
        pl.when(own).then("last").alias(f"last_{k}"),
        pl.when(own).then("first").alias(f"first_{k}"),
        (total - pl.col("s30")).alias(f"d30_{k}"),
        (total - pl.col("sever")).alias(f"dever_{k}"),
    ]


def _polars_search(acts: pl.DataFrame, snaps: pl.DataFrame) -> Columns:
    """Do the same by binary search in one sorted number of lead and time."""
    keyed = acts.with_columns(_key(pl.col("t")).alias("key"))
    cutoffs = snaps.select(_key(pl.col("cutoff")).alias("x"))["x"]
    edges = {w: cutoffs - w * DAY for w in WINDOWS}
    starts = snaps.select((pl.col("lead").cast(pl.Int64) * LONG).alias("x"))["x"]
    cells = []
    for k in range(len(TYPES)):
        mine = keyed.filter(pl.col("type") == k)
        key, t = mine["key"], mine["t"]
        total = pl.concat([pl.Series([0.0]), mine["dwell"].cum_sum()])
        end, begin = key.search_sorted(cutoffs), key.search_sorted(starts)
        tails = {w: key.search_sorted(edges[w]) for w in WINDOWS}
        has = end > begin
        last = t.gather((end.cast(pl.Int64) - 1).clip(0)).zip_with(has, _nulls(end))
        first = t.gather(begin.clip(0, len(t) - 1)).zip_with(has, _nulls(end))
        columns = {f"c{w}_{k}": end - tails[w] for w in WINDOWS} | {f"cever_{k}": end - begin}
        columns |= {f"last_{k}": last, f"first_{k}": first}
        columns[f"d30_{k}"] = total.gather(end) - total.gather(tails[30])
        columns[f"dever_{k}"] = total.gather(end) - total.gather(begin)
        cells.append(pl.DataFrame(columns))
    return _polars_columns(snaps, cells)


def _nulls(like: pl.Series) -> pl.Series:
    return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(like))


def _polars_gather(acts: pl.DataFrame, snaps: pl.DataFrame) -> Columns:
    """Locate the activity before each edge by lead, then gather the running totals by type."""
    keys = range(len(TYPES))
    of = [pl.col("type") == k for k in keys]
    totals = acts.lazy().select(
        *(of[k].cum_sum().cast(pl.Int32).alias(f"n{k}") for k in keys),
        *(pl.when(of[k]).then("dwell").otherwise(0.0).cum_sum().alias(f"s{k}") for k in keys),
        *(pl.when(of[k]).then("t").forward_fill().alias(f"last{k}") for k in keys),
        *(pl.col("t").filter(of[k]).min().over("lead").alias(f"first{k}") for k in keys),
    )
    zero = (
        pl.DataFrame({"n": [0]})
        .lazy()
        .select(
            *(pl.lit(0, pl.Int32).alias(f"n{k}") for k in keys),
            *(pl.lit(0.0).alias(f"s{k}") for k in keys),
            *(pl.lit(None, pl.Int64).alias(f"{m}{k}") for m in ("last", "first") for k in keys),
        )
    )
    passed = pl.concat([zero, totals]).collect()
    indexed = acts.select("lead", "t").with_row_index("row", offset=1)
    begin = indexed.group_by("lead").agg((pl.col("row").min() - 1).alias("begin"))
    start = snaps.join(begin, on="lead", how="left", maintain_order="left")["begin"].fill_null(0)
    places = {"ever": start}
    for window in (0, *WINDOWS):
        edge = snaps.select("lead", (pl.col("cutoff") - window * DAY).alias("t"))
        row = edge.join_asof(
            indexed, on="t", by="lead", allow_exact_matches=False, check_sortedness=False
        )["row"]
        places[str(window)] = row.zip_with(row.is_not_null(), start)
    at = {name: passed[place.to_numpy()] for name, place in places.items()}
    return _polars_columns(snaps, [_gathered(at, k) for k in keys])


def _gathered(at: dict[str, pl.DataFrame], k: int) -> pl.DataFrame:
    head, tail = at["0"], at["ever"]
    cells = {f"c{w}_{k}": head[f"n{k}"] - at[str(w)][f"n{k}"] for w in (*WINDOWS, "ever")}
    has = cells[f"cever_{k}"] > 0
    for moment in ("last", "first"):
        totals = head[f"{moment}{k}"]
        cells[f"{moment}_{k}"] = totals.zip_with(has, _nulls(totals))
    cells[f"d30_{k}"] = head[f"s{k}"] - at["30"][f"s{k}"]
    cells[f"dever_{k}"] = head[f"s{k}"] - tail[f"s{k}"]
    return pl.DataFrame(cells)


def _polars_group(acts: pl.DataFrame, snaps: pl.DataFrame) -> Columns:
    """Join snapshots and activities by lead, keep what is seen, aggregate by snapshot and type."""
    age = pl.col("cutoff") - pl.col("t")
    long = (
        snaps.lazy()
        .join(acts.lazy(), on="lead")
        .filter(pl.col("t") < pl.col("cutoff"))
        .group_by("sid", "type")
        .agg(
            *((age <= w * DAY).sum().alias(f"c{w}") for w in WINDOWS),
            pl.len().alias("cever"),
            pl.col("t").max().alias("last"),
            pl.col("t").min().alias("first"),
            pl.col("dwell").filter(age <= 30 * DAY).sum().alias("d30"),
            pl.col("dwell").sum().alias("dever"),
        )
        .collect()
    )
    cells = []
    for k in range(len(TYPES)):
        mine = long.filter(pl.col("type") == k).drop("type")
        wide = snaps.select("sid").join(mine, on="sid", how="left", maintain_order="left")
        filled = [
            pl.col(c).fill_null(0) if c not in ("last", "first") else pl.col(c) for c in CELLS
        ]
        cells.append(wide.select(e.alias(f"{c}_{k}") for c, e in zip(CELLS, filled, strict=True)))
    return _polars_columns(snaps, cells)


def _polars_columns(snaps: pl.DataFrame, cells: list[pl.DataFrame]) -> Columns:
    """Put "any", days and rates together from the cells of the types."""
    whole = pl.concat([snaps.select("cutoff"), *cells], how="horizontal")
    keys = range(len(TYPES))
    counts = {
        w: pl.sum_horizontal(pl.col(f"c{w}_{k}").cast(pl.Int64) for k in keys)
        for w in (*WINDOWS, "ever")
    }
    ends = {
        "last_any": pl.max_horizontal(f"last_{k}" for k in keys),
        "first_any": pl.min_horizontal(f"first_{k}" for k in keys),
    } | {f"{m}_{k}": pl.col(f"{m}_{k}") for k in keys for m in ("last", "first")}
    plain = [f"{c}_{k}" for k in keys for c in CELLS if c not in ("last", "first")]
    late, longer = pl.col("c7_0").cast(pl.Int64), pl.col("c30_0").cast(pl.Int64)
    expressions = [
        *(pl.col(name) for name in plain),
        *(counts[w].alias(f"c{w}_any") for w in counts),
        *(((pl.col("cutoff") - end) / DAY).alias(name) for name, end in ends.items()),
        (counts[7] / 7.0 - (counts[30] - counts[7]) / 23.0).alias("rate_any"),
        (late / 7.0 - (longer - late) / 23.0).alias("rate_0"),
    ]
    frame = whole.lazy().select(e.cast(pl.Float32) for e in expressions).collect()
    return {name: frame[name].to_numpy() for name in frame.columns}
