"""Which leads of the ranking are wanted, as conditions of a statement.

Decided here: what is missing does not narrow; texts are compared folded and without case.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, FromClause, false, or_

from features.records.normalize import folded
from serve.store.engine import moment
from serve.store.tables import RANKING
from serve.store.text_contains import holds

Band = Literal["hot", "warm", "cold"]


class RankingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which leads; what is missing does not narrow.

    `q` is looked for in ids and in the texts of attributes, whatever the case, and finds the leads
    of `q_owners` as well, whom the reader calls by names; `owners` are those
    whose leads may be seen, none among them for leads without one; `crossed_since` and `woke_since`
    ask for leads that became hot, or woke up, at that moment or later.
    """

    band: Band | None = None
    owner_id: str | None = None
    source: str | None = None
    q: str | None = None
    q_owners: frozenset[str] = frozenset()
    owners: frozenset[str | None] | None = None
    attributes: dict[str, str] = {}
    created_since: datetime | None = None
    crossed_since: datetime | None = None
    woke_since: datetime | None = None


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A place in the ranking's order, and how many leads there were when it was begun."""

    rank_key: float
    lead_id: str
    total: int


def scans(wanted: RankingFilter) -> bool:
    """Tell whether no index narrows, so that every row must be looked at."""
    told = (wanted.q, wanted.created_since, wanted.crossed_since, wanted.woke_since)
    return bool(wanted.attributes) or any(one is not None for one in told)


def conditions(wanted: RankingFilter, of: FromClause = RANKING) -> Iterator[ColumnElement[bool]]:
    """Give what a filter asks of a row of the ranking, or of rows taken from it."""
    for name in ("band", "owner_id", "source"):
        value = getattr(wanted, name)
        if value is not None:
            yield of.c[name] == value
    if wanted.q is not None:
        found = holds(of.c.searched, searched(wanted.q))
        yield or_(found, of.c.owner_id.in_(wanted.q_owners)) if wanted.q_owners else found
    if wanted.owners is not None:
        named = [owner for owner in wanted.owners if owner is not None]
        unowned = of.c.owner_id.is_(None) if None in wanted.owners else false()
        yield or_(of.c.owner_id.in_(named), unowned)
    for name, text in wanted.attributes.items():
        pair = msgspec.json.encode({name: text}).decode()[1:-1]
        yield holds(of.c.attributes, pair)
    for column, since in (
        (of.c.created_at, wanted.created_since),
        (of.c.crossed_at, wanted.crossed_since),
        (of.c.woke_up_at, wanted.woke_since),
    ):
        if since is not None:
            yield column >= moment(since)


def searched(text: str) -> str:
    """Give a text as it is looked for: folded, without case.

    >>> searched(" ＡＣＭＥ株式会社 ")
    'acme株式会社'
    """
    return folded(text).casefold()
