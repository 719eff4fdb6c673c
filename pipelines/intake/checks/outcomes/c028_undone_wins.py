"""C028: a deal that was won and later lost or re-opened.

Decided here: the last decision of a deal counts. A win is undone by a later `lost` of its deal, or
by a later return of the deal to `opened` or a stage in which it was before the win. Rows without a
deal are about the lead's only deal, unless the lead was won more than once; without a deal only
`lost` undoes a win, since `opened` may be another deal. `undone_wins: count` in the mapping makes
them conversions all the same.
"""

from typing import Final

import numpy as np
import pandas as pd

from features.tables import TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck

NAMED: Final = 5
"""So many deals are named."""


def _flags(batch: Batch, table: TableName) -> Flags | None:
    return undone_wins(batch.tables[table])


def undone_wins(outcomes: pd.DataFrame) -> Flags:
    """Flag the wins that a later row of the same deal undoes."""
    rows = outcomes[["lead_id", "occurred_at", "outcome"]].copy()
    deal = outcomes["deal_id"] if "deal_id" in outcomes else pd.Series(index=rows.index, dtype=str)
    named = deal.notna().to_numpy()
    rows["deal"] = deal.fillna("").to_numpy()
    won = (rows["outcome"] == "won").to_numpy()
    key = ["lead_id", "deal"]
    by_deal = [rows["lead_id"], rows["deal"]]
    first_won = rows["occurred_at"].where(won).groupby(by_deal).transform("min")
    before = rows.groupby([*key, "outcome"])["occurred_at"].transform("min") < first_won
    several = pd.Series(won, rows.index).groupby(by_deal).transform("sum").to_numpy() > 1
    lost = (rows["outcome"] == "lost").to_numpy()
    undoes = np.where(named, lost | (before.to_numpy() & ~won), lost & ~several)
    last = rows["occurred_at"].where(undoes).groupby(by_deal).transform("max")
    flags: Flags = won & (rows["occurred_at"] < last).to_numpy()
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
