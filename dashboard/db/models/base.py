"""The declarative base, its naming convention and the column types that every table shares."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from sqlalchemy import BigInteger, DateTime, Double, ForeignKey, ForeignKeyConstraint, Identity, MetaData, Numeric, func
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Key = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
Money = Annotated[Decimal, mapped_column(Numeric(38, 18))]
Rate = Annotated[float, mapped_column(Double)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
# What goes with its portfolio, or with its instrument.
OfPortfolio = Annotated[int, mapped_column(BigInteger, ForeignKey("portfolios.id", ondelete="CASCADE"))]
OfInstrument = Annotated[int, mapped_column(BigInteger, ForeignKey("instruments.id", ondelete="CASCADE"))]


def account_of_portfolio() -> ForeignKeyConstraint:
    """The account is one of the row's own portfolio, and the row goes with it."""
    return ForeignKeyConstraint(
        ["account_id", "portfolio_id"], ["accounts.id", "accounts.portfolio_id"], ondelete="CASCADE"
    )


class Base(DeclarativeBase):
    """The base of every model."""

    metadata = MetaData(naming_convention=NAMING)
