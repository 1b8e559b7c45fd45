"""Watchlists: instruments that a person follows, in an order and with notes."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, CreatedAt, Key, OfInstrument


class WatchlistRow(Base):
    """One list of one person; ``position`` is its place among the person's lists."""

    __tablename__ = "watchlists"
    __table_args__ = (
        CheckConstraint("length(name) between 1 and 60 and name = btrim(name)", name="name"),
        CheckConstraint("position >= 0", name="position"),
        CheckConstraint("cardinality(columns) <= 20", name="columns"),
        Index("uq_watchlists_owner_id_lower_name", "owner_id", text("lower(name)"), unique=True),
    )

    id: Mapped[Key]
    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[CreatedAt]


class WatchlistEntry(Base):
    """An instrument on a list; ``position`` is its place."""

    __tablename__ = "watchlist_items"
    __table_args__ = (
        CheckConstraint("position >= 0", name="position"),
        CheckConstraint("length(note) <= 500", name="note"),
        Index("ix_watchlist_items_instrument_id", "instrument_id"),
    )

    watchlist_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("watchlists.id", ondelete="CASCADE"), primary_key=True
    )
    instrument_id: Mapped[OfInstrument] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text, server_default="")
