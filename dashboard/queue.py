"""Names of the jobs and the one way to enqueue them. RQ carries ids only; JSON is the serializer.

Nothing here is the only copy of anything: what is due, marked or asked for stands in PostgreSQL, and the tick
enqueues it again when Redis has lost it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog
from rq import Queue
from rq.serializers import JSONSerializer

from dashboard.redis_store import answering, key
from dashboard.runtime import redis_client

if TYPE_CHECKING:
    from redis import Redis


class QueueName(StrEnum):
    """Queues in the order in which a worker empties them."""

    HIGH = "high"
    DEFAULT = "default"
    LOW = "low"


class JobName(StrEnum):
    """Every job by its dotted path. A test holds that each can be imported."""

    MAKE_REPORT = "jobs.reports.make_report"
    MAIL_REPORT = "jobs.reports.mail_report"
    RUN_OCCURRENCE = "jobs.schedule.run_occurrence"
    TICK = "jobs.schedule.tick"
    REFRESH_PRICES = "jobs.prices.refresh_prices"
    REFRESH_DUE = "jobs.prices.refresh_due"
    FETCH_HISTORY = "jobs.prices.fetch_history"
    REFRESH_INTRADAY = "jobs.intraday.refresh_intraday"
    REFRESH_TRADING = "jobs.intraday.refresh_trading"
    REVALUE_PORTFOLIO = "jobs.valuation.revalue_portfolio"
    CLEAN_UP = "jobs.schedule.clean_up"
    CHECK_PRICES = "jobs.quality.check_prices"
    SEARCH_PROVIDERS = "jobs.search.search_providers"
    DESCRIBE_INSTRUMENTS = "jobs.metadata.describe_instruments"
    COMPARE_SOURCES = "jobs.second_source.compare_sources"
    FOLLOW_ACTIONS = "jobs.actions.follow_rules"


@dataclass(frozen=True, slots=True)
class JobOptions:
    """Where a job waits, and after how many seconds it is stopped."""

    queue: QueueName
    timeout_seconds: int


OPTIONS: Mapping[JobName, JobOptions] = {
    JobName.MAKE_REPORT: JobOptions(QueueName.HIGH, 600),
    JobName.MAIL_REPORT: JobOptions(QueueName.DEFAULT, 120),
    JobName.RUN_OCCURRENCE: JobOptions(QueueName.DEFAULT, 1800),
    JobName.TICK: JobOptions(QueueName.HIGH, 60),
    JobName.REFRESH_PRICES: JobOptions(QueueName.DEFAULT, 1800),
    JobName.REFRESH_DUE: JobOptions(QueueName.DEFAULT, 1800),
    JobName.FETCH_HISTORY: JobOptions(QueueName.LOW, 7200),
    JobName.REFRESH_INTRADAY: JobOptions(QueueName.DEFAULT, 600),
    JobName.REFRESH_TRADING: JobOptions(QueueName.DEFAULT, 600),
    JobName.REVALUE_PORTFOLIO: JobOptions(QueueName.LOW, 600),
    JobName.CLEAN_UP: JobOptions(QueueName.LOW, 300),
    JobName.CHECK_PRICES: JobOptions(QueueName.DEFAULT, 1800),
    JobName.SEARCH_PROVIDERS: JobOptions(QueueName.HIGH, 60),
    JobName.DESCRIBE_INSTRUMENTS: JobOptions(QueueName.LOW, 3600),
    JobName.COMPARE_SOURCES: JobOptions(QueueName.LOW, 3600),
    JobName.FOLLOW_ACTIONS: JobOptions(QueueName.LOW, 300),
}
FAILURE_SECONDS = 7 * 86400
UNIQUE_SECONDS = 86400

Argument = int | str | float | bool | None | list[str]


@dataclass(frozen=True, slots=True)
class JobFigures:
    """How many jobs of one name ended in one way, and how long they took in all."""

    job: str
    outcome: str
    count: int
    seconds: float


def queue(connection: Redis, name: QueueName) -> Queue:
    """The queue ``name`` with the JSON serializer."""
    return Queue(name.value, connection=connection, serializer=JSONSerializer)


def queues(connection: Redis) -> list[Queue]:
    """All queues, the most urgent first."""
    return [queue(connection, name) for name in QueueName]


def enqueue(name: JobName, *arguments: Argument, unique: str | None = None) -> str | None:
    """Have a worker run a job; returns its id, or None where an equal one (``unique``) is waiting already.

    The request id of whoever asks goes with it. Raises: ServiceUnavailable where Redis does not answer.
    """
    options = OPTIONS[name]
    with answering():
        target = queue(redis_client(), options.queue)
        if unique is not None and is_waiting(target, unique):
            return None
        job = target.enqueue_call(
            name.value,
            args=arguments,
            timeout=options.timeout_seconds,
            result_ttl=0,
            failure_ttl=FAILURE_SECONDS,
            description=f"{name.value}{arguments}",
            meta={"request_id": str(structlog.contextvars.get_contextvars().get("request_id", ""))},
        )
        if unique is not None:
            target.connection.set(key("unique", unique), job.id, ex=UNIQUE_SECONDS)
    return str(job.id)


def is_waiting(target: Queue, unique: str) -> bool:
    """Whether the job that was enqueued under ``unique`` still waits. One that has begun does not count."""
    job_id = target.connection.get(key("unique", unique))
    return isinstance(job_id, bytes) and target.connection.lpos(target.key, job_id.decode()) is not None


def count_outcome(connection: Redis, job: str, outcome: str, seconds: float) -> None:
    """Add one run to the figures that ``/metrics`` shows."""
    with answering(), connection.pipeline(transaction=False) as pipe:
        pipe.hincrby(key("jobs", "count"), f"{job}:{outcome}", 1)
        pipe.hincrbyfloat(key("jobs", "seconds"), f"{job}:{outcome}", seconds)
        pipe.execute()


def figures(connection: Redis) -> tuple[JobFigures, ...]:
    """What has run since Redis last began, by job and outcome."""
    with answering():
        counts, seconds = (_text(connection.hgetall(key("jobs", part))) for part in ("count", "seconds"))
    return tuple(_figures(counts, seconds))


def waiting(connection: Redis) -> dict[str, int]:
    """How many jobs wait in each queue."""
    with answering():
        return {target.name: int(target.count) for target in queues(connection)}


def _text(stored: Mapping[bytes | str, bytes | str]) -> dict[str, str]:
    return {_plain(field): _plain(value) for field, value in stored.items()}


def _plain(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _figures(counts: Mapping[str, str], seconds: Mapping[str, str]) -> Iterable[JobFigures]:
    for field, count in sorted(counts.items()):
        job, _, outcome = field.rpartition(":")
        yield JobFigures(job, outcome, int(count), float(seconds.get(field, "0")))
