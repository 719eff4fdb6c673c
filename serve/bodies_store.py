"""What a CRM sends to be kept: leads, accounts, activities, outcomes.

Decided here: what has no `known_at` was known when it was received, for that is the truth; with
`backfill` it was known when it happened, for histories that are brought along at the start.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from features.errors import Fault
from serve.bodies import BadBody
from serve.records import Activity, Outcome, Value

MOST: Final = 10_000
_FIRST_YEAR: Final = 1970
_MOST_NUMBER: Final = 1e12
_MOST_FAULTS: Final = 100
_DO: Final = "correct the field"


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


def checked(path: str, records: list[Any]) -> None:
    """Refuse records that cannot be meant, all faults at once.

    Raises
    ------
    BadBody
        For times without a zone or before 1970, numbers too large, empty ids, too many records.
    """
    faults = [Fault(f"$.{path}: {len(records)}", f"at most {MOST}", "send several times")]
    faults = faults if len(records) > MOST else []
    for n, record in enumerate(records):
        faults += _of_record(f"$.{path}[{n}]" if path else "$", record)
    if faults:
        raise BadBody(faults[:_MOST_FAULTS])


def _of_record(path: str, record: Any) -> Iterator[Fault]:
    for name in ("created_at", "occurred_at", "known_at"):
        at = getattr(record, name, None)
        if at is not None and (at.tzinfo is None or at.year < _FIRST_YEAR):
            expected = f"a time with its zone, {_FIRST_YEAR} or later"
            yield Fault(f"{path}.{name}: {at.isoformat()}", expected, _DO)
    for name in ("lead_id", "activity_id"):
        text = getattr(record, name, "-")
        if not text.strip() or "\0" in text:
            yield Fault(f"{path}.{name}: {text!r}", "an id", _DO)
    for name in ("dwell_seconds", "amount"):
        number = getattr(record, name, None)
        if number is not None and abs(number) > _MOST_NUMBER:
            yield Fault(f"{path}.{name}: {number:g}", f"at most {_MOST_NUMBER:g}", _DO)
