"""What checks found wrong with prices and distributions, and what was decided about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "price_findings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("suggested", sa.Double(), nullable=True),
        sa.Column("open", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("volume", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind in ('scale','split','dividend','zero','spike','frozen','gap','stale','future','currency',"
            "'disagreement')",
            name=op.f("ck_price_findings_kind"),
        ),
        sa.CheckConstraint(
            "state in ('quarantined', 'repaired', 'accepted', 'open')", name=op.f("ck_price_findings_state")
        ),
        sa.CheckConstraint(
            "(state in ('repaired', 'accepted')) = (decided_at is not null)", name=op.f("ck_price_findings_decided")
        ),
        sa.CheckConstraint("state <> 'repaired' or suggested is not null", name=op.f("ck_price_findings_repaired")),
        sa.CheckConstraint(
            "suggested is null or (suggested > 0 and suggested < 'infinity'::float8)",
            name=op.f("ck_price_findings_suggested"),
        ),
        sa.CheckConstraint("confidence between 0 and 1", name=op.f("ck_price_findings_confidence")),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_price_findings_instrument_id_instruments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_findings")),
    )
    op.create_index("uq_price_findings_day", "price_findings", ["instrument_id", "date", "kind"], unique=True)


def downgrade() -> None:
    """Drop the table: what was held back counts again."""
    op.drop_table("price_findings")
