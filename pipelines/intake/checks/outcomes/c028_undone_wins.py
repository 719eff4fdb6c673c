"""C028: a deal that was won and later lost or re-opened.

Decided here: the rule is that of `features.records.undone_wins`, which the server applies to what
it knows at a cutoff; `undone_wins: count` in the mapping makes such wins conversions all the same.
"""

from typing import Final

import numpy as np
import pandas as pd

from features.records import undone_wins as rule
from features.records.undone_wins import DealEvent
from features.tables import TableName
from features.timeline import to_moments
from pipelines.intake.checks.check import Batch, Flags, RowCheck

NAMED: Final = 5
"""So many deals are named."""


def _flags(batch: Batch, table: TableName) -> Flags | None:
    return undone_wins(batch.tables[table])


def undone_wins(outcomes: pd.DataFrame) -> Flags:
    """Flag the wins that a later row of the same deal undoes."""
    rows = outcomes.reset_index(drop=True)
    won = rows["outcome"] == "won"
    first = rows["occurred_at"].where(won).groupby(rows["lead_id"]).transform("min")
    last = rows["occurred_at"].groupby(rows["lead_id"]).transform("max")
    deal = rows["deal_id"] if "deal_id" in rows else pd.Series(index=rows.index, dtype="str")
    several = rows.assign(deal=deal.fillna(""), at=to_moments(rows["occurred_at"]))[first < last]
    flags = np.zeros(len(rows), dtype=np.bool_)
    for _, own in several.groupby("lead_id", sort=False):
        events = map(DealEvent._make, own[["deal", "outcome", "at"]].itertuples(index=False))
        flags[own.index[rule.undone_wins(list(events))]] = True
    return flags


def _detail(rows: pd.DataFrame) -> str:
    deals = list(rows["deal_id"].dropna().unique()) if "deal_id" in rows else []
    named = ", ".join(map(str, deals[:NAMED])) + (", ..." if len(deals) > NAMED else "")
    return "won and later lost or re-opened" + (f" (deals {named})" if named else "")


CHECK = RowCheck(
    "C028",
    "wins that were undone",
    "warning",
    "deals that stay won",
    "nothing: the last decision of a deal counts, and these wins are set aside; or write "
    "`undone_wins: count` in the mapping",
    ("outcomes",),
    _flags,
    _detail,
    phase="relation",
    removes=lambda about: not about.undone_wins,
)
