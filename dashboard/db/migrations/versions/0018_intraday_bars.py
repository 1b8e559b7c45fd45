"""Bars within a day; closes in the key of prices; room in the pages of instruments.

A read of closes then needs the index alone, and instruments, whose rows change with every price, change in place.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

POSITIVE = "{0} > 0 and {0} < 'infinity'::float8"


def upgrade() -> None:
    """Create the table and build the key anew; every row stays. Rows of instruments find the room as they change."""
    op.execute("alter table instruments set (fillfactor = 60)")
    _key("include (close)")
    op.create_table(
        "intraday_bars",
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("interval_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("close", sa.Double(), nullable=False),
        sa.Column("volume", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("interval_minutes in (1, 5, 15, 30, 60)", name=op.f("ck_intraday_bars_interval_minutes")),
        sa.CheckConstraint(POSITIVE.format("close"), name=op.f("ck_intraday_bars_close")),
        sa.CheckConstraint(f"open is null or {POSITIVE.format('open')}", name=op.f("ck_intraday_bars_open")),
        sa.CheckConstraint(f"high is null or {POSITIVE.format('high')}", name=op.f("ck_intraday_bars_high")),
        sa.CheckConstraint(f"low is null or {POSITIVE.format('low')}", name=op.f("ck_intraday_bars_low")),
        sa.CheckConstraint("low <= high", name=op.f("ck_intraday_bars_range")),
        sa.CheckConstraint(
            "volume is null or (volume >= 0 and volume < 'infinity'::float8)", name=op.f("ck_intraday_bars_volume")
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_intraday_bars_instrument_id_instruments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instrument_id", "interval_minutes", "at", name=op.f("pk_intraday_bars")),
    )


def downgrade() -> None:
    """Drop the table with its bars: a source has the last weeks of them."""
    op.drop_table("intraday_bars")
    _key("")
    op.execute("alter table instruments reset (fillfactor)")


def _key(included: str) -> None:
    op.execute(
        "alter table prices drop constraint pk_prices, "
        f"add constraint pk_prices primary key (instrument_id, date) {included}"
    )
