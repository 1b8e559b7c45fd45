"""The European Central Bank: reference rates of the euro, once each working day since 1999, and what crosses of them.

A file holds all currencies, so that one request serves every pair; it is asked for again only when it has changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from dashboard.domain.instruments import AssetClass
from dashboard.errors import InstrumentNotFound, UnreadableAnswer
from dashboard.providers.base import History, HistoryRequest, InstrumentMeta, MarketState, Quote, SearchHit
from dashboard.providers.budget import Budget
from dashboard.providers.currency_pairs import pair_of, pair_symbol
from dashboard.providers.ecb_wire import RateTable, parse_xml, parse_zip
from dashboard.providers.http_source import NOT_MODIFIED, HttpSource, Page
from dashboard.providers.json_answers import MalformedAnswer
from dashboard.providers.kept_files import KeptFiles
from dashboard.providers.normalise import RawHistory, as_traded
from dashboard.providers.retry import Retry

NAME, TITLE = "ecb", "The European Central Bank"
BASE_URL = "https://www.ecb.europa.eu"
FOLDER = "/stats/eurofxref/"
ZONE = ZoneInfo("Europe/Berlin")
PUBLISHED = time_of_day(16)
# The file of 90 days holds at least so many.
RECENT_DAYS = 85


@dataclass(frozen=True, slots=True)
class RateFile:
    """A file of rates: its name as XML and, where there is one, as CSV in an archive."""

    xml: str
    archive: str | None = None


DAILY = RateFile("eurofxref-daily.xml", "eurofxref.zip")
RECENT = RateFile("eurofxref-hist-90d.xml")
HISTORY = RateFile("eurofxref-hist.xml", "eurofxref-hist.zip")


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


class EcbProvider:
    """Rates of the ECB. ``cache_directory`` keeps its files; within ``fresh_seconds`` one is not asked for again."""

    name = NAME
    asset_classes = frozenset({AssetClass.CURRENCY})

    def __init__(
        self,
        *,
        cache_directory: Path,
        base_url: str = BASE_URL,
        timeout_seconds: float = 30.0,
        fresh_seconds: float = 300.0,
        retry: Retry | None = None,
        budget: Budget | None = None,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = HttpSource(NAME, TITLE, base_url, timeout_seconds=timeout_seconds, retry=retry, budget=budget)
        self._kept = KeptFiles(cache_directory)
        self._fresh_seconds = fresh_seconds
        self._now = now
        self._clock = clock
        self._tables: dict[str, tuple[float, RateTable]] = {}

    def history(self, request: HistoryRequest) -> History:
        """The rates of a pair. Raises: as the protocol says."""
        symbol, today = request.provider_symbol, self._now().astimezone(ZONE).date()
        pair = _pair(symbol)
        recent = request.start is not None and (today - request.start).days <= RECENT_DAYS
        found = self._table(RECENT if recent else HISTORY, symbol).pair(*pair)
        if found is None:
            raise _unknown(symbol)
        days, rates = found
        nothing = np.full(len(days), np.nan)
        raw = RawHistory(days, nothing, nothing, nothing, rates, nothing, split_adjusted=False)
        clean = as_traded(raw, pair[1], today=today)
        start, end = request.start or date.min, request.end or date.max
        inside = (clean.bars.dates >= np.datetime64(start, "D")) & (clean.bars.dates <= np.datetime64(end, "D"))
        return History(
            provider=NAME,
            provider_symbol=pair_symbol(*pair),
            currency=pair[1],
            price_unit=pair[1],
            bars=clean.bars[inside],
            splits=(),
            dividends=(),
            meta=InstrumentMeta(pair_symbol(*pair), pair[1], AssetClass.CURRENCY, exchange="ECB", timezone=ZONE.key),
            rejected=tuple(bar for bar in clean.rejected if start <= bar.date),
        )

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """The last reference rates; what is no pair of quoted currencies is absent."""
        pairs = {symbol: pair for symbol in symbols if (pair := pair_of(symbol)) is not None}
        table = self._table(DAILY, None) if pairs else None
        quotes = {}
        for symbol, pair in pairs.items():
            found = table.pair(*pair) if table is not None else None
            if found is not None and len(found[0]):
                at = datetime.combine(found[0][0].item(), PUBLISHED, ZONE).astimezone(UTC)
                quotes[symbol] = Quote(NAME, symbol, float(found[1][0]), None, pair[1], at, MarketState.CLOSED)
        return quotes

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """The pair that ``text`` names, if both of its currencies are quoted."""
        words = text.strip().upper()
        pair = pair_of(words) or pair_of(f"{words}=X")
        if pair is None or self._table(DAILY, None).pair(*pair) is None:
            return ()
        symbol = pair_symbol(*pair)
        return (SearchHit(NAME, symbol, symbol, AssetClass.CURRENCY, "ECB", pair[1]),)

    def fx_symbol(self, base: str, quote: str) -> str:
        """``EUR/USD``: dollars for 1 euro."""
        return pair_symbol(base, quote)

    def _table(self, file: RateFile, symbol: str | None) -> RateTable:
        """The rates of a file: the XML, or where that cannot be read the archive of the same rates."""
        try:
            return self._asked(file.xml, parse_xml, symbol)
        except UnreadableAnswer:
            if file.archive is None:
                raise
            return self._asked(file.archive, parse_zip, symbol)

    def _asked(self, name: str, parse: Callable[[bytes], RateTable], symbol: str | None) -> RateTable:
        asked_at, table = self._tables.get(name, (float("-inf"), None))
        if table is not None and self._clock() - asked_at < self._fresh_seconds:
            return table
        kept = self._kept.read(name)

        def read(page: Page) -> RateTable:
            if page.status != NOT_MODIFIED:
                fresh = parse(page.body)
                self._kept.keep(name, page.body, page.headers)
                return fresh
            if kept is None:
                raise MalformedAnswer("nothing was sent")
            return table if table is not None else parse(kept.body)

        headers = kept.conditions if kept else {}
        fresh = self._source.ask(FOLDER + name, {}, read, symbol=symbol, headers=headers)
        self._tables[name] = (self._clock(), fresh)
        return fresh


def _pair(symbol: str) -> tuple[str, str]:
    pair = pair_of(symbol)
    if pair is None:
        raise _unknown(symbol)
    return pair


def _unknown(symbol: str) -> InstrumentNotFound:
    return InstrumentNotFound(f"{TITLE} does not quote {symbol}.", provider=NAME, symbol=symbol)
