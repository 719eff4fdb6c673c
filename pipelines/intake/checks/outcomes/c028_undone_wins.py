"""C028: a deal that was won and later lost or re-opened.

Decided here: the rule is that of `features.records.undone_wins`, which the server applies to what
it knows at a cutoff; `undone_wins: count` in the mapping makes such wins conversions all the same.
"""

from collections import defaultdict
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
    won = (outcomes["outcome"] == "won").to_numpy()
    first = outcomes["occurred_at"].where(won).groupby(outcomes["lead_id"]).transform("min")
    last = outcomes["occurred_at"].where(~won).groupby(outcomes["lead_id"]).transform("max")
    places: list[int] = np.flatnonzero((first < last).to_numpy()).tolist()
    events: dict[str, list[DealEvent]] = defaultdict(list)
    place_of: dict[str, list[int]] = defaultdict(list)
    for place, lead, event in zip(places, *_events(outcomes.iloc[places]), strict=True):
        events[lead].append(event)
        place_of[lead].append(place)
    flags = np.zeros(len(outcomes), dtype=np.bool_)
    for lead, own in events.items():
        flags[[place_of[lead][n] for n in rule.undone_wins(own)]] = True
    return flags


def _events(rows: pd.DataFrame) -> tuple[list[str], list[DealEvent]]:
    """Return the lead of each row, and what it says of a deal."""
    deals = rows["deal_id"].fillna("") if "deal_id" in rows else pd.Series("", rows.index)
    moments = to_moments(rows["occurred_at"]).tolist()
    events = map(DealEvent, deals.tolist(), rows["outcome"].tolist(), moments)
    return rows["lead_id"].tolist(), list(events)


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
