"""L004: a type of activity that occurs only at or after the end of a deal: its echo."""

from typing import Final

import numpy as np
import pandas as pd

from features.feature import Text
from pipelines.leaks.check import Evidence, LeakCheck, Suspects

MOST: Final = 0.9
LEAST_ROWS: Final = 20
SAME_TIME: Final = pd.Timedelta(seconds=1)
"""What is written down with the outcome may come a little before it in the log."""


def _look(evidence: Evidence) -> Suspects | None:
    activities = evidence.tables.activities
    ended = evidence.ends_of(activities["lead_id"])
    if ended.isna().all():
        return None
    rows = activities[["activity_type"]].assign(
        at_or_after=(activities["occurred_at"] >= ended - SAME_TIME).to_numpy(np.bool_)
    )
    told = rows.groupby("activity_type")["at_or_after"].agg(["mean", "size"])
    told = told[(told["mean"] >= MOST) & (told["size"] >= LEAST_ROWS)]
    # Where a lead goes on after its end, most of everything is after it.
    if rows["at_or_after"].mean() > 1 - MOST * 0.5:
        return None
    return Suspects(
        {str(name): f"{one['mean']:.0%} at or after the end" for name, one in told.iterrows()}
    )


CHECK = LeakCheck(
    "L004",
    Text("activities that are the outcome", "結果そのものである活動"),
    "types of activity that also occur before a deal ends",
    "list them under outcome_activities in the mapping",
    _look,
)
