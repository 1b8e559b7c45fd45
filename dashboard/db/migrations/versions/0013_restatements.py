"""What sources and decisions changed of the stored market afterwards, and what that did to portfolios."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_restatements()
    _create_values()
    _create_effects()


def downgrade() -> None:
    """Drop the tables: the log is lost, the values stay as they are."""
    op.drop_table("restatement_effects")
    op.drop_table("restated_values")
    op.drop_table("restatements")


def _create_restatements() -> None:
    op.create_table(
        "restatements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("instrument_id", sa.BigInteger(), nullable=True),
        sa.Column("base", sa.Text(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("previous_source", sa.Text(), server_default="", nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("undo_days", ARRAY(sa.Date()), nullable=True),
        sa.Column("undo_values", ARRAY(sa.Double()), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "cause in ('corrected','reloaded','repaired','accepted')", name=op.f("ck_restatements_cause")
        ),
        sa.CheckConstraint(
            "(instrument_id is null) = (base is not null and quote is not null)", name=op.f("ck_restatements_series")
        ),
        sa.CheckConstraint("first_date <= last_date and count > 0", name=op.f("ck_restatements_range")),
        sa.CheckConstraint(
            "coalesce(cardinality(undo_days), 0) = coalesce(cardinality(undo_values), 0)",
            name=op.f("ck_restatements_undo"),
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_restatements_instrument_id_instruments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["base", "quote"],
            ["fx_pairs.base", "fx_pairs.quote"],
            name=op.f("fk_restatements_base_quote_fx_pairs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restatements")),
    )
    op.create_index("ix_restatements_instrument_id", "restatements", ["instrument_id"])
    op.create_index("ix_restatements_base_quote", "restatements", ["base", "quote"])
    op.create_index("ix_restatements_at", "restatements", ["at"])


def _create_values() -> None:
    op.create_table(
        "restated_values",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("restatement_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old_value", sa.Double(), nullable=True),
        sa.Column("new_value", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "field in ('open','high','low','close','volume','split','dividend','rate')",
            name=op.f("ck_restated_values_field"),
        ),
        sa.CheckConstraint("old_value is not null or new_value is not null", name=op.f("ck_restated_values_value")),
        sa.ForeignKeyConstraint(
            ["restatement_id"],
            ["restatements.id"],
            name=op.f("fk_restated_values_restatement_id_restatements"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restated_values")),
    )
    op.create_index("ix_restated_values_restatement_id", "restated_values", ["restatement_id"])


def _create_effects() -> None:
    money = ("day_before", "day_after", "value_before", "value_after", "gain_before", "gain_after")
    op.create_table(
        "restatement_effects",
        sa.Column("restatement_id", sa.BigInteger(), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        *(sa.Column(name, sa.Double(), nullable=True) for name in money),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(recorded_at is null) = (date is null)", name=op.f("ck_restatement_effects_recorded")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3,5}$'", name=op.f("ck_restatement_effects_currency")),
        sa.ForeignKeyConstraint(
            ["restatement_id"],
            ["restatements.id"],
            name=op.f("fk_restatement_effects_restatement_id_restatements"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_id"],
            ["portfolios.id"],
            name=op.f("fk_restatement_effects_portfolio_id_portfolios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("restatement_id", "portfolio_id", name=op.f("pk_restatement_effects")),
    )
    op.create_index("ix_restatement_effects_portfolio_id", "restatement_effects", ["portfolio_id", "recorded_at"])
