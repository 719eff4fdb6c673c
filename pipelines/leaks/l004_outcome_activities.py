"""L004: a type of activity that occurs only at or after the end of a deal."""

from typing import Final

import numpy as np
import pandas as pd

from features.feature import Text
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

MOST: Final = 0.9
LEAST_ROWS: Final = 20
SAME_TIME: Final = pd.Timedelta(seconds=1)
"""A record of the outcome may precede the outcome a little in the log."""


def _examine(evidence: LeakEvidence) -> Suspects | None:
    activities = evidence.tables.activities
    ended = evidence.ends_of(activities["lead_id"])
    if ended.isna().all():
        return None
    rows = activities[["activity_type"]].assign(
        at_or_after=(activities["occurred_at"] >= ended - SAME_TIME).to_numpy(np.bool_)
    )
    shares = rows.groupby("activity_type")["at_or_after"].agg(["mean", "size"])
    shares = shares[(shares["mean"] >= MOST) & (shares["size"] >= LEAST_ROWS)]
    # Where leads stay active after their end, most activities of every type come after it.
    if rows["at_or_after"].mean() > 1 - MOST * 0.5:
        return None
    return Suspects(
        {str(name): f"{one['mean']:.0%} at or after the end" for name, one in shares.iterrows()}
    )


CHECK = LeakCheck(
    "L004",
    Text("activities that are the outcome", "結果そのものである活動"),
    "types of activity that also occur before a deal ends",
    "list them under outcome_activities in the mapping",
    _examine,
)
