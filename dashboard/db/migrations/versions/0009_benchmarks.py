"""Blends of benchmarks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "benchmark_blends",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rebalancing", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "name = btrim(name) and char_length(name) between 1 and 100", name=op.f("ck_benchmark_blends_name")
        ),
        sa.CheckConstraint(
            "rebalancing in ('daily','monthly','quarterly','yearly','never')",
            name=op.f("ck_benchmark_blends_rebalancing"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_benchmark_blends")),
    )
    op.create_table(
        "benchmark_weights",
        sa.Column("benchmark", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.CheckConstraint("weight > 0 and weight <= 1", name=op.f("ck_benchmark_weights_weight")),
        sa.ForeignKeyConstraint(
            ["benchmark"],
            ["benchmark_blends.name"],
            name=op.f("fk_benchmark_weights_benchmark_benchmark_blends"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("benchmark", "since", "symbol", name=op.f("pk_benchmark_weights")),
    )


def downgrade() -> None:
    """Drop the tables: every blend is gone."""
    op.drop_table("benchmark_weights")
    op.drop_table("benchmark_blends")
