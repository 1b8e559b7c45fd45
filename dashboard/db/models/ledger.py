"""Portfolios, their accounts, import batches and transactions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import (
    Base,
    CreatedAt,
    Key,
    Moment,
    Money,
    OfInstrument,
    OfPortfolio,
    account_of_portfolio,
)

CURRENCY = "{0} ~ '^[A-Z]{{3,5}}$'"
# A NUMERIC may be NaN, which passes every >= 0.
NOT_NAN = (
    "'NaN'::numeric not in (quantity, fee, tax, amount, coalesce(price, 0), coalesce(fx_rate, 0),"
    " coalesce(target_amount, 0), coalesce(ratio, 0), coalesce(cost_fraction, 0), coalesce(cost, 0), accrued)"
)
TRANSACTION_TYPES = (
    "'buy','sell','dividend','interest','fee','tax','deposit','withdrawal','exchange','split','reinvest','transfer_in',"
    "'transfer_out','spin_off','merger','symbol_change','return_of_capital','staking','airdrop'"
)
MOVES_UNITS = "type in ('buy','sell','reinvest','transfer_in','transfer_out','staking','airdrop')"
OF_INSTRUMENT = "type in ('dividend','split','spin_off','merger','symbol_change','return_of_capital')"
# What a row of each type has in its ratio and in its other instrument.
RATIO_OF_TYPE = (
    "case when type in ('split','spin_off') then ratio is not null"
    " when type = 'merger' then (ratio is null) = (target_instrument_id is null)"
    " else ratio is null or type = 'symbol_change' end"
)
TARGET_OF_TYPE = (
    "case when type in ('spin_off','symbol_change') then target_instrument_id is not null"
    " when type = 'merger' then target_instrument_id is not null or amount > 0"
    " else target_instrument_id is null end"
)


class Portfolio(Base):
    """A ledger and how it is counted. ``ledger_version`` grows with every change; ``dirty_from`` waits to be valued."""

    __tablename__ = "portfolios"
    __table_args__ = (
        CheckConstraint("method in ('fifo', 'lifo', 'hifo', 'average', 'specific')", name="method"),
        CheckConstraint(CURRENCY.format("base_currency"), name="base_currency"),
        CheckConstraint("btrim(name) <> ''", name="name"),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        Index("uq_portfolios_slug", "slug", unique=True),
        Index("ix_portfolios_benchmark_id", "benchmark_id"),
        Index(
            "uq_portfolios_owner_id_name",
            "owner_id",
            text("lower(name)"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[Key]
    owner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    base_currency: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text, server_default="fifo")
    track_cash: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    allow_shorts: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    benchmark_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("instruments.id", ondelete="SET NULL"))
    time_zone: Mapped[str] = mapped_column(Text, server_default="UTC")
    ledger_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    dirty_from: Mapped[dt.date | None] = mapped_column(Date)
    created_at: Mapped[CreatedAt]


class Account(Base):
    """A broker or bank account within a portfolio; "" is the unnamed one."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "name"),
        UniqueConstraint("id", "portfolio_id"),
    )

    id: Mapped[Key]
    portfolio_id: Mapped[OfPortfolio]
    name: Mapped[str] = mapped_column(Text, server_default="")


class PortfolioTag(Base):
    """A word that a person has put on an instrument in one portfolio; returns are grouped by it."""

    __tablename__ = "portfolio_tags"
    __table_args__ = (
        CheckConstraint("tag = btrim(tag) and char_length(tag) between 1 and 60", name="tag"),
        Index("ix_portfolio_tags_instrument_id", "instrument_id"),
    )

    portfolio_id: Mapped[OfPortfolio] = mapped_column(primary_key=True)
    instrument_id: Mapped[OfInstrument] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(Text, primary_key=True)


class ImportBatch(Base):
    """One committed file; undoing it removes its rows and keeps this record."""

    __tablename__ = "import_batches"
    __table_args__ = (
        UniqueConstraint("id", "portfolio_id"),
        Index("ix_import_batches_portfolio_id", "portfolio_id", text("created_at desc")),
    )

    id: Mapped[Key]
    portfolio_id: Mapped[OfPortfolio]
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="SET NULL"))
    filename: Mapped[str] = mapped_column(Text, server_default="")
    format: Mapped[str] = mapped_column(Text, server_default="canonical")
    file_hash: Mapped[bytes] = mapped_column(LargeBinary)
    rows_added: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_duplicate: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_failed: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[CreatedAt]
    undone_at: Mapped[Moment | None]


class LedgerTransaction(Base):
    """One row of a ledger; see :class:`dashboard.domain.transactions.Transaction` for what the columns mean."""

    __tablename__ = "transactions"
    __table_args__ = (
        account_of_portfolio(),
        ForeignKeyConstraint(["batch_id", "portfolio_id"], ["import_batches.id", "import_batches.portfolio_id"]),
        CheckConstraint(f"type in ({TRANSACTION_TYPES})", name="type"),
        CheckConstraint(CURRENCY.format("currency"), name="currency"),
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("fee >= 0", name="fee"),
        CheckConstraint("tax >= 0", name="tax"),
        CheckConstraint("price is null or price >= 0", name="price"),
        CheckConstraint(NOT_NAN, name="not_nan"),
        CheckConstraint("fx_rate is null or fx_rate > 0", name="fx_rate"),
        CheckConstraint(f"not {MOVES_UNITS} or (quantity > 0 and instrument_id is not null)", name="units"),
        CheckConstraint(f"not {OF_INSTRUMENT} or instrument_id is not null", name="of_instrument"),
        CheckConstraint(
            "type not in ('spin_off','merger','symbol_change','return_of_capital') or quantity = 0", name="no_units"
        ),
        CheckConstraint("type <> 'reinvest' or price is not null or amount > 0", name="reinvest"),
        CheckConstraint(RATIO_OF_TYPE, name="ratio_of_type"),
        CheckConstraint("ratio is null or ratio > 0", name="ratio"),
        CheckConstraint(TARGET_OF_TYPE, name="target_of_type"),
        CheckConstraint("target_instrument_id <> instrument_id", name="target_instrument"),
        CheckConstraint("(type = 'spin_off') = (cost_fraction is not null)", name="cost_fraction_of_type"),
        CheckConstraint("cost_fraction between 0 and 1", name="cost_fraction"),
        CheckConstraint(
            "type in ('transfer_in','transfer_out') or (cost is null and acquired is null)", name="transferred"
        ),
        CheckConstraint("cost >= 0", name="cost"),
        CheckConstraint("acquired <= date", name="acquired"),
        CheckConstraint("type in ('sell','transfer_out') or lot_ids = '{}'", name="lots_of_type"),
        CheckConstraint("array_position(lot_ids, null) is null and '' <> all (lot_ids)", name="lot_ids"),
        CheckConstraint("accrued = 0 or (accrued > 0 and type in ('buy','sell'))", name="accrued"),
        CheckConstraint(
            f"fee_currency is null or ({CURRENCY.format('fee_currency')} and fee_currency <> currency and fee > 0)",
            name="fee_currency",
        ),
        CheckConstraint(
            "(type = 'exchange') = (target_amount is not null and target_currency is not null)", name="exchange"
        ),
        CheckConstraint(
            "target_amount is null or (target_amount > 0 and target_currency ~ '^[A-Z]{3,5}$'"
            " and target_currency <> currency)",
            name="target",
        ),
        CheckConstraint("(target_amount is null) = (target_currency is null)", name="target_pair"),
        CheckConstraint(f"cash_currency is null or {CURRENCY.format('cash_currency')}", name="cash_currency"),
        CheckConstraint("type in ('dividend','interest') or amount >= 0", name="amount"),
        CheckConstraint(
            "type not in ('deposit','withdrawal','exchange','return_of_capital') or amount > 0", name="money"
        ),
        CheckConstraint("octet_length(row_hash) between 16 and 64", name="row_hash"),
        Index(
            "uq_transactions_external_id",
            "portfolio_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id is not null"),
        ),
        Index("ix_transactions_portfolio_id_date", "portfolio_id", "date", "id"),
        Index("ix_transactions_instrument_id", "instrument_id", "portfolio_id"),
        Index(
            "ix_transactions_target_instrument_id",
            "target_instrument_id",
            "portfolio_id",
            postgresql_where=text("target_instrument_id is not null"),
        ),
        Index("ix_transactions_batch_id", "batch_id"),
    )

    id: Mapped[Key]
    portfolio_id: Mapped[OfPortfolio]
    account_id: Mapped[int] = mapped_column(BigInteger)
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    instrument_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("instruments.id", ondelete="RESTRICT"))
    date: Mapped[dt.date] = mapped_column(Date)
    type: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    quantity: Mapped[Money] = mapped_column(server_default="0")
    price: Mapped[Money | None]
    fee: Mapped[Money] = mapped_column(server_default="0")
    tax: Mapped[Money] = mapped_column(server_default="0")
    amount: Mapped[Money] = mapped_column(server_default="0")
    fx_rate: Mapped[Money | None]
    cash_currency: Mapped[str | None] = mapped_column(Text)
    target_amount: Mapped[Money | None]
    target_currency: Mapped[str | None] = mapped_column(Text)
    ratio: Mapped[Decimal | None] = mapped_column(Numeric(38, 18))
    target_instrument_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("instruments.id", ondelete="RESTRICT")
    )
    cost_fraction: Mapped[Money | None]
    acquired: Mapped[dt.date | None] = mapped_column(Date)
    cost: Mapped[Money | None]
    lot_ids: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))
    accrued: Mapped[Money] = mapped_column(server_default="0")
    fee_currency: Mapped[str | None] = mapped_column(Text)
    settle_date: Mapped[dt.date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    external_id: Mapped[str | None] = mapped_column(Text)
    row_hash: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[CreatedAt]
