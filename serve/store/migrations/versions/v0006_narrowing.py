"""Indexes by which the ranking is narrowed: by source, and in SQLite by all that can be asked."""

from alembic import op

revision = "0006"
down_revision = "0005"

_NARROWING = "ix_ranking_narrowing"
_SOURCE = "ix_ranking_source_rank_key_lead_id_band"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index(_SOURCE, "ranking", ["source", "rank_key", "lead_id", "band"])
    if _in_sqlite():
        columns = ["rank_key", "lead_id", "band", "owner_id", "source"]
        columns += ["created_at", "crossed_at", "woke_up_at", "searched", "attributes"]
        op.create_index(_NARROWING, "ranking", columns)


def downgrade() -> None:
    """Drop the indexes."""
    op.drop_index(_SOURCE, "ranking")
    if _in_sqlite():
        op.drop_index(_NARROWING, "ranking")


def _in_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
