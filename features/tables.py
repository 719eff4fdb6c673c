"""The canonical tables: columns, types, keys.

Decided here: what a table must hold to be used. Converting an export to these tables is the task of
the mapping; checking the content is that of the data checks. Times are `datetime64[us, UTC]`.

- `leads`: one row a lead, key `lead_id`. Every column that is not listed is an attribute: text is a
  category, a number is a number. Values in `leads` are those known at the lead's own `known_at`.
- `activities`: one row an activity, key `activity_id`.
- `outcomes`: one row a dated event of a deal: `opened`, `won`, `lost`, or a stage name.
- `accounts`: one row an account, key `account_id`; further columns are attributes of the account.
- `attribute_changes`: one row a new value of one attribute of one lead, as text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

ColumnKind = Literal["id", "time", "category", "number", "text"]
TableName = Literal["leads", "activities", "outcomes", "accounts", "attribute_changes"]


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Attributes
    ----------
    name
        The name of the column.
    kind
        Which values it holds.
    meaning
        What a value means, and what a missing one does.
    required
        Whether the table must have the column.
    unit
        The unit of a number; "" without.
    """

    name: str
    kind: ColumnKind
    meaning: str
    required: bool = False
    unit: str = ""


@dataclass(frozen=True)
class TableSpec:
    """One canonical table.

    Attributes
    ----------
    name
        The name of the table.
    key
        The columns whose values identify a row.
    columns
        The listed columns, in order.
    open_ended
        Whether further columns are attributes.
    """

    name: TableName
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    open_ended: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The listed column names, in order."""
        return tuple(column.name for column in self.columns)


_LEAD = Column("lead_id", "id", "the lead", required=True)
_OCCURRED = Column("occurred_at", "time", "when it happened", required=True)
_KNOWN = Column("known_at", "time", "when our systems knew it; missing means at occurred_at")

LEADS: Final = TableSpec(
    "leads",
    ("lead_id",),
    (
        _LEAD,
        Column("created_at", "time", "when the lead came into being", required=True),
        Column("known_at", "time", "when our systems knew it; missing means at created_at"),
        Column("account_id", "id", "the account the lead belongs to"),
        Column("owner_id", "category", "the salesperson the lead was given to at first"),
    ),
    open_ended=True,
)
ACTIVITIES: Final = TableSpec(
    "activities",
    ("activity_id",),
    (
        Column("activity_id", "id", "the activity", required=True),
        _LEAD,
        _OCCURRED,
        _KNOWN,
        Column("activity_type", "category", "page_view, email_open, call, ...", required=True),
        Column("topic", "category", "what it was about: pricing, security, ..."),
        Column("direction", "category", "inbound (the lead did it) or outbound (done to the lead)"),
        Column("actor", "category", "the salesperson who did it"),
        Column("dwell_seconds", "number", "how long it took", unit="seconds"),
        Column("amount", "number", "a sum of money or a quantity that came with it", unit="units"),
        Column("text", "text", "what was said or written; read into terms, see words.md"),
    ),
)
OUTCOMES: Final = TableSpec(
    "outcomes",
    ("lead_id", "deal_id", "outcome", "occurred_at"),
    (
        _LEAD,
        Column("deal_id", "id", "the deal; missing means the lead's only one"),
        _OCCURRED,
        _KNOWN,
        Column("outcome", "category", "opened, won, lost, or the name of a stage", required=True),
        Column("amount", "number", "the deal's value at that moment", unit="units"),
        Column("reason", "category", "why a deal was lost; shown and counted, never a feature"),
    ),
)
ACCOUNTS: Final = TableSpec(
    "accounts",
    ("account_id",),
    (
        Column("account_id", "id", "the account", required=True),
        Column("known_at", "time", "when our systems knew it; missing means always"),
    ),
    open_ended=True,
)
ATTRIBUTE_CHANGES: Final = TableSpec(
    "attribute_changes",
    ("lead_id", "attribute", "occurred_at"),
    (
        _LEAD,
        Column("attribute", "category", "the name of the attribute", required=True),
        _OCCURRED,
        _KNOWN,
        Column("value", "text", "the new value as text; missing means it was emptied"),
    ),
)
SPECS: Final[Mapping[TableName, TableSpec]] = {
    spec.name: spec for spec in (LEADS, ACTIVITIES, OUTCOMES, ACCOUNTS, ATTRIBUTE_CHANGES)
}


def empty(name: TableName) -> pd.DataFrame:
    """Return the table without rows, every listed column in its type.

    >>> empty("outcomes").dtypes["occurred_at"]
    datetime64[us, UTC]
    """
    columns = SPECS[name].columns
    return pd.DataFrame({column.name: pd.Series(dtype=dtype_of(column.kind)) for column in columns})


def dtype_of(kind: ColumnKind) -> str:
    """Return the pandas type that holds a kind of column."""
    return {"time": "datetime64[us, UTC]", "number": "float64"}.get(kind, "str")


@dataclass(frozen=True)
class Tables:
    """The canonical tables of some leads, each in the form of its `TableSpec`.

    Attributes
    ----------
    leads, activities, outcomes, accounts, attribute_changes
        The tables; a table that is missing has no rows.
    """

    leads: pd.DataFrame
    activities: pd.DataFrame = field(default_factory=lambda: empty("activities"))
    outcomes: pd.DataFrame = field(default_factory=lambda: empty("outcomes"))
    accounts: pd.DataFrame = field(default_factory=lambda: empty("accounts"))
    attribute_changes: pd.DataFrame = field(default_factory=lambda: empty("attribute_changes"))

    def attributes(self) -> tuple[str, ...]:
        """Return the names of the lead attributes, in the order of the columns."""
        return tuple(name for name in self.leads.columns if name not in LEADS.names)
