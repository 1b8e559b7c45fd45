"""Report runs as rows: asked for, claimed under a lease with a fencing token, done once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any  # Any: rows of many columns, read by name

from sqlalchemy import ColumnElement, Select, Update, delete, func, or_, select, update
from sqlalchemy.engine import Row

from dashboard.db.engine import db
from dashboard.db.models.identity import User
from dashboard.db.models.jobs import ReportRun
from dashboard.db.models.ledger import Portfolio
from dashboard.db.repositories.ledger.portfolios import POSSIBLE_KEYS
from dashboard.domain.access import SYSTEM, Actor, Role, UserId
from dashboard.results.reports import MailState, ReportFile, ReportFormat, ReportKind, ReportRunItem, RunState


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that is being made; only the holder of ``token`` may still change it."""

    id: int
    token: int
    attempts: int
    portfolio_id: int
    requested_by: int | None
    kind: ReportKind
    format: ReportFormat
    start: date | None
    end: date | None


def insert(
    actor: Actor,
    portfolio_id: int,
    kind: ReportKind,
    file_format: ReportFormat,
    *,
    start: date | None,
    end: date | None,
    request_id: str,
    mail: bool = False,
) -> int:
    """A new run that waits; with ``mail``, so does a mail."""
    run = ReportRun(
        portfolio_id=portfolio_id,
        requested_by=actor.user_id,
        kind=kind.value,
        format=file_format.value,
        period_from=start,
        period_to=end,
        request_id=request_id,
        mail_state=(MailState.WAITING if mail else MailState.NONE).value,
        mail_due_at=func.now() if mail else None,
    )
    db.session.add(run)
    db.session.flush()
    return run.id


def claim(run_id: int, lease_seconds: float, most_attempts: int) -> ClaimedRun | None:
    """Take a run that waits, or whose lease has run out; None where there is nothing to take."""
    row = db.session.execute(
        update(ReportRun)
        .where(ReportRun.id == run_id, ReportRun.attempts < most_attempts, _is_open())
        .values(
            state=RunState.RUNNING.value,
            attempts=ReportRun.attempts + 1,
            fencing_token=ReportRun.fencing_token + 1,
            lease_until=_in(lease_seconds),
            started_at=func.now(),
            finished_at=None,
            progress=0.0,
            stage="",
            error="",
        )
        .returning(
            ReportRun.id, ReportRun.fencing_token, ReportRun.attempts, ReportRun.portfolio_id, ReportRun.requested_by,
            ReportRun.kind, ReportRun.format, ReportRun.period_from, ReportRun.period_to,
        )
    ).one_or_none()  # fmt: skip
    db.session.commit()
    if row is None:
        return None
    number, token, attempts, portfolio_id, requested_by, kind, file_format, start, end = row
    return ClaimedRun(
        number, token, attempts, portfolio_id, requested_by, ReportKind(kind), ReportFormat(file_format), start, end
    )


def renew(run: ClaimedRun, lease_seconds: float) -> bool:
    """Keep the run for longer; False where it is no longer ours."""
    return _write(_ours(run).values(lease_until=_in(lease_seconds)))


def set_progress(run: ClaimedRun, progress: float, stage: str, lease_seconds: float) -> bool:
    """Say how far the run is; False where it is no longer ours."""
    return _write(_ours(run).values(progress=progress, stage=stage, lease_until=_in(lease_seconds)))


def complete(run: ClaimedRun, file: ReportFile, rows: int) -> bool:
    """Store the file and end the run; False, and nothing stored, where it is no longer ours."""
    return _write(
        _ours(run).values(
            state=RunState.DONE.value,
            lease_until=None,
            finished_at=func.now(),
            progress=1.0,
            stage="",
            content=file.content,
            filename=file.filename,
            rows=rows,
        )
    )


def fail(run: ClaimedRun, reason: str) -> bool:
    """End the run without a file."""
    return _write(
        _ours(run).values(state=RunState.FAILED.value, lease_until=None, finished_at=func.now(), stage="", error=reason)
    )


def release(run: ClaimedRun, reason: str) -> bool:
    """Let the run wait again, for another attempt."""
    return _write(_ours(run).values(state=RunState.QUEUED.value, lease_until=None, stage="", error=reason))


def open_runs(most_attempts: int) -> tuple[int, ...]:
    """Runs that a worker should make: they wait, or their worker has died."""
    wanted = select(ReportRun.id).where(_is_open(), ReportRun.attempts < most_attempts).order_by(ReportRun.created_at)
    return tuple(db.session.scalars(wanted))


def give_up(most_attempts: int, reason: str) -> int:
    """End the runs whose workers have died once too often; returns how many."""
    found = db.session.execute(
        update(ReportRun)
        .where(_is_open(), ReportRun.attempts >= most_attempts)
        .values(state=RunState.FAILED.value, lease_until=None, finished_at=func.now(), stage="", error=reason)
        .returning(ReportRun.id)
    ).all()
    db.session.commit()
    return len(found)


def forget_before(days: int) -> int:
    """Delete runs that ended more than ``days`` ago; returns how many."""
    found = db.session.execute(
        delete(ReportRun).where(ReportRun.finished_at < func.now() - timedelta(days=days)).returning(ReportRun.id)
    ).all()
    db.session.commit()
    return len(found)


def requester(user_id: int | None) -> Actor | None:
    """Whoever asked, with the role of today; None where that user may no longer sign in."""
    if user_id is None:
        return SYSTEM
    user = db.session.get(User, user_id)
    if user is None or user.disabled_at is not None:
        return None
    return Actor(UserId(user.id), user.email, Role(user.role))


def items(owner_id: int | None, *, everyone: bool, portfolio_id: int | None, limit: int) -> tuple[ReportRunItem, ...]:
    """Runs of an owner's portfolios, the latest first."""
    wanted = _select().order_by(ReportRun.created_at.desc(), ReportRun.id.desc()).limit(limit)
    if not everyone:
        wanted = wanted.where(Portfolio.owner_id == owner_id)
    if portfolio_id is not None:
        wanted = wanted.where(ReportRun.portfolio_id == portfolio_id)
    return tuple(_item(row) for row in db.session.execute(wanted))


def item(run_id: int) -> ReportRunItem | None:
    """The run ``run_id``; any number may be asked for."""
    if run_id not in POSSIBLE_KEYS:
        return None
    row = db.session.execute(_select().where(ReportRun.id == run_id)).one_or_none()
    return None if row is None else _item(row)


def file(run_id: int) -> ReportFile | None:
    """The file of a run that is done."""
    row = db.session.execute(
        select(ReportRun.filename, ReportRun.format, ReportRun.content).where(ReportRun.id == run_id)
    ).one_or_none()
    if row is None or row.content is None:
        return None
    return ReportFile(row.filename, ReportFormat(row.format).media_type, row.content)


def _ours(run: ClaimedRun) -> Update:
    return update(ReportRun).where(
        ReportRun.id == run.id, ReportRun.fencing_token == run.token, ReportRun.state == RunState.RUNNING.value
    )


def _is_open() -> ColumnElement[bool]:
    expired = (ReportRun.state == RunState.RUNNING.value) & (ReportRun.lease_until < func.now())
    return or_(ReportRun.state == RunState.QUEUED.value, expired)


def _in(seconds: float) -> ColumnElement[datetime]:
    return func.now() + timedelta(seconds=seconds)


def _write(statement: Update) -> bool:
    found = db.session.execute(statement.returning(ReportRun.id)).one_or_none()
    db.session.commit()
    return found is not None


def _select() -> Select[*tuple[Any, ...]]:
    return select(
        ReportRun.id, ReportRun.portfolio_id, Portfolio.name, ReportRun.kind, ReportRun.format, ReportRun.period_from,
        ReportRun.period_to, ReportRun.state, ReportRun.progress, ReportRun.stage, ReportRun.created_at,
        ReportRun.started_at, ReportRun.finished_at, ReportRun.attempts, ReportRun.error, ReportRun.filename,
        ReportRun.rows, ReportRun.mail_state, ReportRun.mail_error,
    ).join(Portfolio, Portfolio.id == ReportRun.portfolio_id)  # fmt: skip


def _item(row: Row[*tuple[Any, ...]]) -> ReportRunItem:
    return ReportRunItem(
        id=row.id,
        portfolio_id=row.portfolio_id,
        portfolio_name=row.name,
        kind=ReportKind(row.kind),
        format=ReportFormat(row.format),
        period_from=row.period_from,
        period_to=row.period_to,
        state=RunState(row.state),
        progress=row.progress,
        stage=row.stage,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        attempts=row.attempts,
        error=row.error,
        filename=row.filename,
        rows=row.rows,
        mail=MailState(row.mail_state),
        mail_error=row.mail_error,
    )
