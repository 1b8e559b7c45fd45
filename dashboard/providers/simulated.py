"""The simulated market: about 40 invented instruments, daily since 2005 and ticking now, the same on every machine.

A day's bar is fixed by its date alone. While its session lasts, quotes wander from its open to its close as a function
of the second, so that all who ask at one moment see one price; the bar itself appears when the session has ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.instruments import AssetClass, Split
from dashboard.domain.intraday import BarInterval
from dashboard.errors import InstrumentNotFound, NoPrices
from dashboard.providers import simulated_funds
from dashboard.providers.base import (
    EVERYTHING,
    DailyBars,
    Dividend,
    History,
    HistoryRequest,
    InstrumentMeta,
    MarketState,
    Quote,
    SearchHit,
)
from dashboard.providers.descriptions import Description
from dashboard.providers.intraday import IntradayHistory, IntradayRequest
from dashboard.providers.normalise import split_factors
from dashboard.providers.simulated_catalogue import BASKETS, DEMO_INSTRUMENTS, PAIRS, SHARES, SimulatedInstrument
from dashboard.providers.simulated_events import make_dividends, make_splits, units_by_day
from dashboard.providers.simulated_market import Factors, dollar_rate, make_bars, make_factors, make_levels
from dashboard.providers.simulated_paths import bars_within, path
from dashboard.providers.simulated_ranges import Ranges, whole_range
from dashboard.providers.simulated_sessions import Sessions, make_sessions

__all__ = ["DEMO_INSTRUMENTS", "NAME", "SimulatedInstrument", "SimulatedProvider"]

NAME = "simulated"
PATHS = (*SHARES, *BASKETS)
INSTRUMENTS = {instrument.symbol: instrument for instrument in (*PATHS, *PAIRS)}
HITS = 10


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Series:
    """Everything about one instrument up to a day, the session that is going on included."""

    sessions: Sessions
    bars: DailyBars
    splits: tuple[Split, ...]
    dividends: tuple[Dividend, ...]


class SimulatedProvider:
    """Prices of the simulated market at the time that ``now`` tells."""

    name = NAME
    asset_classes = EVERYTHING
    intervals = frozenset(BarInterval)

    def __init__(self, *, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._market: Market | None = None

    def history(self, request: HistoryRequest) -> History:
        """The bars of the sessions that have ended."""
        instrument, now = _instrument(request.provider_symbol), self._now()
        series = self._market_of(now).series(instrument)
        ended = series.bars[: series.sessions.ended(now)]
        start, end = request.start or date.min, min(request.end or date.max, now.date())
        inside = (ended.dates >= np.datetime64(start, "D")) & (ended.dates <= np.datetime64(end, "D"))
        return History(
            provider=NAME,
            provider_symbol=instrument.symbol,
            currency=instrument.currency,
            price_unit=instrument.currency,
            bars=ended[inside],
            splits=tuple(split for split in series.splits if start <= split.date),
            dividends=tuple(dividend for dividend in series.dividends if start <= dividend.date <= end),
            meta=_meta(instrument),
        )

    def intraday(self, request: IntradayRequest) -> IntradayHistory:
        """The bars of the path that quotes take, as far as their time is over."""
        instrument, now = _instrument(request.provider_symbol), self._now()
        if instrument.priced_once_a_day:
            message = f"{instrument.symbol} is priced once a day."
            raise NoPrices(message, provider=NAME, symbol=instrument.symbol)
        series = self._market_of(now).series(instrument)
        bars = bars_within(instrument, series.bars, series.sessions, request.interval, request.start, now)
        currency, zone = instrument.currency, instrument.timezone
        return IntradayHistory(NAME, instrument.symbol, request.interval, currency, currency, zone, bars)

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """The price of this second."""
        now = self._now().replace(microsecond=0)
        market = self._market_of(now)
        known = [INSTRUMENTS[symbol] for symbol in dict.fromkeys(symbols) if symbol in INSTRUMENTS]
        quotes = (_quote(instrument, market.series(instrument), market.ranges, now) for instrument in known)
        return {quote.provider_symbol: quote for quote in quotes if quote is not None}

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """Instruments whose symbol or name contains ``text``; symbols that begin with it first."""
        wanted = text.strip().casefold()
        found = [it for it in DEMO_INSTRUMENTS if wanted in it.symbol.casefold() or wanted in it.name.casefold()]
        found.sort(key=lambda it: not it.symbol.casefold().startswith(wanted))
        return tuple(
            SearchHit(NAME, it.symbol, it.name, it.asset_class, it.exchange, it.currency, it.sector, it.industry)
            for it in (found[:HITS] if wanted else ())
        )

    def describe(self, symbol: str) -> Description:
        """What ``symbol`` is, and what it holds. Raises: InstrumentNotFound."""
        return simulated_funds.describe(_instrument(symbol), NAME)

    def fx_symbol(self, base: str, quote: str) -> str:
        """``EURUSD=X``: dollars for 1 euro."""
        return f"{base}{quote}=X"

    def _market_of(self, now: datetime) -> Market:
        last = now.astimezone(UTC).date()
        with self._lock:
            if self._market is None or self._market.last != last:
                self._market = Market(last)
            return self._market


class Market:
    """All series up to the day ``last``; each is made when it is first asked for."""

    def __init__(self, last: date) -> None:
        self.last = last
        self.ranges = Ranges()
        self._factors: Factors = make_factors(last)
        self._levels = make_levels(self._factors, PATHS)
        self._sessions: dict[str, Sessions] = {}
        self._series: dict[str, Series] = {}

    def series(self, instrument: SimulatedInstrument) -> Series:
        """The series of one instrument."""
        if instrument.symbol not in self._series:
            self._series[instrument.symbol] = self._make(instrument)
        return self._series[instrument.symbol]

    def _make(self, instrument: SimulatedInstrument) -> Series:
        if instrument.calendar not in self._sessions:
            self._sessions[instrument.calendar] = make_sessions(instrument.calendar, self.last)
        calendar = self._sessions[instrument.calendar]
        listed = calendar.days >= np.datetime64(instrument.first_day, "D")
        sessions = Sessions(calendar.days[listed], calendar.opens[listed], calendar.closes[listed])
        unsplit = self._unsplit(instrument, sessions.days)
        splits = make_splits(instrument, sessions.days, unsplit)
        units = units_by_day(sessions.days, splits)
        bars = make_bars(instrument, unsplit, units, sessions.days)
        return Series(sessions, bars, splits, make_dividends(instrument, sessions.days, unsplit, units))

    def _unsplit(self, instrument: SimulatedInstrument, days: NDArray[np.datetime64]) -> NDArray[np.float64]:
        index = (days - self._factors.days[0]).astype(np.int64)
        if instrument.asset_class is AssetClass.CURRENCY:
            base, quote = instrument.symbol[:3], instrument.symbol[3:6]
            return np.asarray(dollar_rate(self._factors, base)[index] / dollar_rate(self._factors, quote)[index])
        return np.asarray(instrument.first_price * np.exp(self._levels[index, PATHS.index(instrument)]))


def _instrument(symbol: str) -> SimulatedInstrument:
    try:
        return INSTRUMENTS[symbol]
    except KeyError:
        message = f"The simulated market has no {symbol or 'instrument without a symbol'}."
        raise InstrumentNotFound(message, provider=NAME, symbol=symbol) from None


def _meta(instrument: SimulatedInstrument) -> InstrumentMeta:
    return InstrumentMeta(
        instrument.name,
        instrument.currency,
        instrument.asset_class,
        instrument.exchange,
        instrument.mic,
        instrument.timezone,
        instrument.sector,
        instrument.industry,
        instrument.country,
    )


def _quote(instrument: SimulatedInstrument, series: Series, ranges: Ranges, now: datetime) -> Quote | None:
    """The price at ``now``: on its way in a session, else the last close; None before the first session."""
    current = None if instrument.priced_once_a_day else series.sessions.open_at(now)
    index = series.sessions.ended(now) - 1 if current is None else current
    if index < 0:
        return None
    previous = None
    if index > 0:
        around = series.bars.dates[index - 1 : index + 1]
        factors = split_factors(around, series.splits)
        previous = float(series.bars.close[index - 1] * factors[1] / factors[0])
    if current is None:
        price, at, state = float(series.bars.close[index]), series.sessions.closed_at(index), MarketState.CLOSED
        session = whole_range(series.bars, index)
    else:
        price, at, state = _price_within(instrument, series, current, now), now, MarketState.OPEN
        session = ranges.so_far(instrument, series.bars, series.sessions, current, int(now.timestamp()))
    return Quote(NAME, instrument.symbol, price, previous, instrument.currency, at, state, session=session)


def _price_within(instrument: SimulatedInstrument, series: Series, index: int, now: datetime) -> float:
    """From the session's open to its close, on a wandering path that stays within its high and low."""
    second = np.array([int(now.timestamp())])
    return float(path(instrument, series.bars, series.sessions, index, second)[0])
