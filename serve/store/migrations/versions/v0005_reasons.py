"""Why deals were lost; what each campaign of a channel cost, and whether a person typed it in.

An index counts the leads that came in within a span of time. Every lead is marked as due, so that
its deals have their stages and reasons at the next refresh.
"""

import sqlalchemy as sa
from alembic import op

revision = "v0005_reasons"
down_revision = "v0004_team"


def upgrade() -> None:
    """Add the reason of an outcome, and the campaigns of the spend."""
    op.add_column("outcomes", sa.Column("reason", sa.Text(), nullable=True))
    op.execute("update ranking_marks set due_at = 0")
    columns = ["created_at", "source", "owner_id", "standing"]
    op.create_index("ix_standings_created_at", "standings", columns)
    _spend(
        "source, month, sum(amount) as amount, min(at) as at, min(who) as who",
        sa.Column("campaign", sa.String(), server_default="", nullable=False),
        sa.Column("typed", sa.Boolean(), server_default=sa.true(), nullable=False),
    )


def downgrade() -> None:
    """Remove them; amounts of campaigns are added up."""
    _spend("source, month, sum(amount) as amount, min(at) as at, min(who) as who")
    op.drop_index("ix_standings_created_at", "standings")
    op.drop_column("outcomes", "reason")


def _spend(selected: str, *further: sa.Column) -> None:  # type: ignore[type-arg]
    """Make the table of the spend anew, with further columns, and put its amounts back."""
    query = f"select {selected} from spend group by source, month"  # noqa: S608 - ours
    rows = [dict(row) for row in op.get_bind().execute(sa.text(query)).mappings()]
    op.drop_table("spend")
    key = [one.name for one in further if one.name == "campaign"]
    made = op.create_table(
        "spend",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        *further[:1],
        sa.Column("amount", sa.Float(), nullable=False),
        *further[1:],
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("source", "month", *key, name=op.f("pk_spend")),
    )
    op.bulk_insert(made, rows)
