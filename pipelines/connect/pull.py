"""Pulling: everything once, then what changed; and the daily comparison of the whole roll.

Decided here: a roll that lacks records proves nothing: each is read by its id, and only what the
system does not have is gone. If so much is gone at once that a lost right is likelier than a
deletion, nothing is erased until a person accepts it. A record that came meanwhile is never taken
for gone, for only what the mirror held before the roll began is compared.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, NamedTuple

from features.errors import BadRequest
from pipelines.connect.crm import Crm
from pipelines.connect.mirror import Mirror
from pipelines.connect.state import State

_EVERY: Final = timedelta(hours=20)
_FEW: Final = 20
_SHARE: Final = 0.2


class Pulled(NamedTuple):
    """How many records were news, were mended by the comparison, and are gone."""

    news: int
    mended: int
    gone: int


def pull(crm: Crm, state: State, now: datetime, *, whole: bool, accept: bool = False) -> Pulled:
    """Bring the mirror up to date; it can be stopped anywhere and run again.

    Parameters
    ----------
    crm
        The system.
    state
        Of the connection.
    now
        The moment.
    whole
        Whether the whole roll is compared, though it was less than 20 hours ago.
    accept
        Whether any number of deletions is accepted.

    Raises
    ------
    BadRequest
        If more than a fifth of the records (and more than 20) are gone at once.
    """
    mirror = Mirror(state, crm.lead_table)
    news = sum(_changes(crm, mirror, table) for table in crm.tables)
    mended = gone = 0
    for table in crm.tables if whole or _is_due(state, now) else ():
        more = _reconcile(crm, mirror, table, now, accept=accept)
        mended, gone = mended + more[0], gone + more[1]
        if table == crm.tables[-1]:
            state.set_fact("reconciled", now.isoformat())
    return Pulled(news, mended, gone)


def read_again(crm: Crm, state: State, table: str, record_ids: Sequence[str], now: datetime) -> int:
    """Read records of which a webhook says that they changed; return how many changed or are gone.

    Parameters
    ----------
    crm
        The system.
    state
        Of the connection.
    table
        Of the records.
    record_ids
        Their ids; ids that do not exist and are not stored are ignored.
    now
        The moment.
    """
    mirror, changed = Mirror(state, crm.lead_table), 0
    for some in batches(record_ids, crm.read_batch):
        records = crm.read(table, some)
        existing = {one.record_id for one in records}
        changed += mirror.take(table, records)
        absent = [one for one in some if one not in existing]
        changed += mirror.vanish(table, absent, now.isoformat())
    return changed


def _changes(crm: Crm, mirror: Mirror, table: str) -> int:
    news, more = 0, True
    while more:
        page = crm.changes(table, mirror.cursor(table))
        news += mirror.take_page(table, page)
        more = page.more
    return news


def _reconcile(
    crm: Crm, mirror: Mirror, table: str, now: datetime, *, accept: bool
) -> tuple[int, int]:
    before = mirror.versions(table)
    existing: dict[str, int] = {}
    after: str | None = None
    while True:
        roll = crm.roll(table, after)
        existing |= roll.versions
        after = roll.after
        if after is None:
            break
    differing = [one for one, version in existing.items() if before.get(one) != version]
    missing = [one for one in before if one not in existing]
    mended, gone = 0, []
    for some in batches(differing, crm.read_batch):
        mended += mirror.take(table, crm.read(table, some))
    for some in batches(missing, crm.read_batch):
        records = crm.read(table, some)
        mended += mirror.take(table, records)
        there = {one.record_id for one in records}
        gone += [one for one in some if one not in there]
    _check_gone(table, len(gone), len(before), accept=accept)
    return mended, mirror.vanish(table, gone, now.isoformat())


def _check_gone(table: str, gone: int, before: int, *, accept: bool) -> None:
    if gone > max(_FEW, _SHARE * before) and not accept:
        raise BadRequest.of(
            f"{gone:,} of {before:,} records of {table} are gone",
            "fewer: a lost right to see them looks the same",
            "check the rights; if they were deleted, run it with --accept-deletions",
        )


def _is_due(state: State, now: datetime) -> bool:
    last = state.fact("reconciled")
    return last is None or now - datetime.fromisoformat(last) >= _EVERY


def batches(things: Sequence[str], size: int) -> Iterator[list[str]]:
    """Yield things a batch at a time.

    >>> list(batches(["a", "b", "c"], 2))
    [['a', 'b'], ['c']]

    Parameters
    ----------
    things
        In their order.
    size
        Of a batch, at most.
    """
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some
