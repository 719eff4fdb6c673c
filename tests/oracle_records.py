"""What a cutoff sees of the tables, slowly and obviously: the oracle's records.

A record is a dictionary; one condition decides whether it is visible, and ties are put in the order
that is promised, key by key.
"""

from typing import Any

import pandas as pd

from features.catalog.catalog import Catalog
from features.tables import Tables

NAN = float("nan")

Record = dict[str, Any]


def moment(time: pd.Timestamp) -> int | None:
    return None if pd.isna(time) else (time - pd.Timestamp(0, tz="UTC")) // pd.Timedelta("1us")


def _records(table: pd.DataFrame, occurred: str = "occurred_at") -> list[Record]:
    out = []
    for row in table.to_dict("records"):
        record = {name: None if pd.isna(value) else value for name, value in row.items()}
        record["at"] = moment(row[occurred])
        known_at = moment(row["known_at"]) if "known_at" in row else None
        record["visible_from"] = max(record["at"], record["at"] if known_at is None else known_at)
        out.append(record)
    return out


def exact(value: float | None) -> int | None:
    return None if value is None else round(value * 1000)


class Visible:
    """The records of all leads, and which of them a cutoff sees, in order."""

    def __init__(self, tables: Tables, catalog: Catalog) -> None:
        self.words = catalog.vocabulary
        self.leads = {lead["lead_id"]: lead for lead in _records(tables.leads, "created_at")}
        self.accounts = {row["account_id"]: row for row in tables.accounts.to_dict("records")}
        self.activities = _records(tables.activities)
        self.outcomes = _records(tables.outcomes)
        self.changes = _records(tables.attribute_changes)

    def _acts(self, lead: str, cutoff: int) -> list[Record]:
        visible = [
            a for a in self.activities if a["lead_id"] == lead and a["visible_from"] < cutoff
        ]
        return sorted(visible, key=self._activity_order)

    def _activity_order(self, act: Record) -> tuple[Any, ...]:
        low = -(10**18)
        dwell, amount = exact(act["dwell_seconds"]), exact(act["amount"])
        return (
            act["at"],
            act["visible_from"],
            self._type(act),
            self._pair(act),
            {"inbound": 1, "outbound": 2}.get(act["direction"], 0),
            act["actor"] or "",
            low if dwell is None else dwell,
            low if amount is None else amount,
        )

    def _type(self, act: Record) -> int:
        known = self.words.activity_types
        return known.index(act["activity_type"]) + 1 if act["activity_type"] in known else 0

    def _pair(self, act: Record) -> int:
        pair = (act["activity_type"], act["topic"])
        return self.words.topics.index(pair) + 1 if pair in self.words.topics else 0

    def _ends(self, lead: str, cutoff: int) -> list[Record]:
        visible = [o for o in self.outcomes if o["lead_id"] == lead and o["visible_from"] < cutoff]
        return sorted(visible, key=self._outcome_order)

    def _outcome_order(self, end: Record) -> tuple[Any, ...]:
        rank = {"opened": 0, "won": 2, "lost": 3}.get(end["outcome"], 1)
        amount = exact(end["amount"])
        return (
            end["at"],
            end["visible_from"],
            rank,
            self._code("outcomes.outcome", end["outcome"]),
            end["deal_id"] or "",
            -(10**18) if amount is None else amount,
        )

    def _code(self, name: str, value: str | None) -> float:
        if value is None:
            return NAN
        known = self.words.categories.get(name, ())
        return known.index(value) + 1 if value in known else 0

    def _visible(self, lead: str, cutoff: int) -> bool:
        return bool(self.leads[lead]["visible_from"] < cutoff)
