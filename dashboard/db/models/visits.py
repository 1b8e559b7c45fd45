"""When people looked at portfolios: what is new since is told from it."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, Moment


class PortfolioVisit(Base):
    """A person's latest visit to a portfolio, and when the one before it ended (None: there was none)."""

    __tablename__ = "portfolio_visits"
    __table_args__ = (
        CheckConstraint("previous_at < seen_at", name="previous_at"),
        Index("ix_portfolio_visits_portfolio_id", "portfolio_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("portfolios.id", ondelete="CASCADE"), primary_key=True
    )
    seen_at: Mapped[Moment]
    previous_at: Mapped[Moment | None]
