"""What a CRM sends to be kept: leads, accounts, activities, outcomes.

Decided here: what has no `known_at` was known when it was received, for that is the truth; with
`backfill` it was known when it happened, for histories that are brought along at the start.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from features.errors import Fault
from serve.wire.bodies import refuse
from serve.wire.records import Activity, Outcome, Value
from serve.wire.value_limits import plain, plain_id, unmeant

MOST: Final = 10_000


class LeadBody(msgspec.Struct, frozen=True, kw_only=True):
    """A lead; later other values of attributes are kept as changes."""

    created_at: datetime
    known_at: datetime | None = None
    account_id: str | None = None
    owner_id: str | None = None
    attributes: dict[str, Value] = {}
    backfill: bool = False


class AccountBody(msgspec.Struct, frozen=True, kw_only=True):
    """A company."""

    known_at: datetime | None = None
    attributes: dict[str, Value] = {}


class StoredActivity(Activity, frozen=True, kw_only=True):
    """An activity of a lead; its id makes sending it twice harmless."""

    lead_id: str
    activity_id: str


class ActivitiesBody(msgspec.Struct, frozen=True, kw_only=True):
    """Activities of any leads, in any order."""

    activities: list[StoredActivity]
    backfill: bool = False


class StoredOutcome(Outcome, frozen=True, kw_only=True):
    """An outcome of a lead."""

    lead_id: str


class OutcomesBody(msgspec.Struct, frozen=True, kw_only=True):
    """Outcomes of any leads, in any order."""

    outcomes: list[StoredOutcome]
    backfill: bool = False


def checked(path: str, records: Sequence[Any]) -> None:
    """Refuse records that cannot be meant, all faults at once.

    Raises
    ------
    BadBody
        For times without a zone or out of range, numbers too large, ids that are none, too many
        records.
    """
    if len(records) > MOST:
        refuse(iter([Fault(f"$.{path}: {len(records)}", f"at most {MOST}", "send several times")]))
    refuse(_unmeant(f"$.{path}", records))


def _unmeant(path: str, records: Sequence[Any]) -> Iterator[Fault]:
    for n, one in enumerate(records):
        if not (plain(one) and _named(one)):
            yield from unmeant(one, f"{path}[{n}]")


def _named(record: Any) -> bool:
    """Say whether no id of a record needs a closer look."""
    return type(record) is StoredActivity and (
        plain_id(record.lead_id) and plain_id(record.activity_id)
    )
