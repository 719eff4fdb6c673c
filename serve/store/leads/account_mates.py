"""Which leads of an account are read with one of them: those that features can count.

Decided here: the newest that the cutoff sees, as many as the view `account` counts, and as many of
those that are visible next, whose coming changes a score. So an account of thousands is read as
fast as one of fifty, and a receipt names no more.
"""

from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Select,
    bindparam,
    case,
    collate,
    func,
    select,
    union_all,
)

from features.kernel.account_layout import NEWEST
from serve.store.id_list import in_ids
from serve.store.tables import LEADS

BEFORE: Final[BindParameter[int]] = bindparam("before", type_=BigInteger)
"""The cutoff, in microseconds."""


def mates(account_id: Any, dialect: str) -> Select[Any]:
    """Return the query of the ids of the leads of an account that are read with one of them.

    Parameters
    ----------
    account_id
        A value, a parameter or an expression.
    dialect
        Name of the database's dialect; PostgreSQL may sort texts by a language.
    """
    lead = LEADS.alias()
    visible_from = _visible_from(lead)
    lead_id = collate(lead.c.lead_id, "C") if dialect == "postgresql" else lead.c.lead_id
    own = select(lead.c.lead_id).where(lead.c.account_id == account_id, lead.c.known)
    newest = own.where(visible_from < BEFORE).order_by(visible_from.desc(), lead_id.desc())
    later = own.where(visible_from >= BEFORE).order_by(visible_from, lead_id)
    parts = (query.limit(NEWEST).subquery() for query in (newest, later))
    both = union_all(*(select(part.c.lead_id) for part in parts)).subquery()
    return select(both.c.lead_id)


@cache
def mates_of_each(dialect: str) -> Select[Any]:
    """Return the query of the same leads of many accounts, with their accounts.

    The accounts are bound as `ids`, see `id_list`.

    Parameters
    ----------
    dialect
        Name of the database's dialect.
    """
    lead, visible_from = LEADS.c, _visible_from(LEADS)
    lead_id = collate(lead.lead_id, "C") if dialect == "postgresql" else lead.lead_id
    is_newest = visible_from < BEFORE
    orders = ((visible_from.desc(), lead_id.desc()), (visible_from, lead_id))
    places = (
        func.row_number().over(partition_by=(lead.account_id, is_newest), order_by=order)
        for order in orders
    )
    newest, later = places
    own = select(lead.account_id, lead.lead_id, case((is_newest, newest), else_=later).label("n"))
    listed = own.where(in_ids(dialect, lead.account_id), lead.known).subquery()
    return select(listed.c.account_id, listed.c.lead_id).where(listed.c.n <= NEWEST)


def _visible_from(lead: Any) -> Any:
    return case((lead.c.created_at > lead.c.known_at, lead.c.created_at), else_=lead.c.known_at)
