"""Alpha Vantage: shares, funds, pairs of currencies and coins, day by day, with a key.

Its prices are as traded, and do not say in which currency: what is stored says so, or a search does. A free key takes
few requests and no adjusted series; then splits and dividends are asked for by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from dashboard.domain.instruments import AssetClass
from dashboard.domain.intraday import BarInterval
from dashboard.errors import InstrumentNotFound, ProviderError, ProviderRefused
from dashboard.providers.alphavantage_refusals import NAME, TITLE, Paid, failure, unknown
from dashboard.providers.alphavantage_symbols import HOME, coin_of, market_of, names_of
from dashboard.providers.alphavantage_wire import (
    LastPrice,
    Listing,
    parse_daily,
    parse_dividends,
    parse_intraday,
    parse_quote,
    parse_rate,
    parse_search,
    parse_splits,
    read_json,
    refusal,
)
from dashboard.providers.base import History, HistoryRequest, InstrumentMeta, MarketState, Quote, SearchHit
from dashboard.providers.budget import Budget
from dashboard.providers.currency_pairs import pair_of, pair_symbol
from dashboard.providers.http_source import HttpSource, Page
from dashboard.providers.intraday import IntradayHistory, IntradayRequest, as_traded_within_days
from dashboard.providers.normalise import RawHistory, as_traded, major_unit, session_range
from dashboard.providers.retry import Retry

BASE_URL = "https://www.alphavantage.co"
PATH = "/query"
# A short answer has a hundred bars; of a market with holidays they reach back at least so far.
SHORT_ANSWER_DAYS = 135
# Tokens that quotes and searches leave for histories.
RESERVE = 15
CLOSING_HOUR = 18
# What it gives of bars within a day without a month that is named, and how many of them in a short answer.
INTRADAY_DAYS, SHORT_ANSWER_BARS = 30, 100
REGULAR_AS_TRADED = {"adjusted": "false", "extended_hours": "false"}
PERCENT = "percent"

Parsed = TypeVar("Parsed")
Answer = Mapping[str, object]


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


class AlphaVantageProvider:
    """Prices of Alpha Vantage. Without a key it is asked only at an address of one's own, which may add one."""

    name = NAME
    intervals = frozenset(BarInterval)
    asset_classes = frozenset(AssetClass) - {AssetClass.BOND, AssetClass.OPTION, AssetClass.FUTURE, AssetClass.CASH}

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: str | None = None,
        timeout_seconds: float = 20.0,
        retry: Retry | None = None,
        budget: Budget | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        retry = retry or Retry(attempts=3)
        self._source = HttpSource(
            NAME, TITLE, base_url or BASE_URL, timeout_seconds=timeout_seconds, retry=retry, budget=budget
        )
        self._api_key = api_key
        self._needs_key = base_url is None
        self._now = now
        self._listings: dict[str, Listing] = {}
        self._adjusted_is_paid = False

    def history(self, request: HistoryRequest) -> History:
        """Daily bars as traded. Raises: as the protocol says."""
        symbol = request.provider_symbol.strip()
        if not symbol:
            raise InstrumentNotFound("There is no symbol to ask for.", provider=NAME, symbol=symbol)
        if (pair := pair_of(symbol)) is not None:
            params = {"function": "FX_DAILY", "from_symbol": pair[0], "to_symbol": pair[1], **self._size(request)}
            return self._money(request, params, pair, AssetClass.CURRENCY)
        if (coin := coin_of(symbol, request.asset_class)) is not None:
            params = {"function": "DIGITAL_CURRENCY_DAILY", "symbol": coin[0], "market": coin[1]}
            return self._money(request, params, coin, AssetClass.CRYPTO)
        return self._security(request, symbol)

    def intraday(self, request: IntradayRequest) -> IntradayHistory:
        """Bars within a day as traded, of thirty days at the most; histories of days come before them."""
        symbol, first = request.provider_symbol.strip(), None
        if (pair := pair_of(symbol)) is not None:
            params = {"function": "FX_INTRADAY", "from_symbol": pair[0], "to_symbol": pair[1]}
            return self._within_days(request, params, symbol, pair[1])
        if (coin := coin_of(symbol, request.of.asset_class)) is not None:
            params = {"function": "CRYPTO_INTRADAY", "symbol": coin[0], "market": coin[1]}
            return self._within_days(request, params, symbol, coin[1])
        for listing in self._candidates(request.of, symbol) if symbol else ():
            params = {"function": "TIME_SERIES_INTRADAY", "symbol": listing.symbol, **REGULAR_AS_TRADED}
            try:
                return self._within_days(request, params, listing.symbol, listing.unit)
            except InstrumentNotFound as error:
                first = first or error
        raise first or unknown(symbol)

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """The last prices, a request each. Those that came before a limit was met are kept."""
        quotes: dict[str, Quote] = {}
        for symbol in dict.fromkeys(symbols):
            try:
                quote = self._quote(symbol)
            except InstrumentNotFound:
                continue
            except ProviderError:
                if not quotes:
                    raise
                break
            if quote is not None:
                quotes[symbol] = quote
        return quotes

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """Instruments by symbol or name."""
        if not text.strip():
            return ()
        return tuple(
            SearchHit(NAME, it.symbol, it.name, it.asset_class, it.region, major_unit(it.unit)[0])
            for it in self._search(text.strip(), waits=False)
        )

    def fx_symbol(self, base: str, quote: str) -> str:
        """``EUR/USD``: dollars for 1 euro."""
        return pair_symbol(base, quote)

    def _money(
        self, request: HistoryRequest, params: Mapping[str, str], pair: tuple[str, str], asset_class: AssetClass
    ) -> History:
        """A pair or a coin: it trades all day, and its day ends with that of UTC."""
        base, currency = pair
        raw = self._ask(params, parse_daily, request.provider_symbol)
        today = self._now().astimezone(UTC).date()
        meta = InstrumentMeta(f"{base}/{currency}", currency, asset_class)
        return self._history(request, raw, currency, meta, today, provisional_from=today)

    def _security(self, request: HistoryRequest, symbol: str) -> History:
        first: InstrumentNotFound | None = None
        for listing in self._candidates(request, symbol):
            try:
                raw, shortened = self._daily(listing.symbol, request)
            except InstrumentNotFound as error:
                first = first or error
                continue
            market = market_of(listing.symbol)
            zone = ZoneInfo((market or HOME).time_zone)
            local = self._now().astimezone(zone)
            meta = InstrumentMeta(
                listing.name,
                major_unit(listing.unit)[0],
                listing.asset_class,
                exchange=market.name if market else "",
                mic=market.mic if market else "",
                timezone=zone.key,
            )
            provisional_from = local.date() if local.hour < CLOSING_HOUR else None
            asked = replace(request, provider_symbol=listing.symbol)
            history = self._history(asked, raw, listing.unit, meta, local.date(), provisional_from=provisional_from)
            return replace(history, shortened=shortened)
        raise first or unknown(symbol)

    def _within_days(
        self, request: IntradayRequest, params: Mapping[str, str], symbol: str, unit: str
    ) -> IntradayHistory:
        now = self._now()
        recent = now - request.start <= SHORT_ANSWER_BARS * timedelta(minutes=request.interval.minutes)
        interval = f"{request.interval.minutes}min"
        sized = {**params, "interval": interval, "outputsize": "compact" if recent else "full"}
        found = self._ask(sized, parse_intraday, symbol, waits=False, reserve=RESERVE)
        bars, rejected = as_traded_within_days(found.raw, unit, found.zone, request, now=now, listed_splits=None)
        late = now - request.start > timedelta(days=INTRADAY_DAYS)
        shortened = f"{TITLE} has bars of {request.interval} for {INTRADAY_DAYS} days alone." if late else ""
        currency = major_unit(unit)[0]
        zone = found.zone.key
        return IntradayHistory(NAME, symbol, request.interval, currency, unit, zone, bars, rejected, shortened)

    def _candidates(self, request: HistoryRequest, symbol: str) -> tuple[Listing, ...]:
        """What the instrument may be listed as. A search is spared where the unit of its prices is known."""
        if request.price_unit and request.price_unit != PERCENT:
            asset_class = request.asset_class or AssetClass.OTHER
            names = (symbol,) if request.provider == NAME else names_of(symbol)
            return tuple(Listing(name, request.symbol or symbol, asset_class, "", request.price_unit) for name in names)
        return (self._listing(symbol),)

    def _listing(self, symbol: str, *, waits: bool = True) -> Listing:
        """The listing of exactly this symbol. Raises: InstrumentNotFound."""
        if symbol not in self._listings:
            names = names_of(symbol)
            wanted = {name.upper() for name in names}
            for name in names:
                hits = [hit for hit in self._search(name, waits=waits) if hit.symbol.upper() in wanted]
                if hits:
                    self._listings[symbol] = hits[0]
                    break
            else:
                raise unknown(symbol)
        return self._listings[symbol]

    def _daily(self, symbol: str, request: HistoryRequest) -> tuple[RawHistory, str]:
        """The bars with splits and dividends, and why they are not all that was asked for ("": they are)."""
        size = self._size(request)
        if not self._adjusted_is_paid:
            try:
                params = {"function": "TIME_SERIES_DAILY_ADJUSTED", "symbol": symbol, **size}
                return self._ask(params, parse_daily, symbol), ""
            except Paid:
                self._adjusted_is_paid = True
        raw, shortened = self._plain(symbol, size)
        splits = self._ask({"function": "SPLITS", "symbol": symbol}, parse_splits, symbol)
        dividends = self._ask({"function": "DIVIDENDS", "symbol": symbol}, parse_dividends, symbol)
        return replace(raw, splits=splits, dividends=dividends), shortened

    def _plain(self, symbol: str, size: Mapping[str, str]) -> tuple[RawHistory, str]:
        params = {"function": "TIME_SERIES_DAILY", "symbol": symbol}
        try:
            return self._ask({**params, **size}, parse_daily, symbol), ""
        except Paid:
            if size["outputsize"] == "compact":
                raise
        raw = self._ask({**params, "outputsize": "compact"}, parse_daily, symbol)
        return raw, f"{TITLE} gives this key the last {len(raw.dates)} days alone."

    def _size(self, request: HistoryRequest) -> dict[str, str]:
        recent = request.start is not None and (self._now().date() - request.start).days <= SHORT_ANSWER_DAYS
        return {"outputsize": "compact" if recent else "full"}

    def _search(self, text: str, *, waits: bool) -> tuple[Listing, ...]:
        params = {"function": "SYMBOL_SEARCH", "keywords": text}
        return self._ask(params, parse_search, None, waits=waits, reserve=0 if waits else RESERVE)

    def _quote(self, symbol: str) -> Quote | None:
        ask = partial(self._ask, symbol=symbol, waits=False, reserve=RESERVE)
        if (pair := pair_of(symbol) or coin_of(symbol, None)) is not None:
            params = {"function": "CURRENCY_EXCHANGE_RATE", "from_currency": pair[0], "to_currency": pair[1]}
            return _as_quote(symbol, ask(params, parse_rate), pair[1], ZoneInfo("UTC"))
        # Shares without a suffix are those of the United States.
        listing = None if market_of(symbol) is HOME else self._listing(symbol, waits=False)
        name, unit = (listing.symbol, listing.unit) if listing else (symbol, "USD")
        last = ask({"function": "GLOBAL_QUOTE", "symbol": name}, parse_quote)
        return _as_quote(symbol, last, unit, ZoneInfo((market_of(name) or HOME).time_zone))

    def _ask(
        self,
        params: Mapping[str, str],
        parse: Callable[[Answer], Parsed],
        symbol: str | None,
        *,
        waits: bool = True,
        reserve: int = 0,
    ) -> Parsed:
        if not self._api_key and self._needs_key:
            message = f"{TITLE} needs a key: set ALPHAVANTAGE_API_KEY."
            raise ProviderRefused(message, provider=NAME, symbol=symbol)
        key = {"apikey": self._api_key} if self._api_key else {}

        def read(page: Page) -> Parsed:
            answer = read_json(page.body)
            if (refused := refusal(answer)) is not None:
                raise failure(refused, symbol)
            return parse(answer)

        return self._source.ask(PATH, {**params, **key}, read, symbol=symbol, waits=waits, reserve=reserve)

    def _history(
        self,
        request: HistoryRequest,
        raw: RawHistory,
        unit: str,
        meta: InstrumentMeta,
        today: date,
        *,
        provisional_from: date | None,
    ) -> History:
        clean = as_traded(raw, unit, known_splits=request.known_splits, today=today)
        start, end = request.start or date.min, request.end or date.max
        dates = clean.bars.dates
        inside = (dates >= np.datetime64(start, "D")) & (dates <= np.datetime64(end, "D"))
        return History(
            provider=NAME,
            provider_symbol=request.provider_symbol,
            currency=meta.currency,
            price_unit=unit,
            bars=clean.bars[inside],
            splits=tuple(split for split in clean.splits if split.date >= start),
            dividends=tuple(paid for paid in clean.dividends if start <= paid.date <= end),
            meta=meta,
            rejected=tuple(bar for bar in clean.rejected if start <= bar.date),
            notices=tuple(notice for notice in clean.notices if start <= notice.date),
            provisional_from=provisional_from,
        )


def _as_quote(symbol: str, last: LastPrice | None, unit: str, zone: ZoneInfo) -> Quote | None:
    """The last close as a quote: the service's are of the end of a day."""
    if last is None:
        return None
    currency, per_major = major_unit(unit)
    at = datetime.combine(last.day, time(16), zone).astimezone(UTC)
    previous = last.previous_close / per_major if last.previous_close else None
    session = session_range((last.open, last.high, last.low), per_major)
    return Quote(NAME, symbol, last.price / per_major, previous, currency, at, MarketState.CLOSED, session=session)
