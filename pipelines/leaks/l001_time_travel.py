"""L001: features of a past cutoff change when all later data is deleted.

Decided here: a lead that was created at the cutoff or later goes with all its records, also with
those that are older than itself, such as visits before a registration.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from features.build import build
from features.feature import Text
from features.tables import Tables
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

CUTOFFS: Final = 3


def before(tables: Tables, cutoff: pd.Timestamp) -> Tables:
    """Select the leads created before a cutoff, and what had happened to them by then.

    Parameters
    ----------
    tables
        The canonical tables.
    cutoff
        The end of the selection, not included.
    """
    leads = tables.leads[tables.leads["created_at"] < cutoff].reset_index(drop=True)

    def earlier(frame: pd.DataFrame) -> pd.DataFrame:
        selected = (frame["occurred_at"] < cutoff) & frame["lead_id"].isin(leads["lead_id"])
        return frame[selected].reset_index(drop=True)

    return replace(
        tables,
        leads=leads,
        activities=earlier(tables.activities),
        outcomes=earlier(tables.outcomes),
        attribute_changes=earlier(tables.attribute_changes),
    )


def _examine(evidence: LeakEvidence) -> Suspects | None:
    if evidence.frame is None:
        return None
    cutoffs = evidence.rows["cutoff"]
    busiest = cutoffs.value_counts(sort=False).sort_index()
    chosen = busiest.index[np.linspace(0, len(busiest) - 1, CUTOFFS + 2).astype(int)[1:-1]]
    changed: dict[str, int] = {}
    for cutoff in chosen.unique():
        at = np.flatnonzero((cutoffs == cutoff).to_numpy())
        again = build(
            before(evidence.tables, cutoff), evidence.rows.iloc[at], evidence.frame.catalog
        )
        was, now = evidence.frame.values[at], again.values  # noqa: PD011 - not a frame
        differs = (was != now) & ~(np.isnan(was) & np.isnan(now))
        for column in np.flatnonzero(differs.any(axis=0)):
            name = evidence.frame.catalog.names[column]
            changed[name] = changed.get(name, 0) + int(differs[:, column].sum())
    return Suspects({name: f"{rows} rows changed" for name, rows in changed.items()})


CHECK = LeakCheck(
    "L001",
    Text("time travel", "時間の逆行"),
    "features that are the same with all later data deleted",
    "correct the feature: it reads what was not known at the cutoff",
    _examine,
)
