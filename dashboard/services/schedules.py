"""What is due: PostgreSQL owns it. A tick writes one row for each due time, and each row is worked on once.

Redis and the scheduler only remind; whatever they lose is found here by the next tick.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.db.engine import db
from dashboard.db.repositories import schedules as rows
from dashboard.db.repositories.schedules import ClaimedOccurrence, ScheduleRow
from dashboard.queue import JobName, enqueue
from dashboard.services import leases
from dashboard.services.leases import MOST_ATTEMPTS

__all__ = ["CatchUp", "ClaimedOccurrence", "DeclaredSchedule"]

KEPT_DAYS = 30
BACKOFF_SECONDS = 30.0
MOST_CAUGHT_UP = 500
# A tick that comes this late is on time still; what was due before has been missed.
ON_TIME_SECONDS = 120.0
GAVE_UP = f"The worker stopped {MOST_ATTEMPTS} times."


class CatchUp(StrEnum):
    """What becomes of the times that were missed while nothing ran."""

    SKIP = "skip"
    LATEST = "latest"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class DeclaredSchedule:
    """Recurring work as the code declares it."""

    key: str
    job: JobName
    every: timedelta
    catch_up: CatchUp = CatchUp.LATEST


def reconcile(declared: Sequence[DeclaredSchedule]) -> None:
    """Make the stored schedules those that are declared: new ones are due at once, dropped ones are switched off."""
    now = rows.database_time()
    for schedule in declared:
        seconds = int(schedule.every.total_seconds())
        rows.upsert(schedule.key, schedule.job.value, seconds, schedule.catch_up.value, now)
    rows.disable_others([schedule.key for schedule in declared])
    db.session.commit()


def materialise_due(now: datetime | None = None) -> int:
    """Write a row for each time that has come, by the schedule's choice of catching up; returns how many are new.

    Safe from any number of ticks at once: a schedule that another holds is left to it, and a due time has one row.
    """
    moment = now or rows.database_time()
    added = 0
    for schedule in rows.lock_due(moment):
        due, next_due_at = due_times(schedule, moment)
        added += rows.add_occurrences(schedule.id, due, next_due_at)
    db.session.commit()
    return added


def enqueue_open() -> int:
    """Ask workers for every occurrence that nobody works on; returns how many were not waiting already.

    Raises: ServiceUnavailable where Redis does not answer.
    """
    rows.give_up(MOST_ATTEMPTS, GAVE_UP)
    found = rows.open_occurrences(BACKOFF_SECONDS)
    db.session.rollback()  # nothing was written: do not hold a transaction while Redis is asked
    asked = [enqueue(JobName.RUN_OCCURRENCE, number, unique=f"occurrence-{number}") for number in found]
    return sum(job_id is not None for job_id in asked)


def claim(occurrence_id: int, worker: str) -> ClaimedOccurrence | None:
    """Take an occurrence, unless it is done or another worker is at it."""
    return rows.claim(occurrence_id, worker, leases.LEASE_SECONDS)


@contextmanager
def kept(claimed: ClaimedOccurrence) -> Iterator[None]:
    """Keep an occurrence for the length of a block, renewed by a thread."""
    with leases.kept(lambda: rows.renew(claimed, leases.LEASE_SECONDS)):
        yield


def finish(claimed: ClaimedOccurrence, error: str = "") -> bool:
    """End an occurrence; after a failure it is due again, until its attempts are used up.

    Returns whether it was still ours.
    """
    if not error:
        return rows.end(claimed, "done", "")
    return rows.end(claimed, "due" if claimed.attempts < MOST_ATTEMPTS else "failed", error)


def forget_old() -> int:
    """Delete the occurrences that ended long ago; returns how many."""
    return rows.forget_before(KEPT_DAYS)


def due_times(schedule: ScheduleRow, now: datetime) -> tuple[list[datetime], datetime]:
    """The due times up to ``now`` that are to be worked on, and the first one after it."""
    passed = (now - schedule.next_due_at) // schedule.every + 1
    following = schedule.next_due_at + passed * schedule.every
    latest = following - schedule.every
    if schedule.catch_up == CatchUp.ALL:
        count = min(passed, MOST_CAUGHT_UP)
        return [following - back * schedule.every for back in range(count, 0, -1)], following
    late = (now - latest).total_seconds()
    if schedule.catch_up == CatchUp.SKIP and passed > 1 and late > ON_TIME_SECONDS:
        return [], following
    return [latest], following
