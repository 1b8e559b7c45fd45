"""When providers were last asked for a series, whatever they answered: what is due is decided by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("instruments", "fx_pairs")


def upgrade() -> None:
    """Add the time; what was refreshed was asked for then."""
    for table in TABLES:
        op.add_column(table, sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        op.execute(f"update {table} set asked_at = refreshed_at")  # noqa: S608  # names of this file


def downgrade() -> None:
    """Forget it."""
    for table in TABLES:
        op.drop_column(table, "asked_at")
