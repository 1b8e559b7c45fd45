"""What checks found wrong with prices and distributions, and what was decided about it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, CreatedAt, Key, Moment, Rate

KINDS = "kind in ('scale','split','dividend','zero','spike','frozen','gap','stale','future','currency','disagreement')"
DECIDED = "(state in ('repaired', 'accepted')) = (decided_at is not null)"
SUGGESTED = "suggested is null or (suggested > 0 and suggested < 'infinity'::float8)"


class PriceFinding(Base):
    """One thing that is wrong with one day of an instrument.

    The bar stays in ``prices`` as it came (``value`` is its close). ``quarantined`` keeps it out of every figure,
    ``repaired`` puts ``suggested`` with ``open``, ``high``, ``low`` and ``volume`` in its place, ``accepted`` lets it
    count as it is, and ``open`` only informs.
    """

    __tablename__ = "price_findings"
    __table_args__ = (
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint("state in ('quarantined', 'repaired', 'accepted', 'open')", name="state"),
        CheckConstraint(DECIDED, name="decided"),
        CheckConstraint("state <> 'repaired' or suggested is not null", name="repaired"),
        CheckConstraint(SUGGESTED, name="suggested"),
        CheckConstraint("confidence between 0 and 1", name="confidence"),
        Index("uq_price_findings_day", "instrument_id", "date", "kind", unique=True),
    )

    id: Mapped[Key]
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instruments.id", ondelete="CASCADE"))
    date: Mapped[dt.date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    value: Mapped[Rate | None]
    suggested: Mapped[Rate | None]
    open: Mapped[Rate | None]
    high: Mapped[Rate | None]
    low: Mapped[Rate | None]
    volume: Mapped[Rate | None]
    reason: Mapped[str] = mapped_column(Text)
    confidence: Mapped[Rate]
    found_at: Mapped[CreatedAt]
    decided_by: Mapped[str] = mapped_column(Text, server_default="")
    decided_at: Mapped[Moment | None]
