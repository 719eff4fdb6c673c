"""Request bodies of what a CRM sends to be stored: leads, accounts, activities, outcomes.

Decided here: a record without `known_at` was known when it was received; with `backfill` it was
known when it occurred, for the history that is loaded when a CRM is first connected.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from features.errors import Fault
from features.reading.id_rule import plain_id
from serve.wire.bodies import refuse
from serve.wire.records import Activity, Outcome, Value
from serve.wire.value_limits import faults_in, plain

MOST: Final = 10_000


class LeadBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lead; a later value of an attribute that differs is stored as a change.

    An `owner_id` of null takes the lead from its owner; without one the owner stays. `display` is
    shown to people and never scored: `name`, `company`, their readings `name_kana` and
    `company_kana`, `telephone`, `email`, and others. It replaces what was stored; missing leaves
    it.
    """

    created_at: datetime
    known_at: datetime | None = None
    account_id: str | None = None
    owner_id: str | msgspec.UnsetType | None = msgspec.UNSET
    attributes: dict[str, Value] = {}
    display: dict[str, str] | None = None
    backfill: bool = False


class AccountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A company."""

    known_at: datetime | None = None
    attributes: dict[str, Value] = {}


class StoredActivity(Activity, frozen=True, kw_only=True):
    """An activity of a lead; its id makes sending it twice harmless."""

    lead_id: str
    activity_id: str


class ActivitiesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Activities of any leads, in any order."""

    activities: list[StoredActivity]
    backfill: bool = False


class StoredOutcome(Outcome, frozen=True, kw_only=True):
    """An outcome of a lead."""

    lead_id: str


class OutcomesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Outcomes of any leads, in any order."""

    outcomes: list[StoredOutcome]
    backfill: bool = False


def checked(path: str, records: Sequence[Any]) -> None:
    """Check the values of records.

    Parameters
    ----------
    path
        The name of the field that holds them.
    records
        Activities or outcomes.

    Raises
    ------
    BadBody
        With all faults at once: times without a zone or out of range, numbers too large, empty or
        overlong ids, too many records.
    """
    if len(records) > MOST:
        refuse(iter([Fault(f"$.{path}: {len(records)}", f"at most {MOST}", "send several times")]))
    refuse(_faults(f"$.{path}", records))


def _faults(path: str, records: Sequence[Any]) -> Iterator[Fault]:
    for n, one in enumerate(records):
        if not (plain(one) and _has_plain_ids(one)):
            yield from faults_in(one, f"{path}[{n}]")


def _has_plain_ids(record: Any) -> bool:
    """Check whether no id of a record can have a fault."""
    return type(record) is StoredActivity and (
        plain_id(record.lead_id) and plain_id(record.activity_id)
    )
