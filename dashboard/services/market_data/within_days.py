"""Bars within a day: fetched a series at a time, forgotten when they are old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import structlog

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import intraday as bars_store
from dashboard.db.repositories import valued_prices
from dashboard.domain.access import Actor
from dashboard.domain.arrays import date_of
from dashboard.domain.corporate_actions import split_factors
from dashboard.domain.instruments import InstrumentState
from dashboard.domain.intraday import BarInterval, kept_days, local_times
from dashboard.errors import InvalidInput, NotFound, ProviderError
from dashboard.providers.base import Issue, RejectedBar
from dashboard.providers.chain import ProviderChain
from dashboard.providers.intraday import IntradayHistory, IntradayRequest
from dashboard.results.instruments import RefreshOutcome, RefreshReport
from dashboard.runtime import settings
from dashboard.services.market_data import targets
from dashboard.services.market_data.outcome import CURRENCY_MISMATCH, NAMED, remark
from dashboard.services.market_data.sources import providers
from dashboard.services.market_data.targets import Target

DEFAULT = BarInterval.FIVE_MINUTES
# A source may still correct its last bars.
OVERLAP = timedelta(hours=1)
# A series that has never been fetched begins so far back: the longest view of bars within a day shows five sessions.
FIRST_DAYS: Mapping[BarInterval, int] = {BarInterval.MINUTE: 7}

# Nothing multiplies its price within the weeks of bars that are kept, but units do.
OTHER_UNIT = 20.0
ANOTHER_UNIT = "the price is more than 20 times the last daily close, or less than a twentieth of it"

Progress = Callable[[int, int, str], "bool | None"]

log = structlog.get_logger(__name__)


def refresh_intraday(
    actor: Actor,
    symbols: Sequence[str] | None = None,
    *,
    interval: BarInterval = DEFAULT,
    progress: Progress | None = None,
    chain: ProviderChain | None = None,
    now: datetime | None = None,
) -> RefreshReport:
    """Bring the bars of ``interval`` of ``symbols``, or of all that are in use, up to now.

    A series that fails does not stop the others; what was stored of it stays. Raises: InvalidInput where
    ``INTRADAY_DAYS`` keeps none, NotFound for a symbol that is not stored.
    """
    started_at = now or datetime.now(UTC)
    days = kept_days(interval, settings().intraday_days)
    if not days:
        raise InvalidInput("Bars within the day are not kept here: INTRADAY_DAYS is 0.")
    source = chain or providers()
    requests = _requests(_rows(symbols), interval, started_at, days)
    outcomes = []
    for done, (target, currency, request) in enumerate(requests):
        if progress is not None and progress(done, len(requests), target.symbol) is False:
            break
        outcomes.append(_refreshed(source, target, currency, request))
    return RefreshReport(started_at, datetime.now(UTC), tuple(outcomes))


def forget_intraday(now: datetime | None = None) -> int:
    """Delete the bars that are older than they are kept; returns how many."""
    moment, wanted = now or datetime.now(UTC), settings().intraday_days
    gone = sum(
        bars_store.forget(db.session, interval, moment - timedelta(days=kept_days(interval, wanted)))
        for interval in BarInterval
    )
    db.session.commit()
    return gone


def _rows(symbols: Sequence[str] | None) -> list[InstrumentRow]:
    """Those in use that some provider knows, or those of ``symbols``."""
    if symbols is None:
        return [row for row in store.needed(db.session) if row.state == InstrumentState.ACTIVE]
    names = targets.names_of_today(symbols)
    found = store.by_symbol(db.session, names)
    unknown = [symbol for symbol in names if symbol not in found]
    if unknown:
        raise NotFound(f"There is no instrument {unknown[0]}: refresh its daily prices first.")
    return [found[symbol] for symbol in names]


def _requests(
    rows: Sequence[InstrumentRow], interval: BarInterval, now: datetime, days: int
) -> list[tuple[Target, str, IntradayRequest]]:
    """The instruments with their currencies and what is to be asked. Ends the transaction."""
    last = bars_store.last_moments(db.session, [row.id for row in rows])
    currencies = {row.id: row.currency for row in rows}
    earliest = now - timedelta(days=min(days, FIRST_DAYS.get(interval, days)))

    def start(key: int) -> datetime:
        return max(last[key, interval] - OVERLAP, earliest) if (key, interval) in last else earliest

    return [
        (target, currencies[target.id], IntradayRequest(target.whole(), interval, start(target.id)))
        for target in targets.stored_targets(list(rows))
    ]


def _refreshed(source: ProviderChain, target: Target, currency: str, request: IntradayRequest) -> RefreshOutcome:
    """Fetch and store one series; commits by itself."""
    if target.unasked:
        return RefreshOutcome(target.symbol, 0, reason=target.unasked)
    try:
        found = source.intraday(request)
    except ProviderError as error:
        log.info("intraday.failed", symbol=target.symbol, code=error.code, reason=error.message)
        return RefreshOutcome(target.symbol, 0, code=error.code, reason=error.message)
    if found.currency != currency:
        reason = f"{found.provider} quotes {found.provider_symbol} in {found.currency}, not in {currency}."
        return RefreshOutcome(target.symbol, 0, code=CURRENCY_MISMATCH, reason=reason)
    now = targets.locked(target)
    if now is None:
        db.session.rollback()
        return RefreshOutcome(target.symbol, 0, reason=targets.GONE)
    if not now.asks_like(target):
        db.session.rollback()
        return _refreshed(source, now, currency, replace(request, of=now.whole()))
    found = _plausible(target, found)
    changed = bars_store.store(db.session, target.id, found.interval, found.bars, found.provider)
    db.session.commit()
    at = found.bars.at
    first, last = (at[place].item().date() if len(at) else None for place in (0, -1))
    left_out = tuple(_left_out(found))
    if left_out:
        log.info("intraday.left_out", symbol=target.symbol, provider=found.provider, items=left_out[:NAMED])
    return RefreshOutcome(target.symbol, changed, first, last, reason=remark(found.fallbacks), left_out=left_out)


def _plausible(target: Target, found: IntradayHistory) -> IntradayHistory:
    """Without bars that are another unit than the daily closes: pence for pounds, or a split that was not applied."""
    edges = valued_prices.edges(db.session, [target.id])[target.id]
    if edges.last_close is None or edges.last_date is None or not len(found.bars):
        return found
    days = local_times(found.bars.at, found.timezone).astype("datetime64[D]")
    known = np.array([edges.last_date], dtype="datetime64[D]")
    carried = edges.last_close * split_factors(known, target.splits)[0] / split_factors(days, target.splits)
    off = np.abs(np.log(found.bars.close / carried)) > np.log(OTHER_UNIT)
    rejected = tuple(RejectedBar(date_of(day), Issue.OTHER_UNIT, ANOTHER_UNIT) for day in days[off])
    return replace(found, bars=found.bars[~off], rejected=(*found.rejected, *rejected))


def _left_out(found: IntradayHistory) -> Iterator[str]:
    """What was not taken over by its reason, with how often and since when; and what was not sent."""
    days: dict[str, RejectedBar] = {}
    for bar in found.rejected:
        days.setdefault(bar.reason, bar)
    counts = Counter(bar.reason for bar in found.rejected)
    for reason, first in days.items():
        bars = "1 bar" if counts[reason] == 1 else f"{counts[reason]} bars"
        yield f"{bars} of {first.date}{' and later' if counts[reason] > 1 else ''}: {reason}"
    if found.shortened:
        yield found.shortened
