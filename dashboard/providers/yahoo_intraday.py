"""Yahoo's bars within a day: for how long it has them, and in how many requests they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from dashboard.domain.intraday import BarInterval
from dashboard.providers.intraday import IntradayHistory, IntradayRequest, RawIntraday, as_traded_within_days
from dashboard.providers.normalise import valid_splits
from dashboard.providers.yahoo_wire import IntradayChart

NAMES: Mapping[BarInterval, str] = {BarInterval.HOUR: "60m"}
# For how many days back it has an interval, and how many of them it gives at once.
DAYS_BACK: Mapping[BarInterval, int] = {
    BarInterval.MINUTE: 30,
    BarInterval.FIVE_MINUTES: 60,
    BarInterval.QUARTER_HOUR: 60,
    BarInterval.HALF_HOUR: 60,
    BarInterval.HOUR: 730,
}
DAYS_AT_ONCE: Mapping[BarInterval, int] = {BarInterval.MINUTE: 7}
# It counts its days to the second, and a request takes some.
MARGIN = timedelta(hours=1)
COLUMNS = ("at", "open", "high", "low", "close", "volume")

Ask = Callable[[Mapping[str, object]], IntradayChart]


def intraday(name: str, request: IntradayRequest, now: datetime, ask: Ask) -> IntradayHistory:
    """The bars that Yahoo has of what was asked for, by one request or several."""
    days = DAYS_BACK[request.interval]
    earliest = now - timedelta(days=days) + MARGIN
    begun_late = request.start < earliest - MARGIN
    shortened = f"Yahoo has bars of {request.interval} for {days} days alone." if begun_late else ""
    asked = replace(request, start=max(request.start, earliest))
    charts = [ask(parameters) for parameters in _windows(asked, now)]
    last = charts[-1]
    listed, _ = valid_splits([split for chart in charts for split in chart.splits])
    bars, rejected = as_traded_within_days(
        _joined([chart.raw for chart in charts]), last.unit, last.zone, asked, now=now, listed_splits=listed
    )
    return IntradayHistory(
        name,
        request.provider_symbol,
        request.interval,
        last.currency,
        last.unit,
        last.zone.key,
        bars,
        rejected,
        shortened,
    )


def _windows(request: IntradayRequest, now: datetime) -> Iterator[Mapping[str, object]]:
    length = timedelta(days=DAYS_AT_ONCE.get(request.interval, DAYS_BACK[request.interval]))
    start = request.start
    while True:
        end = min(start + length, now)
        yield {
            "period1": int(start.timestamp()),
            "period2": int(end.timestamp()),
            "interval": NAMES.get(request.interval, request.interval.value),
            "includePrePost": "false",
            "events": "div,splits",
        }
        if end >= now:
            return
        start = end


def _joined(parts: Sequence[RawIntraday]) -> RawIntraday:
    """One answer of several; a bar that ends one and begins the next counts once."""
    chosen = [part if at + 1 == len(parts) else _without(part, parts[at + 1]) for at, part in enumerate(parts)]
    return RawIntraday(*(np.concatenate([getattr(part, name) for part in chosen]) for name in COLUMNS))


def _without(part: RawIntraday, later: RawIntraday) -> RawIntraday:
    keep = ~np.isin(part.at, later.at)
    return RawIntraday(*(getattr(part, name)[keep] for name in COLUMNS))
