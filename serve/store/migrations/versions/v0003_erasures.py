"""Numbers of erasures; who did what in the audit; browsers; delays instead of locks."""

import sqlalchemy as sa
from alembic import op

revision = "v0003_erasures"
down_revision = "v0002_sales_day"


def upgrade() -> None:
    """Add erasures, browsers and two columns of the audit; forget the locks."""
    op.create_table(
        "erasures",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_erasures")),
    )
    op.add_column("audit", sa.Column("who", sa.String(), nullable=True))
    op.add_column("audit", sa.Column("lead_id", sa.String(), nullable=True))
    op.create_index(op.f("ix_audit_lead_id"), "audit", ["lead_id"])
    op.create_table(
        "devices",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_devices_user_id")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_devices")),
    )
    op.create_index(op.f("ix_devices_user_id"), "devices", ["user_id"])
    op.drop_table("sign_in_failures")
    _failures("last_at")
    op.create_index(op.f("ix_sign_in_failures_last_at"), "sign_in_failures", ["last_at"])


def _failures(moment: str) -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(moment, sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_failures")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("sign_in_failures")
    _failures("first_at")
    op.drop_table("devices")
    op.drop_index(op.f("ix_audit_lead_id"), "audit")
    op.drop_column("audit", "lead_id")
    op.drop_column("audit", "who")
    op.drop_table("erasures")
