"""What is due stands in PostgreSQL, is worked on once, and outlives the loss of Redis and of any process."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from flask import Flask
from rq_scheduler import Scheduler
from sqlalchemy import text

from dashboard import queue as jobs_queue
from dashboard.db.engine import db
from dashboard.db.repositories import schedules as rows
from dashboard.queue import JobName, QueueName, queue
from dashboard.services import schedules
from dashboard.services.leases import MOST_ATTEMPTS
from dashboard.services.schedules import CatchUp, DeclaredSchedule
from jobs.runtime import use
from jobs.schedule import DECLARED, TICK_ID, Ticker, run_occurrence
from tests.integration.jobs.conftest import QUICK, Processes, until

HOURLY = DeclaredSchedule("hourly", JobName.CLEAN_UP, dt.timedelta(hours=1))

pytestmark = pytest.mark.usefixtures("app_context", "redis_client")


def occurrences() -> list[tuple[str, int, str]]:
    """State, attempts and error of every occurrence, the oldest due first."""
    db.session.rollback()
    found = db.session.execute(text("select state, attempts, error from job_occurrences order by due_at, id"))
    return [(row.state, row.attempts, row.error) for row in found]


def only_occurrence() -> int:
    """The id of the one occurrence that is open."""
    (number,) = rows.open_occurrences(0.0)
    db.session.rollback()
    return number


def test_a_declared_schedule_is_due_at_once_and_then_every_period() -> None:
    schedules.reconcile([HOURLY])
    assert schedules.materialise_due() == 1
    assert schedules.materialise_due() == 0
    now = rows.database_time()
    assert schedules.materialise_due(now + dt.timedelta(minutes=61)) == 1
    assert len(occurrences()) == 2


def test_reconciling_again_changes_nothing_and_a_dropped_schedule_is_switched_off() -> None:
    schedules.reconcile([HOURLY])
    schedules.materialise_due()
    schedules.reconcile([HOURLY])
    assert schedules.materialise_due() == 0
    schedules.reconcile([])
    assert schedules.materialise_due(rows.database_time() + dt.timedelta(days=2)) == 0


def test_a_shorter_period_counts_at_once() -> None:
    schedules.reconcile([HOURLY])
    schedules.materialise_due()
    schedules.reconcile([DeclaredSchedule("hourly", JobName.CLEAN_UP, dt.timedelta(minutes=1))])
    assert schedules.materialise_due(rows.database_time() + dt.timedelta(minutes=2)) == 1


@pytest.mark.parametrize(("catch_up", "made"), [(CatchUp.SKIP, 0), (CatchUp.LATEST, 1), (CatchUp.ALL, 6)])
def test_missed_times_are_caught_up_by_choice(catch_up: CatchUp, made: int) -> None:
    schedules.reconcile([DeclaredSchedule("hourly", JobName.CLEAN_UP, dt.timedelta(hours=1), catch_up)])
    assert schedules.materialise_due(rows.database_time() + dt.timedelta(hours=5, minutes=30)) == made


def test_ticks_at_the_same_moment_write_each_due_time_once(app_context: Flask) -> None:
    schedules.reconcile([HOURLY])

    def tick(_: int) -> int:
        with app_context.app_context():
            return schedules.materialise_due()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(tick, range(8))) == 1
    assert len(occurrences()) == 1


def test_an_occurrence_is_claimed_by_one_worker_and_finished_once() -> None:
    schedules.reconcile([HOURLY])
    schedules.materialise_due()
    number = only_occurrence()
    claimed = schedules.claim(number, "a")
    assert claimed is not None
    assert schedules.claim(number, "b") is None
    assert schedules.finish(claimed)
    assert not schedules.finish(claimed)
    assert schedules.claim(number, "c") is None
    assert occurrences() == [("done", 1, "")]


def test_a_dead_workers_occurrence_goes_to_another_and_the_dead_one_cannot_finish_it() -> None:
    schedules.reconcile([HOURLY])
    schedules.materialise_due()
    number = only_occurrence()
    dead = rows.claim(number, "dead", 0.0)
    assert dead is not None
    alive = schedules.claim(number, "alive")
    assert alive is not None
    assert alive.token > dead.token
    assert not schedules.finish(dead)
    assert schedules.finish(alive)


def test_a_failure_is_tried_again_after_a_pause_that_grows_and_then_given_up() -> None:
    schedules.reconcile([HOURLY])
    schedules.materialise_due()
    number = only_occurrence()
    for attempt in range(1, MOST_ATTEMPTS + 1):
        claimed = schedules.claim(number, "worker")
        assert claimed is not None
        schedules.finish(claimed, "no luck")
        assert rows.open_occurrences(30.0) == ()
        state = "failed" if attempt == MOST_ATTEMPTS else "due"
        assert occurrences() == [(state, attempt, "no luck")]
    db.session.execute(text("update job_occurrences set finished_at = now() - interval '1 day'"))
    db.session.commit()
    assert rows.open_occurrences(30.0) == ()


def test_the_job_of_an_occurrence_runs_once_and_its_row_says_so(app_context: Flask, redis_client: redis.Redis) -> None:
    use(app_context)
    schedules.reconcile([HOURLY])
    schedules.materialise_due()
    number = only_occurrence()
    run_occurrence(number)
    run_occurrence(number)
    assert occurrences() == [("done", 1, "")]
    counts = {figure.job: figure.count for figure in jobs_queue.figures(redis_client)}
    assert counts == {JobName.RUN_OCCURRENCE: 2, JobName.CLEAN_UP: 1}


def test_an_occurrence_that_redis_lost_is_enqueued_again_and_one_that_waits_is_not(redis_client: redis.Redis) -> None:
    schedules.reconcile([HOURLY])
    schedules.materialise_due()
    assert (schedules.enqueue_open(), schedules.enqueue_open()) == (1, 0)
    redis_client.flushdb()
    assert schedules.enqueue_open() == 1
    assert queue(redis_client, QueueName.DEFAULT).count == 1


def test_old_occurrences_are_forgotten() -> None:
    schedules.reconcile([HOURLY])
    schedules.materialise_due()
    claimed = schedules.claim(only_occurrence(), "worker")
    assert claimed is not None
    schedules.finish(claimed)
    assert schedules.forget_old() == 0
    db.session.execute(text("update job_occurrences set finished_at = now() - interval '31 days'"))
    db.session.commit()
    assert schedules.forget_old() == 1


def test_the_tick_is_json_that_a_worker_reads_and_never_piles_up(redis_client: redis.Redis) -> None:
    ticker = Ticker(redis_client)
    ticker.enqueue_jobs()
    (job,) = queue(redis_client, QueueName.HIGH).jobs
    assert (job.func_name, job.args) == (JobName.TICK, [])
    redis_client.zadd(Scheduler.scheduled_jobs_key, {TICK_ID: 0})
    ticker.enqueue_jobs()
    assert queue(redis_client, QueueName.HIGH).count == 1


def test_the_tick_is_registered_again_whatever_part_of_it_redis_lost(redis_client: redis.Redis) -> None:
    ticker = Ticker(redis_client)
    ticker.enqueue_jobs()
    redis_client.zrem(Scheduler.scheduled_jobs_key, TICK_ID)
    ticker.enqueue_jobs()
    assert TICK_ID in ticker
    redis_client.flushdb()
    ticker.enqueue_jobs()
    assert TICK_ID in ticker


def ticks(client: redis.Redis) -> int:
    """How often a tick has run since Redis was last emptied."""
    return sum(figure.count for figure in jobs_queue.figures(client) if figure.job == JobName.TICK)


def test_ticks_and_due_work_go_on_by_themselves_when_redis_loses_everything(
    processes: Processes, redis_client: redis.Redis
) -> None:
    one, two = processes.start("scheduler", code=QUICK), processes.start("scheduler", code=QUICK)
    worker = processes.start("worker", code=QUICK)
    until(lambda: [state for state, _, _ in occurrences()] == ["done"] * len(DECLARED), "what was due is done")
    assert ticks(redis_client) >= 1
    db.session.execute(text("update schedules set next_due_at = now() - interval '1 second'"))
    db.session.commit()
    redis_client.flushdb()
    until(lambda: ticks(redis_client) >= 2, "ticks go on after the loss")
    until(lambda: [state for state, _, _ in occurrences()] == ["done"] * 2 * len(DECLARED), "what came due is done")
    assert [attempts for _, attempts, _ in occurrences()] == [1] * 2 * len(DECLARED)
    for process in (one, two, worker):
        process.terminate()
    assert [process.wait(20) for process in (one, two, worker)] == [0, 0, 0]


def test_a_scheduler_that_was_killed_does_not_stop_the_next_one(
    processes: Processes, redis_client: redis.Redis
) -> None:
    first = processes.start("scheduler", code=QUICK)
    until(lambda: redis_client.zcard(Scheduler.scheduled_jobs_key) == 1, "the first scheduler ticks")
    redis_client.set(Scheduler.scheduler_lock_key, "held by the dead", ex=2)
    processes.kill(first)
    redis_client.delete(Scheduler.scheduled_jobs_key)
    processes.start("scheduler", code=QUICK)
    until(lambda: redis_client.zcard(Scheduler.scheduled_jobs_key) == 1, "the second scheduler ticks")
