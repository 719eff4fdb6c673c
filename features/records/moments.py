"""Moments of records: microseconds since 1970, when something occurred and from when it is seen.

Decided here: a record without `known_at` is seen from when it occurred.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import repeat
from operator import sub
from typing import Final

from features.kernel.inputs import Integers
from features.records.coded_lead import OCCURRED_AT, SEEN_FROM
from features.timeline import DAY, SECOND

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(at: datetime) -> int:
    """Turn a time into microseconds.

    >>> moment_of(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    passed = at - _EPOCH
    return passed.days * DAY + passed.seconds * SECOND + passed.microseconds


def seen(at: datetime, known_at: datetime | None) -> tuple[int, int]:
    """Give when a record occurred and from when it is seen."""
    occurred = moment_of(at)
    return occurred, occurred if known_at is None else max(occurred, moment_of(known_at))


def moments_of(at: Sequence[datetime]) -> list[int]:
    """Turn times into microseconds, as `moment_of` does; a call for each would cost half of it."""
    return [
        passed.days * DAY + passed.seconds * SECOND + passed.microseconds
        for passed in map(sub, at, repeat(_EPOCH))
    ]


def put_moments(
    table: Integers, at: Sequence[datetime], known_at: Sequence[datetime | None]
) -> None:
    """Write from when records occurred and from when they are seen."""
    table[OCCURRED_AT] = occurred = moments_of(at)
    if any(known_at):
        known = [
            n if at is None else max(n, moment_of(at))
            for n, at in zip(occurred, known_at, strict=True)
        ]
        table[SEEN_FROM] = known
    else:
        table[SEEN_FROM] = table[OCCURRED_AT]
