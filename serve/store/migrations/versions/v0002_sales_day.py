"""Names of leads, the lists they are in, and what people did with them.

Every lead is marked as due, so that the lists are filled at the next refresh.
"""

import sqlalchemy as sa
from alembic import op

revision = "v0002_sales_day"
down_revision = "v0001"

_ORDER = ["rank_key", "lead_id"]
_INDEXES = {
    "ix_ranking_rank_key": (["target", *_ORDER], ["standing"]),
    "ix_ranking_band": (["target", "band", *_ORDER], ["standing"]),
    "ix_ranking_owner_id": (["target", "owner_id", *_ORDER], ["standing", "band"]),
    "ix_ranking_source": (["target", "source", *_ORDER, "band"], ["standing"]),
}
"""The columns of indexes of the ranking, until now and further ones."""
_NARROWING = [
    *("target", *_ORDER, "band", "owner_id", "source"),
    *("created_at", "crossed_at", "woke_up_at", "searched", "attributes"),
]


def upgrade() -> None:
    """Create the tables, and the columns of the ranking."""
    _display()
    _standings()
    _work()
    _steps()
    op.add_column("ranking", sa.Column("week_change", sa.Float(), nullable=True))
    standing = sa.Column("standing", sa.String(), server_default="call", nullable=False)
    op.add_column("ranking", standing)
    _index(["standing"])
    op.execute("update ranking_marks set due_at = 0")


def downgrade() -> None:
    """Drop what was created."""
    _index([])
    op.drop_column("ranking", "standing")
    op.drop_column("ranking", "week_change")
    for name in ("lead_steps", "lead_work", "standings", "lead_display"):
        op.drop_table(name)


def _index(further: list[str]) -> None:
    """Replace the indexes of the ranking by those with or without the further columns."""
    for name, (columns, more) in _INDEXES.items():
        op.drop_index(name, "ranking")
        op.create_index(name, "ranking", columns + (more if further else []))
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_ranking_narrowing", "ranking")
        op.create_index("ix_ranking_narrowing", "ranking", _NARROWING + further)


def _display() -> None:
    op.create_table(
        "lead_display",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_lead_display")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_lead_display_searched", "lead_display", ["searched", "lead_id"])


def _standings() -> None:
    op.create_table(
        "standings",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.Column("deals", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_activity_at", sa.BigInteger(), nullable=True),
        sa.Column("last_activity_type", sa.String(), nullable=True),
        sa.Column("woke_up_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_standings")),
    )
    columns = ["standing", "moved_at", "lead_id", "owner_id", "woke_up_at"]
    op.create_index("ix_standings_standing", "standings", columns)


def _work() -> None:
    op.create_table(
        "lead_work",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_lead_work")),
    )
    op.create_index(op.f("ix_lead_work_until"), "lead_work", ["until"])


def _steps() -> None:
    op.create_table(
        "lead_steps",
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("owner_before", sa.String(), nullable=True),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_lead_steps")),
    )
    op.create_index(op.f("ix_lead_steps_lead_id"), "lead_steps", ["lead_id"])
