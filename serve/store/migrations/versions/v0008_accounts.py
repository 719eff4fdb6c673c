"""The ranking of accounts, and the indexes by which leads of an account are read."""

import sqlalchemy as sa
from alembic import op

revision = "v0008_accounts"
down_revision = "v0007_summaries"

_LEADS = ["account_id", "created_at", "known_at", "lead_id", "known"]
_RANKING = ["target", "account_id", "rank_key", "lead_id", "probability", "band"]


def upgrade() -> None:
    """Create them; every lead is due, so that the refresher ranks the accounts."""
    op.create_table(
        "account_ranking",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("target", sa.String(), server_default="", nullable=False),
        sa.Column("rank_key", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("dependence", sa.Float(), nullable=False),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.Column("hot_leads", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "target", name=op.f("pk_account_ranking")),
    )
    op.create_index(
        "ix_account_ranking_rank_key", "account_ranking", ["target", "rank_key", "account_id"]
    )
    op.drop_index("ix_leads_account_id", "leads")
    _index("ix_leads_account_id", "leads", _LEADS)
    _index("ix_ranking_account_id", "ranking", _RANKING)
    op.execute("update ranking_marks set due_at = 0")


def _index(name: str, table: str, columns: list[str]) -> None:
    known = sa.text("account_id IS NOT NULL")
    op.create_index(name, table, columns, postgresql_where=known, sqlite_where=known)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_ranking_account_id", "ranking")
    op.drop_index("ix_leads_account_id", "leads")
    op.create_index("ix_leads_account_id", "leads", ["account_id"])
    op.drop_table("account_ranking")
