"""Schedules, their occurrences and report runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, those that others refer to first."""
    _create_schedules()
    _create_job_occurrences()
    _create_report_runs()


def downgrade() -> None:
    """Drop the tables with all they hold."""
    op.drop_table("report_runs")
    op.drop_table("job_occurrences")
    op.drop_table("schedules")


def _create_schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("catch_up", sa.Text(), server_default="latest", nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("catch_up in ('skip', 'latest', 'all')", name=op.f("ck_schedules_catch_up")),
        sa.CheckConstraint("every_seconds > 0", name=op.f("ck_schedules_every_seconds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index("uq_schedules_key", "schedules", ["key"], unique=True)


def _create_job_occurrences() -> None:
    op.create_table(
        "job_occurrences",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="due", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fencing_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("claimed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(state = 'running') = (lease_until is not null)", name=op.f("ck_job_occurrences_lease")),
        sa.CheckConstraint("state in ('due', 'running', 'done', 'failed')", name=op.f("ck_job_occurrences_state")),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_job_occurrences_schedule_id_schedules"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_occurrences")),
        sa.UniqueConstraint("schedule_id", "due_at", name=op.f("uq_job_occurrences_schedule_id_due_at")),
    )
    op.create_index(
        "ix_job_occurrences_open",
        "job_occurrences",
        ["due_at"],
        postgresql_where=sa.text("state in ('due', 'running')"),
    )


def _create_report_runs() -> None:
    op.create_table(
        "report_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("progress", sa.Double(), server_default="0", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fencing_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("filename", sa.Text(), server_default="", nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(state = 'done') = (content is not null)", name=op.f("ck_report_runs_content")),
        sa.CheckConstraint("(state = 'running') = (lease_until is not null)", name=op.f("ck_report_runs_lease")),
        sa.CheckConstraint("format in ('csv', 'xlsx')", name=op.f("ck_report_runs_format")),
        sa.CheckConstraint("kind in ('performance')", name=op.f("ck_report_runs_kind")),
        sa.CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name=op.f("ck_report_runs_state")),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_report_runs_period")),
        sa.CheckConstraint("progress >= 0 and progress <= 1", name=op.f("ck_report_runs_progress")),
        sa.CheckConstraint("rows >= 0", name=op.f("ck_report_runs_rows")),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_report_runs_portfolio_id_portfolios"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["users.id"], name=op.f("fk_report_runs_requested_by_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_runs")),
    )
    op.create_index(
        "ix_report_runs_open", "report_runs", ["created_at"], postgresql_where=sa.text("state in ('queued', 'running')")
    )
    op.create_index("ix_report_runs_portfolio_id", "report_runs", ["portfolio_id", sa.text("created_at desc")])
    op.create_index("ix_report_runs_requested_by", "report_runs", ["requested_by", sa.text("created_at desc")])
