"""C019: activity types that occur only when a lead is won, or after: the outcome written down."""

from collections import Counter
from typing import Final

import pandas as pd

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck
from pipelines.intake.rows.lookup import times_of

ENOUGH: Final = 10


def _tally(batch: Batch, table: TableName) -> Tally:
    outcomes = batch.tables["outcomes"]
    won = outcomes[outcomes["outcome"] == "won"]
    first = won.sort_values("occurred_at").drop_duplicates("lead_id")
    frame = batch.tables[table]
    at = times_of(frame["lead_id"], first["lead_id"], first["occurred_at"])
    late = (at.notna() & (frame["occurred_at"] >= _earliest(at))).to_numpy()
    counts = {
        is_late: frame.loc[late == is_late, "activity_type"].value_counts().to_dict()
        for is_late in (False, True)
    }
    return Counter(
        {(str(kind), late): int(n) for late, kinds in counts.items() for kind, n in kinds.items()}
    )


def _earliest(won_at: pd.Series) -> pd.Series:
    """Return when a win may have happened: a win that is dated by the day, from its start."""
    by_day = (won_at + pd.Timedelta(microseconds=1)).dt.microsecond.eq(0) & won_at.dt.second.eq(59)
    by_day &= won_at.dt.microsecond.eq(999_999)
    return won_at.mask(by_day, won_at - pd.Timedelta(days=1) + pd.Timedelta(microseconds=1))


def _conclude(tally: Tally, about: About) -> Finding | None:
    if not {"activities", "outcomes"} <= about.fed:
        return None
    kinds = sorted({kind for kind, _ in tally})
    leaks = [k for k in kinds if not tally[(k, False)] and tally[(k, True)] >= ENOUGH]
    words = "; ".join(f"{kind}: {tally[(kind, True)]:,} times, never before" for kind in leaks)
    return Finding(sum(tally[(kind, True)] for kind in leaks), words, tuple(leaks))


CHECK = TallyCheck(
    "C019",
    "activity types only at or after a win",
    "activities that also occur before a win, or for leads not won",
    "if it is the outcome written down, list it under outcome_activities",
    ("activities",),
    _tally,
    _conclude,
)
