"""The audit trail, append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = """
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
end
$$
"""
APPEND_ONLY_TRIGGER = """
create trigger audit_append_only before update or delete or truncate on audit
for each statement execute function audit_is_append_only()
"""


def upgrade() -> None:
    """Create the tables, those that others refer to first."""
    _create_audit()
    op.execute(APPEND_ONLY)
    op.execute(APPEND_ONLY_TRIGGER)


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_table("audit")
    op.execute("drop function audit_is_append_only()")


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), server_default="", nullable=False),
        sa.Column("object_id", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("result", sa.Text(), server_default="ok", nullable=False),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("result in ('ok', 'denied', 'failed')", name=op.f("ck_audit_result")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", [sa.text("at desc")])
    op.create_index("ix_audit_object", "audit", ["object_type", "object_id"])
