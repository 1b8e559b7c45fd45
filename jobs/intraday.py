"""Jobs of bars within a day."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import structlog

from dashboard.domain.access import SYSTEM
from dashboard.domain.intraday import BarInterval
from dashboard.runtime import settings
from dashboard.services import market_data
from jobs.prices import within_a_slice
from jobs.runtime import job

log = structlog.get_logger(__name__)


@job()
def refresh_intraday(symbols: list[str] | None = None, interval: str = BarInterval.FIVE_MINUTES.value) -> None:
    """Fetch the newest bars of ``symbols``, or of all that portfolios need. A series that fails waits for the next."""
    _refresh(symbols, BarInterval(interval))


@job(quiet=True)
def refresh_trading() -> None:
    """Fetch the newest bars of what trades now, or has just stopped; nothing where none are kept."""
    symbols = market_data.trading(datetime.now(UTC)) if settings().intraday_days else []
    if symbols:
        _refresh(symbols, BarInterval.FIVE_MINUTES)


def _refresh(symbols: list[str] | None, interval: BarInterval) -> None:
    report = market_data.refresh_intraday(SYSTEM, symbols, interval=interval, progress=within_a_slice())
    log.info(
        "intraday.refreshed",
        series=len(report.outcomes),
        rows=sum(outcome.rows for outcome in report.outcomes),
        failed=dict(Counter(outcome.code for outcome in report.outcomes if outcome.code)),
    )
