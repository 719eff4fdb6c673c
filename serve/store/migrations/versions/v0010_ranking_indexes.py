"""Smaller indexes of the ranking: on PostgreSQL the place of a lead stands in one, not in five."""

import sqlalchemy as sa
from alembic import op

revision = "v0010_ranking_indexes"
down_revision = "v0009_contact_value"

_ORDER = ["rank_key", "lead_id"]
_RANK_KEY = ["target", *_ORDER, "standing"]
_BEFORE = {
    "ix_ranking_band": ["target", "band", *_ORDER, "standing"],
    "ix_ranking_owner_id": ["target", "owner_id", *_ORDER, "standing", "band"],
    "ix_ranking_source": ["target", "source", *_ORDER, "band", "standing"],
    "ix_ranking_interest": [
        *("target", "band", "standing", "interest", "topic", *_ORDER),
        *("score", "probability"),
    ],
}
_NOW = {
    "ix_ranking_owners": ["target", "owner_id"],
    "ix_ranking_sources": ["target", "source"],
    "ix_ranking_interests": ["target", "band", "standing", "interest", "topic"],
}
"""Those of PostgreSQL; SQLite, which finds rows more slowly, stays with those before."""
_BOTH = ["ix_ranking_rank_key", "ix_ranking_week_change", "ix_ranking_account_id"]
_CHANGE = ["target", "week_change", "lead_id"]
_ACCOUNT = ["target", "account_id", *_ORDER, "probability", "band"]


def upgrade() -> None:
    """Replace them; rows without a change in a week are in no index of it."""
    former = _set_aside([*_of_postgresql(_BEFORE), *_BOTH])
    _create({**_of_postgresql(_NOW), "ix_ranking_rank_key": [*_RANK_KEY, "band"]})
    _partial("ix_ranking_week_change", _CHANGE, "week_change")
    _partial("ix_ranking_account_id", ["account_id"], "account_id")
    _drop(former)


def downgrade() -> None:
    """Create those of the version before."""
    former = _set_aside([*_of_postgresql(_NOW), *_BOTH])
    of_both = {"ix_ranking_rank_key": _RANK_KEY, "ix_ranking_week_change": _CHANGE}
    _create({**_of_postgresql(_BEFORE), **of_both})
    _partial("ix_ranking_account_id", _ACCOUNT, "account_id")
    _drop(former)


def _of_postgresql(indexes: dict[str, list[str]]) -> dict[str, list[str]]:
    return indexes if op.get_bind().dialect.name == "postgresql" else {}


def _set_aside(names: list[str]) -> list[str]:
    """Rename indexes, so that the ranking can be read while others are made; return their names.

    That holds for this migration alone: one before it in the same upgrade may lock the table.
    SQLite, which cannot rename them and has one writer anyhow, drops them at once.
    """
    if op.get_bind().dialect.name == "sqlite":
        _drop(names)
        return []
    for name in names:
        op.execute(f"alter index {name} rename to {name}_former")
    return [f"{name}_former" for name in names]


def _create(indexes: dict[str, list[str]]) -> None:
    for name, columns in indexes.items():
        op.create_index(name, "ranking", columns)


def _partial(name: str, columns: list[str], known: str) -> None:
    where = sa.text(f"{known} IS NOT NULL")
    op.create_index(name, "ranking", columns, postgresql_where=where, sqlite_where=where)


def _drop(names: list[str]) -> None:
    for name in names:
        op.drop_index(name, "ranking")
