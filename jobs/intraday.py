"""Jobs of bars within a day."""

from __future__ import annotations

from collections import Counter

import structlog

from dashboard.domain.access import SYSTEM
from dashboard.domain.intraday import BarInterval
from dashboard.services import market_data
from jobs.runtime import job

log = structlog.get_logger(__name__)


@job()
def refresh_intraday(symbols: list[str] | None = None, interval: str = BarInterval.FIVE_MINUTES.value) -> None:
    """Fetch the newest bars of ``symbols``, or of all that portfolios need. A series that fails waits for the next."""
    report = market_data.refresh_intraday(SYSTEM, symbols, interval=BarInterval(interval))
    log.info(
        "intraday.refreshed",
        series=len(report.outcomes),
        rows=sum(outcome.rows for outcome in report.outcomes),
        failed=dict(Counter(outcome.code for outcome in report.outcomes if outcome.code)),
    )
