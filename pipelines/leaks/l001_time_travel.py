"""L001: features of a past cutoff change when all later data is deleted."""

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
    """Select what had happened before a cutoff.

    Parameters
    ----------
    tables
        The canonical tables.
    cutoff
        The end of the selection, not included.
    """

    def earlier(frame: pd.DataFrame, column: str) -> pd.DataFrame:
        return frame[frame[column] < cutoff].reset_index(drop=True)

    return replace(
        tables,
        leads=earlier(tables.leads, "created_at"),
        activities=earlier(tables.activities, "occurred_at"),
        outcomes=earlier(tables.outcomes, "occurred_at"),
        attribute_changes=earlier(tables.attribute_changes, "occurred_at"),
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
