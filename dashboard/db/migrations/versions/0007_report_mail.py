"""Mail with a report: whether it is wanted, when it is due, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATES = "mail_state in ('none', 'waiting', 'sent', 'failed', 'off')"


def upgrade() -> None:
    """Add the columns; nobody wanted mail with the reports that there are."""
    for column in (
        sa.Column("mail_state", sa.Text(), server_default="none", nullable=False),
        sa.Column("mail_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("mail_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_error", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("report_runs", column)
    op.create_check_constraint(op.f("ck_report_runs_mail_state"), "report_runs", STATES)
    op.create_check_constraint(
        op.f("ck_report_runs_mail_due_at"), "report_runs", "(mail_state = 'waiting') = (mail_due_at is not null)"
    )
    op.create_index(
        "ix_report_runs_mail", "report_runs", ["mail_due_at"], postgresql_where=sa.text("mail_state = 'waiting'")
    )


def downgrade() -> None:
    """Drop the columns with what they hold."""
    op.drop_index("ix_report_runs_mail", "report_runs")
    op.drop_constraint(op.f("ck_report_runs_mail_due_at"), "report_runs")
    op.drop_constraint(op.f("ck_report_runs_mail_state"), "report_runs")
    for name in ("mail_error", "mail_sent_at", "mail_due_at", "mail_attempts", "mail_state"):
        op.drop_column("report_runs", name)
