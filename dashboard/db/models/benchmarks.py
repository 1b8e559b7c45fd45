"""Blends of benchmarks: weights of instruments from a day on, and how often they are restored."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, CreatedAt, Rate

REBALANCINGS = "'daily','monthly','quarterly','yearly','never'"


class BenchmarkBlend(Base):
    """A blend by its name."""

    __tablename__ = "benchmark_blends"
    __table_args__ = (
        CheckConstraint("name = btrim(name) and char_length(name) between 1 and 100", name="name"),
        CheckConstraint(f"rebalancing in ({REBALANCINGS})", name="rebalancing"),
    )

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    rebalancing: Mapped[str] = mapped_column(Text)
    created_at: Mapped[CreatedAt]


class BenchmarkWeight(Base):
    """From ``since`` on, ``symbol`` has ``weight`` (1 is all of it) in a blend."""

    __tablename__ = "benchmark_weights"
    __table_args__ = (CheckConstraint("weight > 0 and weight <= 1", name="weight"),)

    benchmark: Mapped[str] = mapped_column(ForeignKey("benchmark_blends.name", ondelete="CASCADE"), primary_key=True)
    since: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    symbol: Mapped[str] = mapped_column(Text, primary_key=True)
    weight: Mapped[Rate]
