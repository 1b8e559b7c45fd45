"""Views that other sites show in a frame."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "embeds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("origins", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("amounts_hidden", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('kpi')", name=op.f("ck_embeds_kind")),
        sa.CheckConstraint("cardinality(origins) between 1 and 10", name=op.f("ck_embeds_origins")),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_embeds_portfolio_id_portfolios"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embeds")),
    )
    op.create_index("uq_embeds_key", "embeds", ["key"], unique=True)
    op.create_index("ix_embeds_portfolio_id", "embeds", ["portfolio_id"])


def downgrade() -> None:
    """Drop the table: every view is gone."""
    op.drop_table("embeds")
