"""The filter of the ranking, and its conditions in a statement.

Decided here: a missing value does not filter, but a ranking is always that of one target; texts are
compared normalised and without case.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, FromClause, and_, false, not_, or_

from features.reading.normalize import folded
from serve.store.engine import moment
from serve.store.leads.display import is_called, search_key
from serve.store.leads.steps import set_aside
from serve.store.tables import RANKING, STANDINGS
from serve.store.text_contains import text_contains
from serve.wire.targets import DEFAULT
from serve.wire.team.standing import Standing

Band = Literal["hot", "warm", "cold"]


class RankingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which leads are wanted; a missing value does not filter.

    Attributes
    ----------
    target
        The target of the ranking; empty is the default.
    standing, band, owner_id, source
        Leads with this value.
    aside_at
        Leads that are not set aside at this moment.
    q
        Leads with this text in their id or in a text of an attribute, whatever the case.
    q_owners
        Owners whose leads match `q` as well, because their display name contains it.
    names
        A text that matches names of leads as well, where the owner is one of `named_owners`.
    named_owners
        The owners whose leads the user may see by name; None means all.
    owners
        The owners whose leads the user may see; none among them stands for leads without an owner.
    attributes
        Leads with these texts as values of their attributes.
    created_since, crossed_since, woke_since
        Leads that were created, became hot or woke up at this moment or later.
    """

    target: str = DEFAULT
    standing: Standing | None = None
    aside_at: datetime | None = None
    band: Band | None = None
    owner_id: str | None = None
    source: str | None = None
    q: str | None = None
    q_owners: frozenset[str] = frozenset()
    names: str | None = None
    named_owners: frozenset[str | None] | None = None
    owners: frozenset[str | None] | None = None
    attributes: dict[str, str] = {}
    created_since: datetime | None = None
    crossed_since: datetime | None = None
    woke_since: datetime | None = None


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A position in the ranking, and how many leads there were when the first page was read."""

    rank_key: float
    lead_id: str
    total: int


def scans(wanted: RankingFilter) -> bool:
    """Return whether no index applies, so that every row must be read."""
    values = (wanted.q, wanted.created_since, wanted.crossed_since, wanted.woke_since)
    return bool(wanted.attributes) or any(one is not None for one in values)


def conditions(wanted: RankingFilter, of: FromClause = RANKING) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a filter on the rows of the ranking, or of a selection of them.

    Parameters
    ----------
    wanted
        The filter.
    of
        The ranking, or a selection with its columns.
    """
    yield of.c.target == wanted.target
    for name in ("standing", "band"):
        value = getattr(wanted, name)
        if value is not None:
            yield of.c[name] == value
    if wanted.crossed_since is not None:
        yield of.c.crossed_at >= moment(wanted.crossed_since)
    if wanted.aside_at is not None:
        yield not_(set_aside(of.c.lead_id, wanted.aside_at))
    yield from of_any_list(wanted, of)


def of_any_list(wanted: RankingFilter, of: FromClause) -> Iterator[ColumnElement[bool]]:
    """Yield those conditions of a filter that apply to leads of every list.

    Parameters
    ----------
    wanted
        The filter.
    of
        The ranking, the standings, or a selection with their columns.
    """
    for name in ("owner_id", "source"):
        value = getattr(wanted, name)
        if value is not None:
            yield of.c[name] == value
    if wanted.q is not None:
        yield or_(*_matches(wanted, wanted.q, of))
    if wanted.owners is not None:
        yield owned_by(of.c.owner_id, wanted.owners)
    for name, text in wanted.attributes.items():
        pair = msgspec.json.encode({name: text}).decode()[1:-1]
        yield text_contains(of.c.attributes, pair)
    for column, since in (
        (of.c.created_at, wanted.created_since),
        (of.c.woke_up_at, wanted.woke_since),
    ):
        if since is not None:
            yield column >= moment(since)


def _matches(wanted: RankingFilter, q: str, of: FromClause) -> Iterator[ColumnElement[bool]]:
    """Yield what a searched text may stand in."""
    yield text_contains(of.c.searched, searched(q))
    if wanted.q_owners:
        yield of.c.owner_id.in_(wanted.q_owners)
    if wanted.names and search_key(wanted.names):
        few = of not in (RANKING, STANDINGS)
        called = is_called(of.c.lead_id, wanted.names, few=few)
        owners = wanted.named_owners
        yield called if owners is None else and_(called, owned_by(of.c.owner_id, owners))


def owned_by(owner_id: ColumnElement[str], owners: frozenset[str | None]) -> ColumnElement[bool]:
    """Return the condition that a lead is one of these owners'.

    Parameters
    ----------
    owner_id
        The column of the owner.
    owners
        None among them stands for leads without an owner.
    """
    named = [owner for owner in owners if owner is not None]
    return or_(owner_id.in_(named), owner_id.is_(None) if None in owners else false())


def searched(text: str) -> str:
    """Return a text as it is searched for: normalised, without case.

    >>> searched(" ＡＣＭＥ株式会社 ")
    'acme株式会社'
    """
    return folded(text).casefold()
