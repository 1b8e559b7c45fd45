"""Bars within a day, kept for a set number of days."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, Moment, Rate
from dashboard.db.models.market import POSITIVE


class IntradayBar(Base):
    """A bar of ``interval_minutes`` that begins at ``at``: as traded, in the instrument's major currency."""

    __tablename__ = "intraday_bars"
    __table_args__ = (
        CheckConstraint("interval_minutes in (1, 5, 15, 30, 60)", name="interval_minutes"),
        CheckConstraint(POSITIVE.format("close"), name="close"),
        CheckConstraint(f"open is null or {POSITIVE.format('open')}", name="open"),
        CheckConstraint(f"high is null or {POSITIVE.format('high')}", name="high"),
        CheckConstraint(f"low is null or {POSITIVE.format('low')}", name="low"),
        CheckConstraint("low <= high", name="range"),
        CheckConstraint("volume is null or (volume >= 0 and volume < 'infinity'::float8)", name="volume"),
    )

    instrument_id: Mapped[int] = mapped_column(ForeignKey("instruments.id", ondelete="CASCADE"), primary_key=True)
    interval_minutes: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    at: Mapped[Moment] = mapped_column(primary_key=True)
    open: Mapped[Rate | None]
    high: Mapped[Rate | None]
    low: Mapped[Rate | None]
    close: Mapped[Rate]
    volume: Mapped[Rate | None]
    source: Mapped[str] = mapped_column(Text, server_default="")
