"""Bars within a day as they are stored, or made of shorter ones, for charts and files. No provider is asked here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import intraday as bars_store
from dashboard.domain.instruments import AssetClass, Split
from dashboard.domain.intraday import BarInterval, IntradayBars, Moments, aligned, coarser, local_times, no_bars
from dashboard.errors import NotFound
from dashboard.results.instruments import Bars
from dashboard.results.intraday import IntradaySeries
from dashboard.services.market_data.reading import to_today

DEFAULT = BarInterval.FIVE_MINUTES
PRICED_DAILY = "A fund is priced once a day."
NOTHING_STORED = "There are no bars within the day: they are fetched while the exchange is open."


def intraday(
    symbol: str, interval: BarInterval = DEFAULT, *, start: datetime | None = None, end: datetime | None = None
) -> IntradaySeries:
    """The bars of ``interval`` that are stored, or made of the stored shorter ones. Raises: NotFound."""
    row = store.by_symbol(db.session, [symbol]).get(symbol)
    if row is None:
        raise NotFound(f"There is no instrument {symbol}.")
    found = _stored(row, interval, start, end)
    why = "" if len(found) else _why_empty(row)
    return IntradaySeries(row.symbol, row.currency, row.time_zone or "UTC", interval, found, why)


def intraday_days(
    symbol: str, interval: BarInterval, first: date | None = None, last: date | None = None
) -> IntradaySeries:
    """The bars of the days from ``first`` to ``last``, both included, at the exchange. Raises: NotFound."""
    row = store.by_symbol(db.session, [symbol]).get(symbol)
    zone = ZoneInfo((row.time_zone if row is not None else "") or "UTC")
    start = datetime.combine(first, time(), zone) if first is not None else None
    end = datetime.combine(last + timedelta(days=1), time(), zone) if last is not None else None
    return intraday(symbol, interval, start=start, end=end)


def session_bars(symbol: str, interval: BarInterval, *, adjusted: bool = True) -> tuple[Bars, str]:
    """Every bar within days that is kept, by the clock of the exchange (datetime64[s], naive), and its time zone.

    ``adjusted`` to units of today, or as traded. Raises: NotFound.
    """
    found = intraday(symbol, interval)
    key = store.by_symbol(db.session, [symbol])[symbol].id
    splits = store.splits(db.session, [key]).get(key, ())
    at = local_times(found.bars.at, found.timezone)
    return in_units(found, at, splits, adjusted=adjusted), found.timezone


def in_units(found: IntradaySeries, dates: Moments, splits: tuple[Split, ...], *, adjusted: bool) -> Bars:
    """The bars under ``dates``, in units of today or as traded."""
    bars = found.bars
    local = local_times(bars.at, found.timezone)
    factor = to_today(local, splits) if adjusted and splits else np.ones(len(bars))
    prices = (bars.open * factor, bars.high * factor, bars.low * factor, bars.close * factor)
    return Bars(found.symbol, found.currency, dates, *prices, bars.volume / factor, splits, adjusted)


def source_of(row: InstrumentRow, interval: BarInterval) -> tuple[BarInterval, datetime] | None:
    """The stored bars that those of ``interval`` are read from, and when the last of them begins; None without any.

    They are its own, or the longest shorter ones where those reach further.
    """
    last = bars_store.last_moments(db.session, [row.id])
    parts = [it for it in BarInterval if (row.id, it) in last and interval.minutes % it.minutes == 0]
    if not parts:
        return None
    newest = max(parts, key=lambda it: (last[row.id, it].replace(second=0), it.minutes))
    chosen = interval if interval in parts and _reaches(last, row.id, interval, newest) else newest
    return chosen, last[row.id, chosen]


def read_as(
    row: InstrumentRow,
    interval: BarInterval,
    source: BarInterval,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    most: int | None = None,
) -> IntradayBars:
    """The bars of ``interval`` that begin from ``start`` to before ``end``, made of those of ``source``.

    Of ``most`` bars and more all but the last are whole.
    """
    if source is interval:
        return bars_store.read(db.session, row.id, source, start=start, end=end, most=most)
    whole = (None if moment is None else aligned(moment, interval) for moment in (start, end))
    parts = None if most is None else most * (interval.minutes // source.minutes)
    return coarser(
        bars_store.read(db.session, row.id, source, start=next(whole), end=next(whole), most=parts), interval
    )


def _stored(row: InstrumentRow, interval: BarInterval, start: datetime | None, end: datetime | None) -> IntradayBars:
    """The stored bars of the interval, or of the longest shorter one that reaches further, made into such."""
    source = source_of(row, interval)
    return no_bars() if source is None else read_as(row, interval, source[0], start=start, end=end)


def _reaches(
    last: Mapping[tuple[int, BarInterval], datetime], key: int, interval: BarInterval, newest: BarInterval
) -> bool:
    """Whether the interval's own bars go on until one of its bars before the newest of any."""
    return last[key, newest] - last[key, interval] < 2 * timedelta(minutes=interval.minutes)


def _why_empty(row: InstrumentRow) -> str:
    if AssetClass(row.asset_class) is AssetClass.FUND:
        return PRICED_DAILY
    return NOTHING_STORED
