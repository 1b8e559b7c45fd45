"""Figures of jobs for Prometheus, read from Redis and PostgreSQL when asked: a work-horse leaves no files behind."""

from __future__ import annotations

from collections.abc import Iterator

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from dashboard import queue
from dashboard.db.engine import db
from dashboard.db.models.jobs import JobOccurrence, ReportRun
from dashboard.errors import ServiceUnavailable
from dashboard.runtime import redis_client

log = structlog.get_logger(__name__)


def exposition() -> bytes:
    """The figures of jobs in Prometheus' text form; what cannot be read now is left out."""
    registry = CollectorRegistry()
    registry.register(_Jobs())
    return generate_latest(registry)


class _Jobs(Collector):
    """Counts by job and outcome, what waits in each queue, and rows of work by their state."""

    def describe(self) -> list[Metric]:
        """Nothing is collected before it is asked for."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All families."""
        try:
            yield from _from_redis()
            yield from _from_database()
        except (ServiceUnavailable, SQLAlchemyError) as error:
            db.session.rollback()
            log.warning("metrics.jobs_unavailable", reason=type(error).__name__)


def _from_redis() -> Iterator[Metric]:
    counts = CounterMetricFamily("basis_jobs", "Jobs that ended", labels=["job", "outcome"])
    seconds = CounterMetricFamily("basis_job_seconds", "How long jobs took in all", labels=["job", "outcome"])
    for figure in queue.figures(redis_client()):
        counts.add_metric([figure.job, figure.outcome], figure.count)
        seconds.add_metric([figure.job, figure.outcome], figure.seconds)
    waiting = GaugeMetricFamily("basis_jobs_waiting", "Jobs that wait", labels=["queue"])
    for name, count in queue.waiting(redis_client()).items():
        waiting.add_metric([name], count)
    yield from (counts, seconds, waiting)


def _from_database() -> Iterator[Metric]:
    rows = GaugeMetricFamily("basis_work", "Rows of work by their state", labels=["kind", "state"])
    for kind, model in (("report", ReportRun), ("occurrence", JobOccurrence)):
        for state, count in db.session.execute(select(model.state, func.count()).group_by(model.state)):
            rows.add_metric([kind, state], count)
    yield rows
