"""Ask the workers to value anew what a change of the market touched; the marks themselves are in PostgreSQL."""

from __future__ import annotations

import structlog

from dashboard.errors import ServiceUnavailable
from dashboard.services import marks

log = structlog.get_logger(__name__)


def ask() -> None:
    """Enqueue every marked portfolio. While Redis does not answer the marks wait for the next tick."""
    try:
        marks.enqueue_dirty()
    except ServiceUnavailable as error:
        log.warning("market_data.enqueue_failed", reason=error.message)
