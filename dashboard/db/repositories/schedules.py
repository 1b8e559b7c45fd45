"""Recurring work and its occurrences as rows: one row for each due time, claimed under a lease, finished once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dashboard.db.engine import db
from dashboard.db.models.jobs import JobOccurrence, Schedule


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule as it is stored."""

    id: int
    key: str
    job: str
    every: timedelta
    catch_up: str
    next_due_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedOccurrence:
    """An occurrence that is being worked on; only the holder of ``token`` may still change it."""

    id: int
    token: int
    attempts: int
    key: str
    job: str
    due_at: datetime


def database_time() -> datetime:
    """The database's clock, which all hosts share."""
    now: datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
    return now


def upsert(key: str, job: str, every_seconds: int, catch_up: str, first_due_at: datetime) -> None:
    """Store a declared schedule. One that is known keeps its next due time, unless its period has become shorter."""
    fresh = insert(Schedule).values(
        key=key, job=job, every_seconds=every_seconds, catch_up=catch_up, enabled=True, next_due_at=first_due_at
    )
    latest = func.now() + timedelta(seconds=every_seconds)
    changed = {
        "job": job,
        "every_seconds": every_seconds,
        "catch_up": catch_up,
        "enabled": True,
        "next_due_at": func.least(Schedule.next_due_at, latest),
    }
    db.session.execute(fresh.on_conflict_do_update(index_elements=["key"], set_=changed))


def disable_others(keys: Sequence[str]) -> None:
    """Switch off what is no longer declared."""
    db.session.execute(update(Schedule).where(Schedule.key.not_in(keys)).values(enabled=False))


def lock_due(now: datetime) -> list[ScheduleRow]:
    """The schedules that are due, locked; those that another tick holds are left to it."""
    found = db.session.scalars(
        select(Schedule)
        .where(Schedule.enabled, Schedule.next_due_at <= now)
        .order_by(Schedule.id)
        .with_for_update(skip_locked=True)
    )
    return [
        ScheduleRow(row.id, row.key, row.job, timedelta(seconds=row.every_seconds), row.catch_up, row.next_due_at)
        for row in found
    ]


def add_occurrences(schedule_id: int, due_times: Sequence[datetime], next_due_at: datetime) -> int:
    """Store due times, each once, and when the schedule is due next; returns how many are new."""
    added = 0
    if due_times:
        rows = [{"schedule_id": schedule_id, "due_at": due_at} for due_at in due_times]
        statement = insert(JobOccurrence).values(rows).on_conflict_do_nothing().returning(JobOccurrence.id)
        added = len(db.session.execute(statement).all())
    db.session.execute(update(Schedule).where(Schedule.id == schedule_id).values(next_due_at=next_due_at))
    return added


def open_occurrences(backoff_seconds: float) -> tuple[int, ...]:
    """What a worker should do now: due, or its worker has died; after a failed attempt a pause that doubles."""
    pause = func.make_interval(0, 0, 0, 0, 0, 0, backoff_seconds * func.power(2, JobOccurrence.attempts - 1))
    rested = or_(JobOccurrence.finished_at.is_(None), JobOccurrence.finished_at + pause < func.now())
    wanted = select(JobOccurrence.id).where(_is_open(), rested).order_by(JobOccurrence.due_at)
    return tuple(db.session.scalars(wanted))


def claim(occurrence_id: int, worker: str, lease_seconds: float) -> ClaimedOccurrence | None:
    """Take an occurrence that is due, or whose lease has run out; None where there is nothing to take."""
    row = db.session.execute(
        select(JobOccurrence, Schedule)
        .join(Schedule, Schedule.id == JobOccurrence.schedule_id)
        .where(JobOccurrence.id == occurrence_id, _is_open())
        .with_for_update(skip_locked=True, of=JobOccurrence)
    ).one_or_none()
    if row is None:
        db.session.rollback()
        return None
    occurrence, schedule = row
    occurrence.state = "running"
    occurrence.attempts += 1
    occurrence.fencing_token += 1
    occurrence.claimed_by = worker
    occurrence.finished_at = None
    occurrence.lease_until = func.now() + timedelta(seconds=lease_seconds)
    claimed = ClaimedOccurrence(
        occurrence.id, occurrence.fencing_token, occurrence.attempts, schedule.key, schedule.job, occurrence.due_at
    )
    db.session.commit()
    return claimed


def renew(claimed: ClaimedOccurrence, lease_seconds: float) -> bool:
    """Keep the occurrence for longer; False where it is no longer ours."""
    return _write(_ours(claimed).values(lease_until=func.now() + timedelta(seconds=lease_seconds)))


def end(claimed: ClaimedOccurrence, state: str, error: str) -> bool:
    """Leave the occurrence ``done``, ``failed`` or ``due`` again; False where it is no longer ours."""
    return _write(_ours(claimed).values(state=state, lease_until=None, finished_at=func.now(), error=error))


def give_up(most_attempts: int, reason: str) -> int:
    """End the occurrences whose workers have died once too often; returns how many."""
    found = db.session.execute(
        update(JobOccurrence)
        .where(_is_open(), JobOccurrence.attempts >= most_attempts)
        .values(state="failed", lease_until=None, finished_at=func.now(), error=reason)
        .returning(JobOccurrence.id)
    ).all()
    db.session.commit()
    return len(found)


def forget_before(days: int) -> int:
    """Delete occurrences that ended more than ``days`` ago; returns how many."""
    ended = JobOccurrence.state.in_(("done", "failed")) & (
        JobOccurrence.finished_at < func.now() - timedelta(days=days)
    )
    found = db.session.execute(delete(JobOccurrence).where(ended).returning(JobOccurrence.id)).all()
    db.session.commit()
    return len(found)


def _is_open() -> ColumnElement[bool]:
    expired = (JobOccurrence.state == "running") & (JobOccurrence.lease_until < func.now())
    return or_(JobOccurrence.state == "due", expired)


def _ours(claimed: ClaimedOccurrence) -> Update:
    return update(JobOccurrence).where(
        JobOccurrence.id == claimed.id, JobOccurrence.fencing_token == claimed.token, JobOccurrence.state == "running"
    )


def _write(statement: Update) -> bool:
    found = db.session.execute(statement.returning(JobOccurrence.id)).one_or_none()
    db.session.commit()
    return found is not None
