"""C019: activity types that occur only when a lead is won, or after: the outcome written down.

Decided here: with repeat business an activity after one win may come before the next, which it may
honestly help to predict: it counts as before a win, unless it is of the day of a win itself.
"""

from collections import Counter
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck

ENOUGH: Final = 10
DAY: Final = pd.Timedelta(days=1)


def _tally(batch: Batch, table: TableName) -> Tally:
    outcomes = batch.tables["outcomes"]
    won = outcomes[outcomes["outcome"] == "won"]
    won = won.assign(begins=_earliest(won["occurred_at"])).sort_values("begins")
    frame = batch.tables[table]
    late = _late(frame, won)
    counts = {
        is_late: frame.loc[late == is_late, "activity_type"].value_counts().to_dict()
        for is_late in (False, True)
    }
    return Counter(
        {(str(kind), late): int(n) for late, kinds in counts.items() for kind, n in kinds.items()}
    )


def _late(frame: pd.DataFrame, won: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark what happened on the day of a win, or after the last one of the lead."""
    wins = pd.DataFrame({"lead_id": won["lead_id"], "at": won["begins"], "win": won["begins"]})
    done = frame[["lead_id"]].assign(at=frame["occurred_at"], place=np.arange(len(frame)))
    done = done.sort_values("at", kind="stable")
    before = pd.merge_asof(done, wins, on="at", by="lead_id")
    after = pd.merge_asof(
        done, wins, on="at", by="lead_id", direction="forward", allow_exact_matches=False
    )
    on_day = before["at"] - before["win"] < DAY
    late = np.zeros(len(frame), dtype=np.bool_)
    late[before["place"]] = before["win"].notna() & (on_day | after["win"].isna())
    return late


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
