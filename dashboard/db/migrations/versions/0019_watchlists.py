"""Watchlists: instruments that a person follows, in an order and with notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "watchlists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(name) between 1 and 60 and name = btrim(name)", name=op.f("ck_watchlists_name")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_watchlists_position")),
        sa.CheckConstraint("cardinality(columns) <= 20", name=op.f("ck_watchlists_columns")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_watchlists_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watchlists")),
    )
    op.create_index(
        "uq_watchlists_owner_id_lower_name", "watchlists", ["owner_id", sa.text("lower(name)")], unique=True
    )
    op.create_table(
        "watchlist_items",
        sa.Column("watchlist_id", sa.BigInteger(), nullable=False),
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_watchlist_items_position")),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_watchlist_items_note")),
        sa.ForeignKeyConstraint(
            ["watchlist_id"],
            ["watchlists.id"],
            name=op.f("fk_watchlist_items_watchlist_id_watchlists"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_watchlist_items_instrument_id_instruments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("watchlist_id", "instrument_id", name=op.f("pk_watchlist_items")),
    )
    op.create_index("ix_watchlist_items_instrument_id", "watchlist_items", ["instrument_id"])


def downgrade() -> None:
    """Drop the tables with what is in them."""
    op.drop_table("watchlist_items")
    op.drop_table("watchlists")
