"""Portfolios, accounts, import batches and transactions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, those that others refer to first."""
    _create_portfolios()
    _create_accounts()
    _create_import_batches()
    _create_transactions()


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_table("transactions")
    op.drop_table("import_batches")
    op.drop_table("accounts")
    op.drop_table("portfolios")


def _create_portfolios() -> None:
    op.create_table(
        "portfolios",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("base_currency", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), server_default="fifo", nullable=False),
        sa.Column("track_cash", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("benchmark_id", sa.BigInteger(), nullable=True),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("ledger_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("dirty_from", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("base_currency ~ '^[A-Z]{3,5}$'", name=op.f("ck_portfolios_base_currency")),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_portfolios_name")),
        sa.CheckConstraint("method in ('fifo', 'average')", name=op.f("ck_portfolios_method")),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_portfolios_slug")),
        sa.ForeignKeyConstraint(
            ["benchmark_id"],
            ["instruments.id"],
            name=op.f("fk_portfolios_benchmark_id_instruments"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_portfolios_owner_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolios")),
    )
    op.create_index("ix_portfolios_benchmark_id", "portfolios", ["benchmark_id"])
    op.create_index(
        "uq_portfolios_owner_id_name",
        "portfolios",
        ["owner_id", sa.text("lower(name)")],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("uq_portfolios_slug", "portfolios", ["slug"], unique=True)


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_accounts_portfolio_id_portfolios"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("id", "portfolio_id", name=op.f("uq_accounts_id_portfolio_id")),
        sa.UniqueConstraint("portfolio_id", "name", name=op.f("uq_accounts_portfolio_id_name")),
    )


def _create_import_batches() -> None:
    op.create_table(
        "import_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("filename", sa.Text(), server_default="", nullable=False),
        sa.Column("format", sa.Text(), server_default="canonical", nullable=False),
        sa.Column("file_hash", sa.LargeBinary(), nullable=False),
        sa.Column("rows_added", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_duplicate", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["portfolio_id"],
            ["portfolios.id"],
            name=op.f("fk_import_batches_portfolio_id_portfolios"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_import_batches_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
        sa.UniqueConstraint("id", "portfolio_id", name=op.f("uq_import_batches_id_portfolio_id")),
    )
    op.create_index("ix_import_batches_portfolio_id", "import_batches", ["portfolio_id", sa.text("created_at desc")])


def _create_transactions() -> None:
    op.create_table(
        "transactions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("instrument_id", sa.BigInteger(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=38, scale=18), server_default="0", nullable=False),
        sa.Column("price", sa.Numeric(precision=38, scale=18), nullable=True),
        sa.Column("fee", sa.Numeric(precision=38, scale=18), server_default="0", nullable=False),
        sa.Column("tax", sa.Numeric(precision=38, scale=18), server_default="0", nullable=False),
        sa.Column("amount", sa.Numeric(precision=38, scale=18), server_default="0", nullable=False),
        sa.Column("fx_rate", sa.Numeric(precision=38, scale=18), nullable=True),
        sa.Column("cash_currency", sa.Text(), nullable=True),
        sa.Column("target_amount", sa.Numeric(precision=38, scale=18), nullable=True),
        sa.Column("target_currency", sa.Text(), nullable=True),
        sa.Column("ratio", sa.Numeric(precision=38, scale=18), nullable=True),
        sa.Column("settle_date", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("row_hash", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "'NaN'::numeric not in (quantity, fee, tax, amount, coalesce(price, 0), coalesce(fx_rate, 0),"
            " coalesce(target_amount, 0), coalesce(ratio, 0))",
            name=op.f("ck_transactions_not_nan"),
        ),
        sa.CheckConstraint(
            "(type = 'exchange') = (target_amount is not null and target_currency is not null)",
            name=op.f("ck_transactions_exchange"),
        ),
        sa.CheckConstraint("(type = 'split') = (ratio is not null)", name=op.f("ck_transactions_split")),
        sa.CheckConstraint(
            "cash_currency is null or cash_currency ~ '^[A-Z]{3,5}$'", name=op.f("ck_transactions_cash_currency")
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3,5}$'", name=op.f("ck_transactions_currency")),
        sa.CheckConstraint(
            "target_amount is null or (target_amount > 0 and target_currency ~ '^[A-Z]{3,5}$'"
            " and target_currency <> currency)",
            name=op.f("ck_transactions_target"),
        ),
        sa.CheckConstraint("type <> 'dividend' or instrument_id is not null", name=op.f("ck_transactions_dividend")),
        sa.CheckConstraint(
            "type in ('buy','sell','dividend','interest','fee','tax','deposit','withdrawal','exchange','split')",
            name=op.f("ck_transactions_type"),
        ),
        sa.CheckConstraint("type in ('dividend','interest') or amount >= 0", name=op.f("ck_transactions_amount")),
        sa.CheckConstraint(
            "type not in ('buy','sell') or (quantity > 0 and instrument_id is not null)",
            name=op.f("ck_transactions_trade"),
        ),
        sa.CheckConstraint(
            "type not in ('deposit','withdrawal','exchange') or amount > 0", name=op.f("ck_transactions_money")
        ),
        sa.CheckConstraint(
            "(target_amount is null) = (target_currency is null)", name=op.f("ck_transactions_target_pair")
        ),
        sa.CheckConstraint("fee >= 0", name=op.f("ck_transactions_fee")),
        sa.CheckConstraint("fx_rate is null or fx_rate > 0", name=op.f("ck_transactions_fx_rate")),
        sa.CheckConstraint("octet_length(row_hash) between 16 and 64", name=op.f("ck_transactions_row_hash")),
        sa.CheckConstraint("price is null or price >= 0", name=op.f("ck_transactions_price")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_transactions_quantity")),
        sa.CheckConstraint(
            "ratio is null or (ratio > 0 and instrument_id is not null)", name=op.f("ck_transactions_ratio")
        ),
        sa.CheckConstraint("tax >= 0", name=op.f("ck_transactions_tax")),
        sa.ForeignKeyConstraint(
            ["account_id", "portfolio_id"],
            ["accounts.id", "accounts.portfolio_id"],
            name=op.f("fk_transactions_account_id_portfolio_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["batch_id", "portfolio_id"],
            ["import_batches.id", "import_batches.portfolio_id"],
            name=op.f("fk_transactions_batch_id_portfolio_id_import_batches"),
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_transactions_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_id"],
            ["portfolios.id"],
            name=op.f("fk_transactions_portfolio_id_portfolios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transactions")),
    )
    op.create_index("ix_transactions_batch_id", "transactions", ["batch_id"])
    op.create_index("ix_transactions_instrument_id", "transactions", ["instrument_id", "portfolio_id"])
    op.create_index("ix_transactions_portfolio_id_date", "transactions", ["portfolio_id", "date", "id"])
    op.create_index(
        "uq_transactions_external_id",
        "transactions",
        ["portfolio_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id is not null"),
    )
