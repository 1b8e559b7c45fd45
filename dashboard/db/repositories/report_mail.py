"""The mail of report runs as rows: due, tried, sent once recorded. A claim is a due time that lies ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update

from dashboard.db.engine import db
from dashboard.db.models.jobs import ReportRun
from dashboard.db.models.ledger import Portfolio
from dashboard.results.reports import MailState, ReportKind, RunState


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail that is being sent: the ``attempt`` of its run, and what it is about."""

    run_id: int
    attempt: int
    requested_by: int | None
    portfolio_name: str
    kind: ReportKind
    created_at: datetime
    finished_at: datetime
    period_from: date | None
    period_to: date | None
    filename: str


_due = (ReportRun.state == RunState.DONE.value) & (ReportRun.mail_state == MailState.WAITING.value)


def due() -> tuple[int, ...]:
    """Runs that are made and whose mail should be sent now."""
    wanted = select(ReportRun.id).where(_due, ReportRun.mail_due_at <= func.now()).order_by(ReportRun.mail_due_at)
    return tuple(db.session.scalars(wanted))


def claim(run_id: int, seconds: float) -> ClaimedMail | None:
    """Take the mail of a run for so long; None where there is nothing to send now."""
    row = db.session.execute(
        update(ReportRun)
        .where(ReportRun.id == run_id, _due, ReportRun.mail_due_at <= func.now())
        .where(Portfolio.id == ReportRun.portfolio_id)
        .values(mail_due_at=func.now() + timedelta(seconds=seconds), mail_attempts=ReportRun.mail_attempts + 1)
        .returning(
            ReportRun.id, ReportRun.mail_attempts, ReportRun.requested_by, Portfolio.name, ReportRun.kind,
            ReportRun.created_at, ReportRun.finished_at, ReportRun.period_from, ReportRun.period_to, ReportRun.filename,
        )
    ).one_or_none()  # fmt: skip
    db.session.commit()
    if row is None:
        return None
    number, attempt, requested_by, name, kind, created_at, finished_at, start, end, filename = row
    # A run that is done has ended: the clock of its asking stands in only for what the type allows.
    ended_at = finished_at or created_at
    return ClaimedMail(
        number, attempt, requested_by, name, ReportKind(kind), created_at, ended_at, start, end, filename
    )


def settle(mail: ClaimedMail, state: MailState, error: str = "") -> bool:
    """Record what became of the mail; False where another attempt has begun meanwhile."""
    sent_at = func.now() if state is MailState.SENT else None
    return _write(mail, mail_state=state.value, mail_due_at=None, mail_sent_at=sent_at, mail_error=error)


def put_off(mail: ClaimedMail, seconds: float, error: str) -> bool:
    """Let the mail wait for another attempt."""
    return _write(mail, mail_due_at=func.now() + timedelta(seconds=seconds), mail_error=error)


def _write(mail: ClaimedMail, **values: object) -> bool:
    statement = update(ReportRun).where(
        ReportRun.id == mail.run_id,
        ReportRun.mail_attempts == mail.attempt,
        ReportRun.mail_state == MailState.WAITING.value,
    )
    found = db.session.execute(statement.values(**values).returning(ReportRun.id)).one_or_none()
    db.session.commit()
    return found is not None
