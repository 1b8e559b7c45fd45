"""Every metric of the product, declared in one place.

A web process of gunicorn writes to files that ``PROMETHEUS_MULTIPROC_DIR`` names, and any of them answers for all.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUEST_SECONDS = Histogram(
    "basis_request_seconds", "How long requests took", ["method", "route", "status"], buckets=BUCKETS
)
CALLBACK_SECONDS = Histogram(
    "basis_callback_seconds", "How long callbacks of pages took", ["callback", "result"], buckets=BUCKETS
)
ERRORS = Counter("basis_errors_total", "Failures that nobody expected", ["where"])
SIGN_INS = Counter("basis_sign_ins_total", "Attempts to sign in", ["result"])
READY = Gauge(
    "basis_ready", "Whether a service that requests need answers", ["service"], multiprocess_mode="mostrecent"
)


def exposition() -> bytes:
    """All metrics in Prometheus' text form, of all processes where there are several."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget_process(process_id: int) -> None:
    """Drop the live gauges of a process that has ended."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(process_id)  # type: ignore[no-untyped-call]
