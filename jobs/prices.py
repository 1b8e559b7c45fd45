"""Jobs of market data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from time import monotonic

import structlog

from dashboard.domain.access import SYSTEM
from dashboard.errors import ProviderUnavailable
from dashboard.results.instruments import RefreshReport
from dashboard.services import back_fills, market_data
from dashboard.services.market_data import FRESH_SECONDS
from jobs.runtime import job

# Shorter than the pause between two scheduled refreshes.
SLICE_SECONDS = 240.0

log = structlog.get_logger(__name__)


@job()
def refresh_prices(symbols: list[str] | None = None) -> None:
    """Bring the series of ``symbols`` up to date, or of all that portfolios need with their exchange rates.

    A series that fails has been tried again already, keeps its reason in the database and does not stop the others.
    Only where none at all could be had is the job a failure: its occurrence is then due again after a pause.
    """
    _tell(market_data.refresh(SYSTEM, symbols, progress=within_a_slice(), fresh_seconds=FRESH_SECONDS))


@job(quiet=True)
def refresh_due() -> None:
    """Bring up to date the series whose market has closed since they were last asked for; mostly there is none."""
    report = market_data.refresh_due(SYSTEM, progress=within_a_slice(), fresh_seconds=FRESH_SECONDS)
    if report.outcomes:
        _tell(report)


@job()
def fetch_history(back_fill_id: str, symbols: list[str], start: str) -> None:
    """Fetch the histories that somebody asked for, from ``start`` (ISO) on; the page shows how it gets on."""
    report = back_fills.run(back_fill_id, symbols, date.fromisoformat(start))
    if report is not None and report.outcomes:
        _tell(report)


def within_a_slice() -> Callable[[int, int, str], bool]:
    """Goes on for as long as a worker may be kept from what is more urgent; what is left is due all the same."""
    ends_at = monotonic() + SLICE_SECONDS

    def goes_on(done: int, _total: int, _symbol: str) -> bool:
        return not done or monotonic() < ends_at

    return goes_on


def _tell(report: RefreshReport) -> None:
    """Log how a refresh went. Raises: ProviderUnavailable where nothing at all came."""
    failed = [outcome for outcome in report.outcomes if not outcome.complete]
    log.info(
        "prices.refreshed",
        series=len(report.outcomes),
        rows=sum(outcome.rows for outcome in report.outcomes),
        failed=dict(Counter(outcome.code for outcome in failed)),
    )
    if _nothing_came(report):
        raise ProviderUnavailable(failed[0].reason, provider="all", symbol=failed[0].symbol)


def _nothing_came(report: RefreshReport) -> bool:
    codes = {outcome.code for outcome in report.outcomes}
    return bool(codes) and codes <= {ProviderUnavailable.code, "rate_limited"}
