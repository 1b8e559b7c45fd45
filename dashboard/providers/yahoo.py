"""Yahoo Finance through yfinance: its transport (session, cookies, crumb, consent), our reading of the answers.

``Ticker.history`` is not used: it asks a second time for the time zone, caches a failure as an answer, and cannot tell
"unknown symbol" from "half an answer". One chart request serves a history, one quote request a hundred quotes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote as percent_encode
from zoneinfo import ZoneInfo

import numpy as np
import peewee
import yfinance
from curl_cffi.requests.exceptions import RequestException
from yfinance.data import YfData
from yfinance.exceptions import YFException, YFRateLimitError

from dashboard.domain.intraday import BarInterval
from dashboard.errors import InstrumentNotFound, ProviderError, ProviderUnavailable, RateLimited, UnreadableAnswer
from dashboard.providers import yahoo_intraday
from dashboard.providers.base import EVERYTHING, History, HistoryRequest, Quote, SearchHit
from dashboard.providers.budget import Budget
from dashboard.providers.descriptions import Description
from dashboard.providers.intraday import IntradayHistory, IntradayRequest
from dashboard.providers.json_answers import MalformedAnswer
from dashboard.providers.normalise import Normalised, as_traded
from dashboard.providers.retry import Retry
from dashboard.providers.yahoo_description import MODULES, parse_description
from dashboard.providers.yahoo_session import Refused, YahooSession
from dashboard.providers.yahoo_wire import (
    Chart,
    IntradayChart,
    parse_chart,
    parse_intraday,
    parse_quotes,
    parse_search,
)

NAME = "yahoo"
CHART = "https://query2.finance.yahoo.com/v8/finance/chart/"
QUOTE = "https://query1.finance.yahoo.com/v7/finance/quote"
SUMMARY = "https://query2.finance.yahoo.com/v10/finance/quoteSummary/"
SEARCH = "https://query2.finance.yahoo.com/v1/finance/search"
BEGINNING = date(1927, 12, 30)
QUOTES_A_REQUEST = 100
MOST_FAILED_BATCHES = 2
HITS = 10
DEFAULT_RETRY_AFTER_SECONDS = 60.0
# What yfinance's cookie handling lets out when an answer or its cache is not as it expects.
TRANSPORT_ERRORS = (
    RequestException,
    YFException,
    OSError,
    LookupError,
    AttributeError,
    TypeError,
    peewee.PeeweeException,
)

Parsed = TypeVar("Parsed")


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


class YahooProvider:
    """Prices of Yahoo Finance. Make it after a fork: sessions and the cookie cache do not survive one."""

    name = NAME
    asset_classes = EVERYTHING
    intervals = frozenset(BarInterval)

    def __init__(
        self,
        *,
        cache_directory: Path,
        base_url: str | None = None,
        timeout_seconds: float = 10.0,
        retry: Retry | None = None,
        budget: Budget | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        yfinance.config.debug.hide_exceptions = False
        yfinance.config.network.retries = 0
        yfinance.set_tz_cache_location(str(cache_directory))
        self._session = YahooSession(base_url, timeout_seconds)
        # yfinance keeps one transport a class and process; a class of its own gives each provider its own session.
        self._transport = type("Transport", (YfData,), {})(self._session)
        self._timeout_seconds = timeout_seconds
        self._retry = retry or Retry()
        self._budget = budget or Budget(NAME)
        self._now = now

    def history(self, request: HistoryRequest) -> History:
        """Daily bars as traded, with splits and dividends, by one chart request."""
        symbol, now = request.provider_symbol.strip(), self._now()
        if not symbol:
            raise InstrumentNotFound("There is no symbol to ask for.", provider=NAME, symbol=symbol)
        params = {
            # Two days more, because the days are those of a time zone that only the answer names. It always reaches
            # to now: the prices are adjusted for every split up to now, and so the list must be complete.
            "period1": _midnight((request.start or BEGINNING) - timedelta(days=2)),
            "period2": int(now.timestamp()) + 86_400,
            "interval": "1d",
            "includePrePost": "false",
            "events": "div,splits,capitalGains",
        }
        url = CHART + percent_encode(symbol, safe="=^.-")
        chart = self._ask(url, params, symbol, partial(parse_chart, symbol))
        today = now.astimezone(ZoneInfo(chart.meta.timezone)).date()
        clean = as_traded(chart.raw, chart.unit, known_splits=request.known_splits, today=today)
        return _history(request, chart, clean, now)

    def intraday(self, request: IntradayRequest) -> IntradayHistory:
        """Bars within a day as traded; of minutes a week a request."""
        symbol = request.provider_symbol.strip()
        if not symbol:
            raise InstrumentNotFound("There is no symbol to ask for.", provider=NAME, symbol=symbol)
        url = CHART + percent_encode(symbol, safe="=^.-")

        def ask(params: Mapping[str, object]) -> IntradayChart:
            return self._ask(url, params, symbol, partial(parse_intraday, symbol))

        return yahoo_intraday.intraday(NAME, request, self._now(), ask)

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """The last prices, a hundred symbols a request; what Yahoo does not know is absent.

        A batch that fails does not take the others with it; after a refusal, or a second failure, no more are asked.
        """
        quotes: dict[str, Quote] = {}
        failures: list[ProviderError] = []
        wanted = list(dict.fromkeys(symbols))
        for first in range(0, len(wanted), QUOTES_A_REQUEST):
            batch = wanted[first : first + QUOTES_A_REQUEST]
            params = {"symbols": ",".join(batch), "formatted": "false"}
            try:
                quotes |= self._ask(QUOTE, params, None, partial(parse_quotes, NAME, batch))
            except ProviderError as error:
                failures.append(error)
                if isinstance(error, RateLimited) or len(failures) == MOST_FAILED_BATCHES:
                    break
        if failures and not quotes:
            raise failures[0]
        return quotes

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """Instruments by symbol, name or ISIN."""
        if not text.strip():
            return ()
        params = {"q": text.strip(), "quotesCount": HITS, "newsCount": 0, "listsCount": 0, "enableFuzzyQuery": "false"}
        return self._ask(SEARCH, params, None, partial(parse_search, NAME))

    def describe(self, symbol: str) -> Description:
        """What an instrument is and, of a fund, what it holds."""
        params = {"modules": MODULES, "corsDomain": "finance.yahoo.com", "formatted": "false", "symbol": symbol}
        url = SUMMARY + percent_encode(symbol, safe="=^.-")
        return self._ask(url, params, symbol, partial(parse_description, NAME))

    def fx_symbol(self, base: str, quote: str) -> str:
        """``EURUSD=X``: dollars for 1 euro."""
        return f"{base}{quote}=X"

    def _ask(
        self, url: str, params: Mapping[str, object], symbol: str | None, parse: Callable[[object], Parsed]
    ) -> Parsed:
        def attempt(seconds_left: float) -> Parsed:
            self._budget.spend(symbol=symbol, waits=symbol is not None)
            try:
                with self._session.within(seconds_left):
                    response = self._transport.get(url, dict(params), timeout=self._timeout_seconds)
                return _read(response.status_code, response.content, symbol, parse)
            except Refused as refused:
                raise _translate_refusal(refused, symbol) from refused
            except YFRateLimitError as error:
                raise _rate_limited(symbol, None) from error
            except TRANSPORT_ERRORS as error:
                reason = f"Yahoo did not answer ({type(error).__name__})."
                raise ProviderUnavailable(reason, provider=NAME, symbol=symbol) from error

        return self._retry.call(attempt)


def _read(status: int, body: bytes, symbol: str | None, parse: Callable[[object], Parsed]) -> Parsed:
    """The parsed answer. Raises: InstrumentNotFound, ProviderUnavailable."""
    if status != 200:
        raise ProviderUnavailable(f"Yahoo refused the request (HTTP {status}).", provider=NAME, symbol=symbol)
    try:
        answer = json.loads(body)
        if (fault := _stated_fault(answer)) is not None:
            raise _translate_fault(fault, symbol)
        return parse(answer)
    except (ValueError, RecursionError) as error:
        detail = str(error) if isinstance(error, MalformedAnswer) else "it is cut off or no JSON"
        reason = f"Yahoo's answer cannot be read: {detail}."
        raise UnreadableAnswer(reason, provider=NAME, symbol=symbol) from error


def _stated_fault(answer: object) -> Mapping[str, object] | None:
    """The error that an answer states in words, if any."""
    if not isinstance(answer, dict):
        return None
    for value in answer.values():
        if isinstance(value, dict) and isinstance(error := value.get("error"), dict):
            return error
    return None


def _translate_fault(fault: Mapping[str, object], symbol: str | None) -> ProviderError:
    description = str(fault.get("description") or "no reason given")
    if fault.get("code") == "Not Found" or "data doesn't exist" in description.lower():
        return InstrumentNotFound(f"Yahoo does not know {symbol}: {description}.", provider=NAME, symbol=symbol)
    return ProviderUnavailable(f"Yahoo refused the request: {description}.", provider=NAME, symbol=symbol)


def _translate_refusal(refused: Refused, symbol: str | None) -> ProviderError:
    if refused.status == 429:
        return _rate_limited(symbol, refused.retry_after_seconds)
    if refused.status < 500:
        try:
            fault = _stated_fault(json.loads(refused.body))
        except (ValueError, RecursionError):
            fault = None
        if fault is not None:
            return _translate_fault(fault, symbol)
    return ProviderUnavailable(f"Yahoo answered with HTTP {refused.status}.", provider=NAME, symbol=symbol)


def _rate_limited(symbol: str | None, seconds: float | None) -> RateLimited:
    wait = DEFAULT_RETRY_AFTER_SECONDS if seconds is None else seconds
    message = f"Yahoo takes no more requests for now; try again in {wait:.0f} seconds."
    return RateLimited(message, provider=NAME, symbol=symbol, retry_after_seconds=wait)


def _history(request: HistoryRequest, chart: Chart, clean: Normalised, now: datetime) -> History:
    """The part of the answer that was asked for. Splits after its end are kept: they are facts, and cost nothing."""
    start, end = request.start or date.min, request.end or date.max
    dates = clean.bars.dates
    inside = (dates >= np.datetime64(start, "D")) & (dates <= np.datetime64(end, "D"))
    ends_at = chart.session_ends_at
    session_day = ends_at.astimezone(ZoneInfo(chart.meta.timezone)).date() if ends_at else None
    return History(
        provider=NAME,
        provider_symbol=request.provider_symbol,
        currency=chart.meta.currency,
        price_unit=chart.unit,
        bars=clean.bars[inside],
        splits=tuple(split for split in clean.splits if split.date >= start),
        dividends=tuple(dividend for dividend in clean.dividends if start <= dividend.date <= end),
        meta=chart.meta,
        rejected=tuple(bar for bar in clean.rejected if start <= bar.date),
        notices=tuple(notice for notice in clean.notices if start <= notice.date),
        provisional_from=session_day if ends_at and ends_at > now else None,
    )


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
