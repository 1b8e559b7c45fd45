"""Corporate actions and a portfolio: its rules, what is withheld, what was decided, and how many wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KIND = "kind in ('dividend', 'split')"


def upgrade() -> None:
    """Create the tables."""
    _decisions()
    _rules()
    _rates()
    op.create_table(
        "action_counts",
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("waiting >= 0 and differing >= 0", name=op.f("ck_action_counts_counts")),
        _of_portfolio("action_counts"),
        sa.PrimaryKeyConstraint("portfolio_id", name=op.f("pk_action_counts")),
    )


def _decisions() -> None:
    table = "action_decisions"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(38, 18), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(KIND, name=op.f("ck_action_decisions_kind")),
        sa.CheckConstraint("decision in ('accepted', 'dismissed')", name=op.f("ck_action_decisions_decision")),
        sa.CheckConstraint(
            "decision = 'accepted' or transaction_id is null", name=op.f("ck_action_decisions_row_of_accepted")
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3,5}$'", name=op.f("ck_action_decisions_currency")),
        sa.CheckConstraint("amount <> 'NaN'::numeric", name=op.f("ck_action_decisions_amount")),
        _of_portfolio(table),
        _of_account(table),
        _of_instrument(table),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["transactions.id"],
            name=op.f("fk_action_decisions_transaction_id_transactions"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_decisions")),
    )
    action = ["portfolio_id", "account_id", "instrument_id", "kind", "date", "currency"]
    op.create_index("uq_action_decisions_action", table, action, unique=True)
    op.create_index("uq_action_decisions_transaction_id", table, ["transaction_id"], unique=True)
    op.create_index("ix_action_decisions_instrument_id", table, ["instrument_id"])
    op.create_index("ix_action_decisions_account_id", table, ["account_id"])


def _rules() -> None:
    table = "action_rules"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("instrument_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("reinvest", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(KIND, name=op.f("ck_action_rules_kind")),
        sa.CheckConstraint("rule in ('ask', 'accept', 'ignore')", name=op.f("ck_action_rules_rule")),
        sa.CheckConstraint("kind = 'dividend' or not reinvest", name=op.f("ck_action_rules_reinvest")),
        _of_portfolio(table),
        _of_instrument(table),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_rules")),
    )
    of = ["portfolio_id", "instrument_id", "kind"]
    op.create_index("uq_action_rules_of", table, of, unique=True, postgresql_nulls_not_distinct=True)
    op.create_index("ix_action_rules_instrument_id", table, ["instrument_id"])


def _rates() -> None:
    table = "withholding_rates"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("country", sa.Text(), server_default="", nullable=False),
        sa.Column("rate", sa.Numeric(9, 8), nullable=False),
        sa.CheckConstraint("rate between 0 and 1", name=op.f("ck_withholding_rates_rate")),
        sa.CheckConstraint(
            "country = btrim(country) and country = lower(country)", name=op.f("ck_withholding_rates_country")
        ),
        _of_portfolio(table),
        _of_account(table),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withholding_rates")),
    )
    of = ["portfolio_id", "account_id", "country"]
    op.create_index("uq_withholding_rates_of", table, of, unique=True, postgresql_nulls_not_distinct=True)
    op.create_index("ix_withholding_rates_account_id", table, ["account_id"])


def _of_portfolio(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_portfolio_id_portfolios")
    return sa.ForeignKeyConstraint(["portfolio_id"], ["portfolios.id"], name=name, ondelete="CASCADE")


def _of_instrument(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_instrument_id_instruments")
    return sa.ForeignKeyConstraint(["instrument_id"], ["instruments.id"], name=name, ondelete="CASCADE")


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    columns, name = ["account_id", "portfolio_id"], op.f(f"fk_{table}_account_id_portfolio_id_accounts")
    return sa.ForeignKeyConstraint(columns, ["accounts.id", "accounts.portfolio_id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Drop the tables: rows that were booked stay in their ledgers."""
    for table in ("action_counts", "withholding_rates", "action_rules", "action_decisions"):
        op.drop_table(table)
