"""Recurring work. PostgreSQL owns what is due; rq-scheduler, behind this module alone, only ticks.

The tick is registered again on every pass of the scheduler, so that a Redis that lost everything ticks on by itself.
Any number of schedulers may run: a due time has one row, and a row is claimed by one worker.
"""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import FrameType
from typing import Any  # Any: signatures of RQ, which are not typed for heirs

import redis
import structlog
from flask import Flask
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from rq_scheduler import Scheduler

from dashboard.errors import DashboardError
from dashboard.queue import OPTIONS, JobName, QueueName
from dashboard.redis_store import connect
from dashboard.services import market_data, marks, report_mail, reports, restatements, schedules
from dashboard.services.schedules import CatchUp, DeclaredSchedule
from dashboard.settings import Settings
from jobs.runtime import job, worker_name

TICK_SECONDS = 10
PASS_SECONDS = 5
TICK_ID = "tick"
RECONNECT_SECONDS = 1.0

DECLARED = (
    DeclaredSchedule("prices", JobName.REFRESH_DUE, timedelta(minutes=5), CatchUp.LATEST),
    # A missed one is not made up for: the next has its bars too.
    DeclaredSchedule("intraday", JobName.REFRESH_TRADING, timedelta(minutes=15), CatchUp.SKIP),
    DeclaredSchedule("second-source", JobName.COMPARE_SOURCES, timedelta(days=7), CatchUp.LATEST),
    DeclaredSchedule("metadata", JobName.DESCRIBE_INSTRUMENTS, timedelta(days=7), CatchUp.LATEST),
    DeclaredSchedule("clean-up", JobName.CLEAN_UP, timedelta(days=1), CatchUp.LATEST),
)

log = structlog.get_logger(__name__)


@job(quiet=True)
def tick() -> None:
    """Write down what has come due, and ask workers for everything that nobody works on."""
    schedules.materialise_due()
    schedules.enqueue_open()
    reports.recover_lost()
    report_mail.enqueue_due()
    marks.enqueue_dirty()


@job()
def run_occurrence(occurrence_id: int) -> None:
    """Do what was due, once, and write down how it ended."""
    claimed = schedules.claim(occurrence_id, worker_name())
    if claimed is None:
        return
    module, _, name = JobName(claimed.job).value.rpartition(".")
    error = "stopped"
    try:
        with schedules.kept(claimed):
            getattr(import_module(module), name)()
        error = ""
    except Exception as failure:  # the edge: the job has logged it, its row says so, and a tick has it tried again
        error = failure.message if isinstance(failure, DashboardError) else type(failure).__name__
    finally:
        if not schedules.finish(claimed, error):
            log.warning("occurrence.lease_lost", occurrence_id=claimed.id)


@job()
def clean_up() -> None:
    """Forget what ended long ago."""
    log.info(
        "schedule.cleaned",
        occurrences=schedules.forget_old(),
        reports=reports.forget_old(),
        intraday_bars=market_data.forget_intraday(),
        restatements=restatements.forget_old(),
    )


def recover() -> None:
    """What a worker does when it starts: have made what an earlier one left. Raises: ServiceUnavailable."""
    reports.recover_lost()
    schedules.enqueue_open()


class JsonJob(Job):
    """A job that is written and read as JSON unless told otherwise; rq-scheduler cannot tell."""

    def __init__(self, id: str | None = None, connection: Any = None, serializer: Any = None) -> None:
        super().__init__(id, connection, serializer or JSONSerializer)


class JsonQueue(Queue):
    """A queue of such jobs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["serializer"] = kwargs.get("serializer") or JSONSerializer
        super().__init__(*args, **kwargs)


class Ticker(Scheduler):  # type: ignore[misc]  # rq-scheduler is not typed
    """rq-scheduler with one entry, the tick, which every pass registers anew if it is not there."""

    def __init__(self, connection: redis.Redis) -> None:
        super().__init__(
            QueueName.HIGH.value, connection=connection, interval=PASS_SECONDS, job_class=JsonJob, queue_class=JsonQueue
        )

    def _install_signal_handlers(self) -> None:
        """Leave the signals to :func:`run_scheduler`, which stops without Redis too."""

    def enqueue_jobs(self) -> Any:
        """Register the tick if Redis has lost it, then enqueue it if it is due."""
        if TICK_ID not in self or not self.job_class.exists(TICK_ID, connection=self.connection):
            self.schedule(
                datetime.now(UTC),
                JobName.TICK.value,
                interval=TICK_SECONDS,
                id=TICK_ID,
                queue_name=QueueName.HIGH.value,
                timeout=OPTIONS[JobName.TICK].timeout_seconds,
                description=JobName.TICK.value,
            )
        return super().enqueue_jobs()

    def enqueue_job(self, job: Job) -> None:
        """Enqueue a tick unless one waits already: without a worker they would pile up."""
        queue = self.get_queue_for_job(job)
        if self.connection.lpos(queue.key, job.id) is None:
            super().enqueue_job(job)


def run_scheduler(app: Flask) -> None:
    """Tick until SIGTERM; a Redis that is away is waited for."""
    with app.app_context():
        schedules.reconcile(DECLARED)
    settings: Settings = app.config["SETTINGS"]
    assert settings.redis_url is not None  # noqa: S101  # create_server refuses settings without
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    ticker = Ticker(connect(settings.redis_url.get_secret_value()))
    log.info("scheduler.started", every_seconds=TICK_SECONDS)
    while not stopping.is_set():
        try:
            ticker.run()
        except redis.RedisError as error:
            log.warning("scheduler.redis_unavailable", reason=str(error))
            stopping.wait(RECONNECT_SECONDS)
