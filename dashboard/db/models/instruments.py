"""What else is kept of an instrument: its names elsewhere and before, an address of its own, what it holds."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, CreatedAt, OfInstrument, Rate


class InstrumentSymbol(Base):
    """What a provider other than the instrument's own calls it."""

    __tablename__ = "instrument_symbols"
    __table_args__ = (
        CheckConstraint("provider <> ''", name="provider"),
        CheckConstraint("symbol = btrim(symbol) and symbol <> ''", name="symbol"),
    )

    instrument_id: Mapped[OfInstrument] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    symbol: Mapped[str] = mapped_column(Text)


class FormerSymbol(Base):
    """What an instrument was called before a rename or a merge: older files still name it so."""

    __tablename__ = "former_symbols"
    __table_args__ = (
        CheckConstraint("symbol = btrim(symbol) and symbol <> ''", name="symbol"),
        Index("ix_former_symbols_instrument_id", "instrument_id"),
    )

    symbol: Mapped[str] = mapped_column(Text, primary_key=True)
    instrument_id: Mapped[OfInstrument]
    ended_at: Mapped[CreatedAt]


class InstrumentSource(Base):
    """An address that has an instrument's prices, and where in its answer they are."""

    __tablename__ = "instrument_sources"
    __table_args__ = (
        CheckConstraint("format in ('json', 'csv')", name="format"),
        CheckConstraint("url ~ '^https?://'", name="url"),
        CheckConstraint("date_path <> '' and close_path <> ''", name="paths"),
    )

    instrument_id: Mapped[OfInstrument] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    date_path: Mapped[str] = mapped_column(Text)
    close_path: Mapped[str] = mapped_column(Text)
    currency_path: Mapped[str] = mapped_column(Text, server_default="")
    date_format: Mapped[str] = mapped_column(Text, server_default="")
    headers: Mapped[str] = mapped_column(Text, server_default="")


class InstrumentHolding(Base):
    """A fund holds ``weight`` (1 is all of it) of an instrument, or in a sector, as its provider said on ``as_of``."""

    __tablename__ = "instrument_holdings"
    __table_args__ = (
        CheckConstraint("kind in ('holding', 'sector')", name="kind"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("weight > 0 and weight <= 1", name="weight"),
    )

    instrument_id: Mapped[OfInstrument] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    symbol: Mapped[str] = mapped_column(Text, server_default="")
    weight: Mapped[Rate]
    as_of: Mapped[dt.date] = mapped_column(Date)
