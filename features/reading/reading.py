"""The reading of a company's records: what its words, numbers, ids and times mean.

It is made of a mapping, stored with the tables, and travels with every model learned from them, so
that a request is read as the export was.

Decided here: an outcome is one of a closed list of words; whoever sends another is refused.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

from features.reading.values import TimeReading, ValueReading

DECISIONS: Final = ("opened", "won", "lost")
_Values = Mapping[str, ValueReading]


@dataclass(frozen=True)
class RecordReading:
    """How the records of one company are read.

    Attributes
    ----------
    tables
        Canonical table -> listed column -> how it is written.
    attributes, account_attributes
        Attribute of a lead, or of an account -> how it is written.
    stages
        The outcomes beside opened, won and lost; None means that any word is one.
    outcome_activities
        Activity types that are the outcome written down: never activities.
    zone
        The company's time zone: that of days, weekdays and times without an offset.
    undone_wins
        Whether wins that were undone are set aside (`exclude`) or conversions (`count`).
    """

    tables: Mapping[str, _Values] = field(default_factory=dict)
    attributes: _Values = field(default_factory=dict)
    account_attributes: _Values = field(default_factory=dict)
    stages: tuple[str, ...] | None = None
    outcome_activities: tuple[str, ...] = ()
    zone: str | None = None
    undone_wins: Literal["exclude", "count"] = "exclude"

    def column(self, table: str, name: str) -> ValueReading | None:
        """Return how a listed column is written; None if the mapping does not feed it.

        Parameters
        ----------
        table
            The canonical table.
        name
            The column.
        """
        return self.tables.get(table, {}).get(name)

    @cached_property
    def outcomes(self) -> Mapping[str, str] | None:
        """Every word for an outcome -> what it means; None means that any word is one.

        >>> stage = ValueReading(values={"失注": "lost"})
        >>> RecordReading({"outcomes": {"outcome": stage}}, stages=("quoted",)).outcomes["失注"]
        'lost'
        """
        if self.stages is None:
            return None
        written = self.column("outcomes", "outcome")
        listed = {} if written is None else dict(written.values)
        return {word: word for word in (*DECISIONS, *self.stages)} | listed

    def to_json(self) -> dict[str, Any]:
        """Return the reading as plain data."""
        return {
            "tables": {
                table: {name: _plain(one) for name, one in columns.items()}
                for table, columns in self.tables.items()
            },
            "attributes": {name: _plain(one) for name, one in self.attributes.items()},
            "account_attributes": {
                name: _plain(one) for name, one in self.account_attributes.items()
            },
            "stages": None if self.stages is None else list(self.stages),
            "outcome_activities": list(self.outcome_activities),
            "zone": self.zone,
        } | ({"undone_wins": "count"} if self.undone_wins == "count" else {})

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "RecordReading":
        """Read what `to_json` wrote.

        >>> reading = RecordReading(
        ...     attributes={"seats": ValueReading("number")}, stages=("quoted",)
        ... )
        >>> RecordReading.from_json(reading.to_json()) == reading
        True
        """
        stages = raw["stages"]
        return cls(
            {table: _values(columns) for table, columns in raw["tables"].items()},
            _values(raw["attributes"]),
            _values(raw["account_attributes"]),
            None if stages is None else tuple(stages),
            tuple(raw["outcome_activities"]),
            raw["zone"],
            raw.get("undone_wins", "exclude"),
        )


PLAIN: Final = RecordReading(undone_wins="count")
"""The reading of a model that holds none: canonical words, times with their offset, all wins."""


def _plain(reading: ValueReading) -> dict[str, Any]:
    """Return what differs from the default, as plain data."""
    default = ValueReading()
    raw = {
        name: value
        for name, value in asdict(reading).items()
        if getattr(reading, name) != getattr(default, name)
    }
    return raw | ({"missing": list(reading.missing)} if "missing" in raw else {})


def _values(raw: Mapping[str, Any]) -> dict[str, ValueReading]:
    return {name: _value(one) for name, one in raw.items()}


def _value(raw: Mapping[str, Any]) -> ValueReading:
    parts: dict[str, Any] = dict(raw)
    if "missing" in parts:
        parts["missing"] = tuple(parts["missing"])
    if "time" in parts:
        parts["time"] = TimeReading(**parts["time"])
    return ValueReading(**parts)
