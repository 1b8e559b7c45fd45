"""When the sessions of exchanges open and close, their breaks, and which of them are half days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENTS = ("opens_at", "closes_at", "break_starts_at", "break_ends_at")
HOURS = "(opens_at is null) = (closes_at is null) and opens_at < closes_at"
BREAK = (
    "(break_starts_at is null) = (break_ends_at is null) and opens_at < break_starts_at"
    " and break_starts_at < break_ends_at and break_ends_at < closes_at"
)


def upgrade() -> None:
    """Add the hours, empty: a worker fills them in."""
    for name in MOMENTS:
        op.add_column("exchange_sessions", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("exchange_sessions", sa.Column("half_day", sa.Boolean(), server_default="false", nullable=False))
    op.create_check_constraint(op.f("ck_exchange_sessions_hours"), "exchange_sessions", HOURS)
    op.create_check_constraint(op.f("ck_exchange_sessions_break"), "exchange_sessions", BREAK)


def downgrade() -> None:
    """Keep the days alone."""
    for name in ("break", "hours"):
        op.drop_constraint(op.f(f"ck_exchange_sessions_{name}"), "exchange_sessions")
    for name in ("half_day", *reversed(MOMENTS)):
        op.drop_column("exchange_sessions", name)
