"""The table of accounts that are ranked, and the indexes by which leads of an account are read."""

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table

from serve.store.tables import LEADS, METADATA, RANKING
from serve.wire.targets import DEFAULT

ACCOUNT_RANKING: Final = Table(
    "account_ranking",
    METADATA,
    Column("account_id", String, primary_key=True),
    Column("target", String, primary_key=True, server_default=DEFAULT),
    Column("rank_key", Float, nullable=False),
    Column("probability", Float, nullable=False),
    Column("dependence", Float, nullable=False),
    Column("leads", Integer, nullable=False),
    Column("hot_leads", Integer, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Index("ix_account_ranking_rank_key", "target", "rank_key", "account_id"),
)
"""The accounts that have open leads; see `serve.store.ranking.account_ranking`."""


def _of_accounts(table: Any, *names: str) -> None:
    """Index the rows of a table that have an account."""
    known = table.c.account_id.is_not(None)
    columns = (table.c[name] for name in names)
    name = f"ix_{table.name}_account_id"
    Index(name, *columns, postgresql_where=known, sqlite_where=known)


_of_accounts(LEADS, "account_id", "created_at", "known_at", "lead_id", "known")
_of_accounts(RANKING, "account_id")
