"""What is due, what has been claimed, and what reports were made. PostgreSQL owns all of it; Redis only carries."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column

from dashboard.db.models.base import Base, CreatedAt, Key, Moment, OfPortfolio


class Schedule(Base):
    """A recurring piece of work. The declared ones are reconciled into this table at start."""

    __tablename__ = "schedules"
    __table_args__ = (
        CheckConstraint("every_seconds > 0", name="every_seconds"),
        CheckConstraint("catch_up in ('skip', 'latest', 'all')", name="catch_up"),
        Index("uq_schedules_key", "key", unique=True),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(Text)
    job: Mapped[str] = mapped_column(Text)
    every_seconds: Mapped[int] = mapped_column(Integer)
    catch_up: Mapped[str] = mapped_column(Text, server_default="latest")
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    next_due_at: Mapped[Moment]


class JobOccurrence(Base):
    """One due time of a schedule: made once, claimed under a lease, finished once."""

    __tablename__ = "job_occurrences"
    __table_args__ = (
        UniqueConstraint("schedule_id", "due_at"),
        CheckConstraint("state in ('due', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("(state = 'running') = (lease_until is not null)", name="lease"),
        Index("ix_job_occurrences_open", "due_at", postgresql_where=text("state in ('due', 'running')")),
    )

    id: Mapped[Key]
    schedule_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("schedules.id", ondelete="CASCADE"))
    due_at: Mapped[Moment]
    state: Mapped[str] = mapped_column(Text, server_default="due")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    fencing_token: Mapped[int] = mapped_column(BigInteger, server_default="0")
    claimed_by: Mapped[str] = mapped_column(Text, server_default="")
    lease_until: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]
    error: Mapped[str] = mapped_column(Text, server_default="")


class ReportRun(Base):
    """One report that was asked for, and its file once a worker has made it."""

    __tablename__ = "report_runs"
    __table_args__ = (
        CheckConstraint("kind in ('performance', 'holdings', 'transactions', 'tax')", name="kind"),
        CheckConstraint("format in ('csv', 'xlsx', 'json')", name="format"),
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("(state = 'done') = (content is not null)", name="content"),
        CheckConstraint("(state = 'running') = (lease_until is not null)", name="lease"),
        CheckConstraint("progress >= 0 and progress <= 1", name="progress"),
        CheckConstraint("period_from <= period_to", name="period"),
        CheckConstraint("rows >= 0", name="rows"),
        CheckConstraint("mail_state in ('none', 'waiting', 'sent', 'failed', 'off')", name="mail_state"),
        CheckConstraint("(mail_state = 'waiting') = (mail_due_at is not null)", name="mail_due_at"),
        Index("ix_report_runs_requested_by", "requested_by", text("created_at desc")),
        Index("ix_report_runs_portfolio_id", "portfolio_id", text("created_at desc")),
        Index("ix_report_runs_open", "created_at", postgresql_where=text("state in ('queued', 'running')")),
        Index("ix_report_runs_mail", "mail_due_at", postgresql_where=text("mail_state = 'waiting'")),
    )

    id: Mapped[Key]
    portfolio_id: Mapped[OfPortfolio]
    requested_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    period_from: Mapped[dt.date | None] = mapped_column(Date)
    period_to: Mapped[dt.date | None] = mapped_column(Date)
    currency: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    progress: Mapped[float] = mapped_column(Double, server_default="0")
    stage: Mapped[str] = mapped_column(Text, server_default="")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    fencing_token: Mapped[int] = mapped_column(BigInteger, server_default="0")
    lease_until: Mapped[Moment | None]
    created_at: Mapped[CreatedAt]
    started_at: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]
    error: Mapped[str] = mapped_column(Text, server_default="")
    filename: Mapped[str] = mapped_column(Text, server_default="")
    rows: Mapped[int | None] = mapped_column(Integer)
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    mail_state: Mapped[str] = mapped_column(Text, server_default="none")
    mail_attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    mail_due_at: Mapped[Moment | None]
    mail_sent_at: Mapped[Moment | None]
    mail_error: Mapped[str] = mapped_column(Text, server_default="")
