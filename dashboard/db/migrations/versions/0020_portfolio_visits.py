"""When people looked at portfolios: what is new since is told from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "portfolio_visits",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("previous_at < seen_at", name=op.f("ck_portfolio_visits_previous_at")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_portfolio_visits_user_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_id"],
            ["portfolios.id"],
            name=op.f("fk_portfolio_visits_portfolio_id_portfolios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "portfolio_id", name=op.f("pk_portfolio_visits")),
    )
    op.create_index("ix_portfolio_visits_portfolio_id", "portfolio_visits", ["portfolio_id"])


def downgrade() -> None:
    """Drop the table: everybody's next visit is the first."""
    op.drop_table("portfolio_visits")
