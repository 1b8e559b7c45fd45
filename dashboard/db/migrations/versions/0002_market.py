"""Instruments, prices as traded, corporate actions and exchange rates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, those that others refer to first."""
    _create_instruments()
    _create_prices()
    _create_splits()
    _create_dividends()
    _create_exchange_sessions()
    _create_fx_pairs()
    _create_fx_rates()


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_table("fx_rates")
    op.drop_table("fx_pairs")
    op.drop_table("exchange_sessions")
    op.drop_table("dividends")
    op.drop_table("splits")
    op.drop_table("prices")
    op.drop_table("instruments")


def _create_instruments() -> None:
    op.create_table(
        "instruments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("asset_class", sa.Text(), server_default="equity", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("exchange", sa.Text(), server_default="", nullable=False),
        sa.Column("mic", sa.Text(), server_default="", nullable=False),
        sa.Column("isin", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), server_default="", nullable=False),
        sa.Column("industry", sa.Text(), server_default="", nullable=False),
        sa.Column("country", sa.Text(), server_default="", nullable=False),
        sa.Column("provider", sa.Text(), server_default="", nullable=False),
        sa.Column("provider_symbol", sa.Text(), server_default="", nullable=False),
        sa.Column("multiplier", sa.Numeric(precision=38, scale=18), server_default="1", nullable=False),
        sa.Column("price_unit", sa.Text(), server_default="", nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="unresolved", nullable=False),
        sa.Column("problem_code", sa.Text(), server_default="", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("price_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(problem_code = '') = (problem = '')", name=op.f("ck_instruments_problem")),
        sa.CheckConstraint(
            "asset_class in ('equity','etf','fund','bond','crypto','currency','commodity','index','option',"
            "'future','cash','other')",
            name=op.f("ck_instruments_asset_class"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3,5}$'", name=op.f("ck_instruments_currency")),
        sa.CheckConstraint("multiplier > 0 and multiplier < 'NaN'::numeric", name=op.f("ck_instruments_multiplier")),
        sa.CheckConstraint("state in ('unresolved', 'active', 'not_found')", name=op.f("ck_instruments_state")),
        sa.CheckConstraint("symbol = btrim(symbol) and symbol <> ''", name=op.f("ck_instruments_symbol")),
        sa.CheckConstraint("isin ~ '^[A-Z]{2}[A-Z0-9]{9}[0-9]$'", name=op.f("ck_instruments_isin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruments")),
    )
    op.create_index("ix_instruments_isin", "instruments", ["isin"])
    op.create_index("uq_instruments_symbol", "instruments", ["symbol"], unique=True)


def _create_prices() -> None:
    op.create_table(
        "prices",
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("open", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("close", sa.Double(), nullable=False),
        sa.Column("volume", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("close > 0 and close < 'infinity'::float8", name=op.f("ck_prices_close")),
        sa.CheckConstraint("high is null or high > 0 and high < 'infinity'::float8", name=op.f("ck_prices_high")),
        sa.CheckConstraint("low is null or low > 0 and low < 'infinity'::float8", name=op.f("ck_prices_low")),
        sa.CheckConstraint("open is null or open > 0 and open < 'infinity'::float8", name=op.f("ck_prices_open")),
        sa.CheckConstraint(
            "volume is null or (volume >= 0 and volume < 'infinity'::float8)", name=op.f("ck_prices_volume")
        ),
        sa.CheckConstraint("low <= high", name=op.f("ck_prices_range")),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instruments.id"], name=op.f("fk_prices_instrument_id_instruments"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("instrument_id", "date", name=op.f("pk_prices")),
    )


def _create_splits() -> None:
    op.create_table(
        "splits",
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("ratio", sa.Numeric(precision=38, scale=18), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("ratio > 0 and ratio < 'NaN'::numeric and ratio <> 1", name=op.f("ck_splits_ratio")),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instruments.id"], name=op.f("fk_splits_instrument_id_instruments"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("instrument_id", "date", name=op.f("pk_splits")),
    )


def _create_dividends() -> None:
    op.create_table(
        "dividends",
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("amount > 0 and amount < 'infinity'::float8", name=op.f("ck_dividends_amount")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3,5}$'", name=op.f("ck_dividends_currency")),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_dividends_instrument_id_instruments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instrument_id", "date", "currency", name=op.f("pk_dividends")),
    )


def _create_exchange_sessions() -> None:
    op.create_table(
        "exchange_sessions",
        sa.Column("mic", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.CheckConstraint("mic ~ '^[A-Z0-9]{4}$'", name=op.f("ck_exchange_sessions_mic")),
        sa.PrimaryKeyConstraint("mic", "date", name=op.f("pk_exchange_sessions")),
    )


def _create_fx_pairs() -> None:
    op.create_table(
        "fx_pairs",
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), server_default="", nullable=False),
        sa.Column("provider_symbol", sa.Text(), server_default="", nullable=False),
        sa.Column("problem_code", sa.Text(), server_default="", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rate_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("(problem_code = '') = (problem = '')", name=op.f("ck_fx_pairs_problem")),
        sa.CheckConstraint("base ~ '^[A-Z]{3,5}$' and quote ~ '^[A-Z]{3,5}$'", name=op.f("ck_fx_pairs_currency")),
        sa.CheckConstraint("base <> quote", name=op.f("ck_fx_pairs_pair")),
        sa.PrimaryKeyConstraint("base", "quote", name=op.f("pk_fx_pairs")),
    )


def _create_fx_rates() -> None:
    op.create_table(
        "fx_rates",
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("rate", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("rate > 0 and rate < 'infinity'::float8", name=op.f("ck_fx_rates_rate")),
        sa.ForeignKeyConstraint(
            ["base", "quote"],
            ["fx_pairs.base", "fx_pairs.quote"],
            name=op.f("fk_fx_rates_base_quote_fx_pairs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("base", "quote", "date", name=op.f("pk_fx_rates")),
    )
