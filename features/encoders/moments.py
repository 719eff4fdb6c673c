"""Moments of records: microseconds since 1970-01-01 UTC, of occurrence and of visibility.

Decided here: a record without `known_at` is visible from when it occurred.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import repeat
from operator import sub
from typing import Final

from features.kernel.coded_lead import OCCURRED_AT, VISIBLE_FROM
from features.kernel.inputs import Integers
from features.timeline import DAY, SECOND

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(at: datetime) -> int:
    """Convert a time to microseconds.

    >>> moment_of(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    passed = at - _EPOCH
    return passed.days * DAY + passed.seconds * SECOND + passed.microseconds


def visibility(at: datetime, known_at: datetime | None) -> tuple[int, int]:
    """Return when a record occurred and from when it is visible, in microseconds.

    Parameters
    ----------
    at
        When it occurred.
    known_at
        When it was known; None means at `at`.
    """
    occurred = moment_of(at)
    return occurred, occurred if known_at is None else max(occurred, moment_of(known_at))


def moments_of(at: Sequence[datetime]) -> list[int]:
    """Convert times to microseconds, as `moment_of` does, without a call for each."""
    return [
        passed.days * DAY + passed.seconds * SECOND + passed.microseconds
        for passed in map(sub, at, repeat(_EPOCH))
    ]


def put_moments(
    table: Integers, at: Sequence[datetime], known_at: Sequence[datetime | None]
) -> None:
    """Write when records occurred and from when they are visible into a table.

    Parameters
    ----------
    table
        A table of `features.kernel.coded_lead.CodedLead`: its rows `OCCURRED_AT` and
        `VISIBLE_FROM` are written.
    at
        When the records occurred.
    known_at
        When they were known; None means at `at`.
    """
    table[OCCURRED_AT] = occurred = moments_of(at)
    if any(known_at):
        known = [
            n if at is None else max(n, moment_of(at))
            for n, at in zip(occurred, known_at, strict=True)
        ]
        table[VISIBLE_FROM] = known
    else:
        table[VISIBLE_FROM] = table[OCCURRED_AT]
