"""Names of the jobs and the one way to enqueue them. RQ carries ids only; JSON is the serializer."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from rq import Queue
from rq.serializers import JSONSerializer

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
    RUN_OCCURRENCE = "jobs.schedule.run_occurrence"
    TICK = "jobs.schedule.tick"
    REFRESH_PRICES = "jobs.prices.refresh_prices"
    REVALUE_PORTFOLIO = "jobs.valuation.revalue_portfolio"


QUEUE_OF: dict[JobName, QueueName] = {
    JobName.MAKE_REPORT: QueueName.HIGH,
    JobName.RUN_OCCURRENCE: QueueName.DEFAULT,
    JobName.TICK: QueueName.HIGH,
    JobName.REFRESH_PRICES: QueueName.DEFAULT,
    JobName.REVALUE_PORTFOLIO: QueueName.LOW,
}


def queue(connection: Redis, name: QueueName) -> Queue:
    """The queue ``name`` with the JSON serializer."""
    return Queue(name.value, connection=connection, serializer=JSONSerializer)
