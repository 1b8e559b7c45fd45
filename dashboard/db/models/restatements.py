"""What sources and decisions changed of the stored market afterwards, and what that did to portfolios."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, Double, ForeignKey, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, CreatedAt, Key, Moment, Rate

CAUSES = "'corrected','reloaded','repaired','accepted'"
FIELDS = "'open','high','low','close','volume','split','dividend','rate'"
ONE_SERIES = "(instrument_id is null) = (base is not null and quote is not null)"


class Restatement(Base):
    """One write that changed stored values of a series, of ``count`` values from ``first_date`` to ``last_date``.

    ``undo_days`` and ``undo_values`` are the closes or rates that counted before (NaN: none did), by day. They are kept
    until what the change did is known for every portfolio that it touched.
    """

    __tablename__ = "restatements"
    __table_args__ = (
        ForeignKeyConstraint(["base", "quote"], ["fx_pairs.base", "fx_pairs.quote"], ondelete="CASCADE"),
        CheckConstraint(f"cause in ({CAUSES})", name="cause"),
        CheckConstraint(ONE_SERIES, name="series"),
        CheckConstraint("first_date <= last_date and count > 0", name="range"),
        CheckConstraint("coalesce(cardinality(undo_days), 0) = coalesce(cardinality(undo_values), 0)", name="undo"),
        Index("ix_restatements_instrument_id", "instrument_id"),
        Index("ix_restatements_base_quote", "base", "quote"),
        Index("ix_restatements_at", "at"),
    )

    id: Mapped[Key]
    instrument_id: Mapped[int | None] = mapped_column(ForeignKey("instruments.id", ondelete="CASCADE"))
    base: Mapped[str | None] = mapped_column(Text)
    quote: Mapped[str | None] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, server_default="")
    previous_source: Mapped[str] = mapped_column(Text, server_default="")
    first_date: Mapped[dt.date] = mapped_column(Date)
    last_date: Mapped[dt.date] = mapped_column(Date)
    count: Mapped[int] = mapped_column(Integer)
    undo_days: Mapped[list[dt.date] | None] = mapped_column(ARRAY(Date))
    undo_values: Mapped[list[float] | None] = mapped_column(ARRAY(Double))
    at: Mapped[CreatedAt]


class RestatedValue(Base):
    """A value that was changed: all of a small restatement, the largest changes of one of many values."""

    __tablename__ = "restated_values"
    __table_args__ = (
        CheckConstraint(f"field in ({FIELDS})", name="field"),
        CheckConstraint("old_value is not null or new_value is not null", name="value"),
        Index("ix_restated_values_restatement_id", "restatement_id"),
    )

    id: Mapped[Key]
    restatement_id: Mapped[int] = mapped_column(ForeignKey("restatements.id", ondelete="CASCADE"))
    date: Mapped[dt.date] = mapped_column(Date)
    field: Mapped[str] = mapped_column(Text)
    old_value: Mapped[Rate | None]
    new_value: Mapped[Rate | None]


class RestatementEffect(Base):
    """What a restatement did to a portfolio, in its base currency; unknown until a worker has valued it again.

    ``date`` is the day whose value changed most, with ``day_before`` and ``day_after``; ``value`` is that of the last
    day and ``gain`` the total gain up to it.
    """

    __tablename__ = "restatement_effects"
    __table_args__ = (
        CheckConstraint("(recorded_at is null) = (date is null)", name="recorded"),
        CheckConstraint("currency ~ '^[A-Z]{3,5}$'", name="currency"),
        Index("ix_restatement_effects_portfolio_id", "portfolio_id", "recorded_at"),
    )

    restatement_id: Mapped[int] = mapped_column(ForeignKey("restatements.id", ondelete="CASCADE"), primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id", ondelete="CASCADE"), primary_key=True)
    currency: Mapped[str | None] = mapped_column(Text)
    date: Mapped[dt.date | None] = mapped_column(Date)
    day_before: Mapped[Rate | None]
    day_after: Mapped[Rate | None]
    value_before: Mapped[Rate | None]
    value_after: Mapped[Rate | None]
    gain_before: Mapped[Rate | None]
    gain_after: Mapped[Rate | None]
    recorded_at: Mapped[Moment | None]
