"""What checks found wrong with prices, distributions and rates, and what was decided about it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, CreatedAt, Key, Moment, Rate

KINDS = (
    "kind in ('scale','inverse','split','dividend','zero','spike','frozen','gap','stale','future','currency',"
    "'disagreement')"
)
ONE_SERIES = "(instrument_id is null) = (base is not null and quote is not null)"
DECIDED = "(state in ('repaired', 'accepted')) = (decided_at is not null)"
SUGGESTED = "suggested is null or (suggested > 0 and suggested < 'infinity'::float8)"


class PriceFinding(Base):
    """One thing that is wrong with one day of an instrument or of a pair.

    The bar stays in ``prices`` as it came (``value`` is its close), a rate in ``fx_rates``. ``quarantined`` keeps it
    out of every figure, ``repaired`` puts ``suggested`` with ``open``, ``high``, ``low`` and ``volume`` in its place,
    ``accepted`` lets it count as it is, and ``open`` only informs.
    """

    __tablename__ = "price_findings"
    __table_args__ = (
        ForeignKeyConstraint(["base", "quote"], ["fx_pairs.base", "fx_pairs.quote"], ondelete="CASCADE"),
        CheckConstraint(ONE_SERIES, name="series"),
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint("state in ('quarantined', 'repaired', 'accepted', 'open')", name="state"),
        CheckConstraint(DECIDED, name="decided"),
        CheckConstraint("state <> 'repaired' or suggested is not null", name="repaired"),
        CheckConstraint(SUGGESTED, name="suggested"),
        CheckConstraint("confidence between 0 and 1", name="confidence"),
        Index(
            "uq_price_findings_day",
            "instrument_id",
            "base",
            "quote",
            "date",
            "kind",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[Key]
    instrument_id: Mapped[int | None] = mapped_column(ForeignKey("instruments.id", ondelete="CASCADE"))
    base: Mapped[str | None] = mapped_column(Text)
    quote: Mapped[str | None] = mapped_column(Text)
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

    @property
    def series(self) -> int | tuple[str, str]:
        """The id of the instrument, or the pair."""
        return self.instrument_id if self.instrument_id is not None else (self.base or "", self.quote or "")
