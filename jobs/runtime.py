"""How jobs run: the application and its context, log fields, the pause before another try, figures, the worker."""

from __future__ import annotations

import functools
import os
import random
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar  # Any: signatures of RQ, which are not typed for heirs

import structlog
from flask import Flask
from rq import Worker, get_current_job
from rq.job import Job
from rq.serializers import JSONSerializer

from dashboard.db.engine import db, forget_connections_after_fork
from dashboard.db.failures import DBAPIError, PoolTimeout
from dashboard.errors import DashboardError, ProviderUnavailable, RateLimited, ServiceUnavailable
from dashboard.queue import QueueName, count_outcome, queue
from dashboard.redis_store import connect
from dashboard.server import create_server
from dashboard.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

PASSING = (ServiceUnavailable, ProviderUnavailable, RateLimited, DBAPIError, PoolTimeout)
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0
MONITOR_SECONDS = 5
LOGGED = "basis_logged"

log = structlog.get_logger(__name__)


class _Process:
    """The application of this process, and which process it was made in."""

    app: Flask | None = None
    process_id: int = 0


def use(app: Flask) -> None:
    """Run the jobs of this process, and of those forked from it, with ``app``."""
    _Process.app, _Process.process_id = app, os.getpid()


def application() -> Flask:
    """The application that jobs run with. In a forked child it first lets go of its parent's connections."""
    if _Process.app is None:
        use(create_server(Settings.from_env()))
    assert _Process.app is not None  # noqa: S101  # `use` has just set it
    if _Process.process_id != os.getpid():
        forget_connections_after_fork(_Process.app)
        _Process.process_id = os.getpid()
    return _Process.app


def worker_name() -> str:
    """Which process works: its host and number."""
    return f"{socket.gethostname()}:{os.getpid()}"


def job(*, retries: int = 0, quiet: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a job: an application context, log fields, figures, ``retries`` after a failure that may pass.

    Queue and timeout are those of :data:`dashboard.queue.OPTIONS`. The pause doubles from half a second, with jitter;
    a provider that says how long to wait is waited for. What outlasts the retries is left to the next tick. A
    ``quiet`` job logs its failures only.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        name = f"{function.__module__}.{function.__qualname__}"

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            app = application()
            with app.app_context(), structlog.contextvars.bound_contextvars(**_fields(name)):
                work = functools.partial(_with_retries, functools.partial(function, *args, **kwargs), retries)
                return _observed(app, name, work, quiet)

        return run

    return decorate


class JobWorker(Worker):
    """A worker that leaves it to the job to log its failure."""

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log what the job has not: a failure before it began, such as one that cannot be imported."""
        if not getattr(exc_info[1], LOGGED, False):
            super().handle_exception(job, *exc_info)


def run_worker(app: Flask, *, names: Sequence[QueueName] = tuple(QueueName), burst: bool = False) -> None:
    """Work off queues, the most urgent first, until SIGTERM; what runs then is finished first."""
    use(app)
    settings: Settings = app.config["SETTINGS"]
    assert settings.redis_url is not None  # noqa: S101  # create_server refuses settings without
    connection = connect(settings.redis_url.get_secret_value(), answer_seconds=None)
    worker = JobWorker(
        [queue(connection, name) for name in names],
        connection=connection,
        serializer=JSONSerializer,
        job_monitoring_interval=MONITOR_SECONDS,
        log_job_description=False,
    )
    with app.app_context():  # a parent without open connections: none can be shared with its work-horses
        for engine in db.engines.values():
            engine.dispose()
    log.info("worker.started", name=worker.name, queues=worker.queue_names())
    worker.work(burst=burst, logging_level="WARNING")
    log.info("worker.stopped", name=worker.name)


def _fields(name: str) -> dict[str, str]:
    """What every log line of the job says: its name, its id, and the request that asked for it."""
    current = get_current_job()
    fields = {"job": name}
    if current is not None:
        fields["job_id"] = current.id
        request_id = current.meta.get("request_id")
        if request_id:
            fields["request_id"] = str(request_id)
    return fields


def _observed(app: Flask, name: str, work: Callable[[], R], quiet: bool) -> R:
    begun = time.perf_counter()
    outcome = "failed"
    try:
        found = work()
        outcome = "done"
        return found
    except Exception as error:
        _log_failure(error)
        raise
    finally:
        seconds = time.perf_counter() - begun
        _count(app, name, outcome, seconds)
        if not quiet:
            log.info("job.ended", outcome=outcome, seconds=round(seconds, 3))


def _log_failure(error: Exception) -> None:
    """Log it once, however many jobs and workers it passes: with its trace where nobody expected it."""
    if getattr(error, LOGGED, False):
        return
    if isinstance(error, DashboardError):
        log.warning("job.failed", code=error.code, reason=error.message)
    else:
        log.exception("job.failed", reason=str(error))
    setattr(error, LOGGED, True)


def _with_retries(work: Callable[[], R], retries: int) -> R:
    for attempt in range(retries):
        try:
            return work()
        except PASSING as error:
            pause = _pause(attempt, error)
            log.warning("job.retry", attempt=attempt + 1, pause_seconds=round(pause, 2), reason=str(error))
            time.sleep(pause)
    return work()


def _pause(attempt: int, error: Exception) -> float:
    if isinstance(error, RateLimited):
        return min(error.retry_after_seconds, LONGEST_PAUSE_SECONDS)
    doubled = FIRST_PAUSE_SECONDS * 2.0**attempt
    return float(min(doubled, LONGEST_PAUSE_SECONDS) * random.uniform(0.75, 1.25))  # noqa: S311  # not a secret


def _count(app: Flask, name: str, outcome: str, seconds: float) -> None:
    try:
        count_outcome(app.extensions["redis"], name, outcome, seconds)
    except ServiceUnavailable as error:
        log.warning("job.not_counted", reason=error.message)
