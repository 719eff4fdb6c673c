"""Limits of the bands, salespeople, absences, hot moments, spend, drafts of points."""

import sqlalchemy as sa
from alembic import op

revision = "v0004_team"
down_revision = "v0003_erasures"

_TABLES = ("points_drafts", "spend", "hot_moments", "absences", "reps", "band_limits")
_INTEREST = [
    *("target", "band", "standing", "interest", "topic", "rank_key", "lead_id"),
    *("score", "probability"),
]


def upgrade() -> None:
    """Create the tables, the interest of leads, indexes and the limits that a receipt names."""
    op.add_column("receipts", sa.Column("limits_id", sa.Integer(), nullable=True))
    for name in ("interest", "topic"):
        op.add_column("ranking", sa.Column(name, sa.String(), nullable=True))
    op.create_index("ix_ranking_interest", "ranking", _INTEREST)
    op.create_index("ix_ranking_week_change", "ranking", ["target", "week_change", "lead_id"])
    op.execute("update ranking_marks set due_at = 0")
    op.create_index("ix_lead_steps_kind_at", "lead_steps", ["kind", "at"])
    _history("band_limits", "limits_id", _limits())
    _history("points_drafts", "draft_id", [sa.Column("points", sa.Text(), nullable=False)])
    _team()
    _moments()
    _spend()


def downgrade() -> None:
    """Drop what was created."""
    for name in _TABLES:
        op.drop_table(name)
    op.drop_index("ix_lead_steps_kind_at", "lead_steps")
    op.drop_index("ix_ranking_week_change", "ranking")
    op.drop_index("ix_ranking_interest", "ranking")
    for name in ("topic", "interest"):
        op.drop_column("ranking", name)
    op.drop_column("receipts", "limits_id")


def _limits() -> list[sa.Column[float] | sa.Column[str]]:
    return [
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("hot", sa.Float(), nullable=False),
        sa.Column("warm", sa.Float(), nullable=False),
    ]


def _history(name: str, key: str, columns: list) -> None:  # type: ignore[type-arg]
    op.create_table(
        name,
        sa.Column(key, sa.Integer(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        *columns,
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_target"), name, ["target"])


def _team() -> None:
    op.create_table(
        "reps",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_reps")),
    )
    op.create_table(
        "absences",
        sa.Column("absence_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("first_on", sa.String(), nullable=False),
        sa.Column("last_on", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("absence_id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_owner_id"), "absences", ["owner_id"])


def _moments() -> None:
    op.create_table(
        "hot_moments",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("target", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "target", "at", name=op.f("pk_hot_moments")),
    )
    op.create_index("ix_hot_moments_target_at", "hot_moments", ["target", "at"])


def _spend() -> None:
    op.create_table(
        "spend",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("source", "month", name=op.f("pk_spend")),
    )
