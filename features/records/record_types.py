"""The form of plain records: any objects whose attributes are named as the columns of the tables.

Decided here: records are described by their shape, so that this package needs no type of a server
or a database. Times carry their zone; None is missing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

Value = str | float | bool | None
"""The value of an attribute."""


class Dated(Protocol):
    """Anything that occurred and was known."""

    @property
    def occurred_at(self) -> datetime:
        """When it occurred."""

    @property
    def known_at(self) -> datetime | None:
        """When it was known; None means at `occurred_at`."""


class ActivityRecord(Dated, Protocol):
    """One row of the table of activities."""

    @property
    def activity_type(self) -> str:
        """The type."""

    @property
    def topic(self) -> str | None:
        """The topic."""

    @property
    def direction(self) -> str | None:
        """`inbound` or `outbound`."""

    @property
    def actor(self) -> str | None:
        """The salesperson who did it."""

    @property
    def dwell_seconds(self) -> float | None:
        """How long it took."""

    @property
    def amount(self) -> float | None:
        """A sum of money or a quantity."""

    @property
    def text(self) -> str | None:
        """What was said or written."""


class OutcomeRecord(Dated, Protocol):
    """One row of the table of outcomes."""

    @property
    def outcome(self) -> str:
        """`opened`, `won`, `lost` or the name of a stage."""

    @property
    def deal_id(self) -> str | None:
        """The deal; None means the lead's only one."""

    @property
    def amount(self) -> float | None:
        """The deal's value."""


class ChangeRecord(Dated, Protocol):
    """One row of the table of attribute changes."""

    @property
    def attribute(self) -> str:
        """The name of the attribute."""

    @property
    def value(self) -> Value:
        """The new value."""


class LeadRecord(Protocol):
    """One row of the table of leads."""

    @property
    def lead_id(self) -> str:
        """The lead."""

    @property
    def created_at(self) -> datetime:
        """When the lead came into being."""

    @property
    def known_at(self) -> datetime | None:
        """When it was known; None means at `created_at`."""

    @property
    def account_id(self) -> str | None:
        """The account."""

    @property
    def owner_id(self) -> str | None:
        """The owner at first."""

    @property
    def attributes(self) -> Mapping[str, Value]:
        """The attributes at first, by name."""


class AccountRecord(Protocol):
    """One row of the table of accounts."""

    @property
    def account_id(self) -> str:
        """The account."""

    @property
    def known_at(self) -> datetime | None:
        """When it was known; None means always."""

    @property
    def attributes(self) -> Mapping[str, Value]:
        """Its attributes, by name."""


class LeadWithDeals(Protocol):
    """The records of one lead, activities aside."""

    @property
    def lead(self) -> LeadRecord:
        """The lead."""

    @property
    def outcomes(self) -> Sequence[OutcomeRecord]:
        """Its outcomes, in any order."""

    @property
    def changes(self) -> Sequence[ChangeRecord]:
        """The later values of its attributes, in any order."""


class LeadRecords(LeadWithDeals, Protocol):
    """All records of one lead."""

    @property
    def activities(self) -> Sequence[ActivityRecord]:
        """Its activities, in any order."""
