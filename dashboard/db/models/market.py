"""Instruments, their prices as traded, corporate actions and exchange rates."""

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
    Numeric,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, CreatedAt, Key, Moment, OfInstrument, Rate

ASSET_CLASSES = "'equity','etf','fund','bond','crypto','currency','commodity','index','option','future','cash','other'"
# NaN counts as larger than infinity, so one comparison refuses both.
POSITIVE = "{0} > 0 and {0} < 'infinity'::float8"
PERCENT_UNIT, PERCENT = "percent", Decimal("0.01")
POSITIVE_NUMERIC = "{0} > 0 and {0} < 'NaN'::numeric"


class InstrumentRow(Base):
    """Something that can be held. ``currency`` is a major one; ``price_unit`` is how it is quoted: GBp, or percent.

    ``edited`` names the columns that a person has filled in: no provider overwrites them. ``provider_symbol`` is what
    ``provider`` calls it; what others do is in :class:`~dashboard.db.models.instruments.InstrumentSymbol`.
    """

    __tablename__ = "instruments"
    __table_args__ = (
        CheckConstraint(f"asset_class in ({ASSET_CLASSES})", name="asset_class"),
        CheckConstraint("currency ~ '^[A-Z]{3,5}$'", name="currency"),
        CheckConstraint("state in ('unresolved', 'active', 'not_found', 'delisted')", name="state"),
        CheckConstraint("(state = 'delisted') = (delisted_on is not null)", name="delisted"),
        CheckConstraint("stale_after_days > 0", name="stale_after_days"),
        CheckConstraint(POSITIVE_NUMERIC.format("multiplier"), name="multiplier"),
        CheckConstraint("(problem_code = '') = (problem = '')", name="problem"),
        CheckConstraint("symbol = btrim(symbol) and symbol <> ''", name="symbol"),
        CheckConstraint("isin ~ '^[A-Z]{2}[A-Z0-9]{9}[0-9]$'", name="isin"),
        Index("uq_instruments_symbol", "symbol", unique=True),
        Index("ix_instruments_isin", "isin"),
        # Every change of a price raises a version here: with room on its page a row is written once and no index.
        {"postgresql_with": {"fillfactor": 60}},
    )

    id: Mapped[Key]
    symbol: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    asset_class: Mapped[str] = mapped_column(Text, server_default="equity")
    currency: Mapped[str] = mapped_column(Text)
    exchange: Mapped[str] = mapped_column(Text, server_default="")
    mic: Mapped[str] = mapped_column(Text, server_default="")
    isin: Mapped[str | None] = mapped_column(Text)
    sector: Mapped[str] = mapped_column(Text, server_default="")
    industry: Mapped[str] = mapped_column(Text, server_default="")
    country: Mapped[str] = mapped_column(Text, server_default="")
    provider: Mapped[str] = mapped_column(Text, server_default="")
    provider_symbol: Mapped[str] = mapped_column(Text, server_default="")
    multiplier: Mapped[Decimal] = mapped_column(Numeric(38, 18), server_default="1")
    price_unit: Mapped[str] = mapped_column(Text, server_default="")
    time_zone: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="unresolved")
    problem_code: Mapped[str] = mapped_column(Text, server_default="")
    problem: Mapped[str] = mapped_column(Text, server_default="")
    refreshed_at: Mapped[Moment | None]
    asked_at: Mapped[Moment | None]
    price_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[CreatedAt]
    delisted_on: Mapped[dt.date | None] = mapped_column(Date)
    stale_after_days: Mapped[int | None] = mapped_column(Integer)
    edited: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))
    described_at: Mapped[Moment | None]
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="SET NULL"))

    @property
    def value_multiplier(self) -> Decimal:
        """What quantity × price is multiplied with: a price in percent is of the face value that is held."""
        return (self.multiplier * (PERCENT if self.price_unit == PERCENT_UNIT else 1)).normalize()


class Price(Base):
    """One bar as traded, in the instrument's major currency, unadjusted for later splits."""

    __tablename__ = "prices"
    __table_args__ = (
        # With the close in it, a read of closes needs the index alone, which lies by instrument; rows lie as they came.
        PrimaryKeyConstraint("instrument_id", "date", postgresql_include=["close"]),
        CheckConstraint(POSITIVE.format("close"), name="close"),
        CheckConstraint(f"open is null or {POSITIVE.format('open')}", name="open"),
        CheckConstraint(f"high is null or {POSITIVE.format('high')}", name="high"),
        CheckConstraint(f"low is null or {POSITIVE.format('low')}", name="low"),
        CheckConstraint("low <= high", name="range"),
        CheckConstraint("volume is null or (volume >= 0 and volume < 'infinity'::float8)", name="volume"),
    )

    instrument_id: Mapped[OfInstrument]
    date: Mapped[dt.date] = mapped_column(Date)
    open: Mapped[Rate | None]
    high: Mapped[Rate | None]
    low: Mapped[Rate | None]
    close: Mapped[Rate]
    volume: Mapped[Rate | None]
    source: Mapped[str] = mapped_column(Text, server_default="")


class SplitRow(Base):
    """From ``date`` on, one old unit is ``ratio`` new ones."""

    __tablename__ = "splits"
    __table_args__ = (CheckConstraint(f"{POSITIVE_NUMERIC.format('ratio')} and ratio <> 1", name="ratio"),)

    instrument_id: Mapped[OfInstrument] = mapped_column(primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    ratio: Mapped[Decimal] = mapped_column(Numeric(38, 18))
    source: Mapped[str] = mapped_column(Text, server_default="")


class Dividend(Base):
    """A distribution of ``amount`` a unit as held on the ex-date ``date``."""

    __tablename__ = "dividends"
    __table_args__ = (
        CheckConstraint(POSITIVE.format("amount"), name="amount"),
        CheckConstraint("currency ~ '^[A-Z]{3,5}$'", name="currency"),
    )

    instrument_id: Mapped[OfInstrument] = mapped_column(primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    amount: Mapped[Rate]
    source: Mapped[str] = mapped_column(Text, server_default="")


class ExchangeSession(Base):
    """A day on which an exchange (by its market identifier code) trades; the age of a price is counted in them.

    A day that was stored before hours were has none until a worker fills them in.
    """

    __tablename__ = "exchange_sessions"
    __table_args__ = (
        CheckConstraint("mic ~ '^[A-Z0-9]{4}$'", name="mic"),
        CheckConstraint("(opens_at is null) = (closes_at is null) and opens_at < closes_at", name="hours"),
        CheckConstraint(
            "(break_starts_at is null) = (break_ends_at is null) and opens_at < break_starts_at"
            " and break_starts_at < break_ends_at and break_ends_at < closes_at",
            name="break",
        ),
    )

    mic: Mapped[str] = mapped_column(Text, primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    opens_at: Mapped[Moment | None]
    closes_at: Mapped[Moment | None]
    break_starts_at: Mapped[Moment | None]
    break_ends_at: Mapped[Moment | None]
    half_day: Mapped[bool] = mapped_column(Boolean, server_default="false")


class FxPair(Base):
    """A series of exchange rates: which it is, who gives it and how its last refresh went."""

    __tablename__ = "fx_pairs"
    __table_args__ = (
        CheckConstraint("base <> quote", name="pair"),
        CheckConstraint("base ~ '^[A-Z]{3,5}$' and quote ~ '^[A-Z]{3,5}$'", name="currency"),
        CheckConstraint("(problem_code = '') = (problem = '')", name="problem"),
    )

    base: Mapped[str] = mapped_column(Text, primary_key=True)
    quote: Mapped[str] = mapped_column(Text, primary_key=True)
    provider: Mapped[str] = mapped_column(Text, server_default="")
    provider_symbol: Mapped[str] = mapped_column(Text, server_default="")
    problem_code: Mapped[str] = mapped_column(Text, server_default="")
    problem: Mapped[str] = mapped_column(Text, server_default="")
    refreshed_at: Mapped[Moment | None]
    asked_at: Mapped[Moment | None]
    rate_version: Mapped[int] = mapped_column(BigInteger, server_default="0")


class FxRate(Base):
    """``rate`` units of ``quote`` for 1 ``base``."""

    __tablename__ = "fx_rates"
    __table_args__ = (
        ForeignKeyConstraint(["base", "quote"], ["fx_pairs.base", "fx_pairs.quote"], ondelete="CASCADE"),
        CheckConstraint(POSITIVE.format("rate"), name="rate"),
    )

    base: Mapped[str] = mapped_column(Text, primary_key=True)
    quote: Mapped[str] = mapped_column(Text, primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    rate: Mapped[Rate]
    source: Mapped[str] = mapped_column(Text, server_default="")
