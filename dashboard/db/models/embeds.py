"""Views that other sites show in a frame."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, CreatedAt, Key, Moment, OfPortfolio


class Embed(Base):
    """One view of one portfolio for named origins. Its secret is derived from the installation's key, and not here."""

    __tablename__ = "embeds"
    __table_args__ = (
        CheckConstraint("kind in ('kpi')", name="kind"),
        CheckConstraint("cardinality(origins) between 1 and 10", name="origins"),
        Index("uq_embeds_key", "key", unique=True),
        Index("ix_embeds_portfolio_id", "portfolio_id"),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(Text)
    portfolio_id: Mapped[OfPortfolio]
    kind: Mapped[str] = mapped_column(Text)
    origins: Mapped[list[str]] = mapped_column(ARRAY(Text))
    amounts_hidden: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[CreatedAt]
    revoked_at: Mapped[Moment | None]
