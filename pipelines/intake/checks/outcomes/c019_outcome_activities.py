"""C019: activity types that occur only when a lead is won, or after: the outcome written down.

Decided here: with repeat business an activity after one win may come before the next, which it may
honestly help to predict: it counts as before a win, unless it is of the day of a win itself. One
of the very moment of a win that another follows (a purchase, where purchases are the wins) speaks
for repeat business: where most are so, nothing is named; where few leads come back, it is no
excuse.
"""

from collections import Counter
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck

ENOUGH: Final = 10
BEFORE, LATE, AGAIN = range(3)
DAY: Final = pd.Timedelta(days=1)


def _tally(batch: Batch, table: TableName) -> Tally:
    outcomes = batch.tables["outcomes"]
    won = outcomes[outcomes["outcome"] == "won"]
    won = won.assign(begins=_earliest(won["occurred_at"])).sort_values("begins")
    frame = batch.tables[table]
    places = _places(frame, won)
    counts = {
        place: frame.loc[places == place, "activity_type"].value_counts().to_dict()
        for place in (BEFORE, LATE, AGAIN)
    }
    return Counter(
        {(str(kind), place): int(n) for place, kinds in counts.items() for kind, n in kinds.items()}
    )


def _places(frame: pd.DataFrame, won: pd.DataFrame) -> NDArray[np.int8]:
    """Return where activities stand.

    `LATE`: on the day of a win, or after the last one of the lead; `AGAIN`: at the moment of a win
    that another follows; else `BEFORE`.
    """
    wins = won[["lead_id", "occurred_at"]].assign(at=won["begins"], win=won["begins"])
    done = frame[["lead_id"]].assign(at=frame["occurred_at"], place=np.arange(len(frame)))
    done = done.sort_values("at", kind="stable")
    before = pd.merge_asof(done, wins, on="at", by="lead_id")
    after = pd.merge_asof(
        done, wins, on="at", by="lead_id", direction="forward", allow_exact_matches=False
    )
    on_day = before["at"] - before["win"] < DAY
    again = (before["at"] == before["occurred_at"]) & (after["win"] - before["win"] >= DAY)
    late = before["win"].notna() & (on_day | after["win"].isna())
    places = np.full(len(frame), BEFORE, dtype=np.int8)
    places[before["place"]] = np.select([again, late], [AGAIN, LATE], BEFORE)
    return places


def _earliest(won_at: pd.Series) -> pd.Series:
    """Return when a win may have happened: a win that is dated by the day, from its start."""
    by_day = (won_at + pd.Timedelta(microseconds=1)).dt.microsecond.eq(0) & won_at.dt.second.eq(59)
    by_day &= won_at.dt.microsecond.eq(999_999)
    return won_at.mask(by_day, won_at - pd.Timedelta(days=1) + pd.Timedelta(microseconds=1))


def _conclude(tally: Tally, about: About) -> Finding | None:
    if not {"activities", "outcomes"} <= about.fed:
        return None
    kinds = sorted({kind for kind, _ in tally})
    leaks = [kind for kind in kinds if _is_leak(tally, kind)]
    times = {kind: tally[(kind, LATE)] + tally[(kind, AGAIN)] for kind in leaks}
    words = "; ".join(f"{kind}: {n:,} times, never before" for kind, n in times.items())
    return Finding(sum(times.values()), words, tuple(leaks))


def _is_leak(tally: Tally, kind: str) -> bool:
    late = tally[(kind, LATE)]
    return not tally[(kind, BEFORE)] and late >= ENOUGH and tally[(kind, AGAIN)] <= late


CHECK = TallyCheck(
    "C019",
    "activity types only at or after a win",
    "activities that also occur before a win, or for leads not won",
    "if it is the outcome written down, list it under outcome_activities",
    ("activities",),
    _tally,
    _conclude,
)
