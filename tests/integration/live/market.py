"""A source of quotes and a clock that tests of the feed hold in their hands, and the feed over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import redis

from dashboard.domain.market_hours import MarketState
from dashboard.domain.session_range import NOT_TOLD
from dashboard.live.feed import Feed
from dashboard.providers.base import EVERYTHING, History, HistoryRequest, Quote, SearchHit
from dashboard.services.live_board import WANTED
from dashboard.services.live_quotes import Sources

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


class Clock:
    """Seconds that pass when a test says so."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Market:
    """A provider whose quotes a test can break; it notes what it was asked for."""

    asset_classes = EVERYTHING

    def __init__(self, name: str = "simulated", lacking: tuple[str, ...] = ()) -> None:
        self.name = name
        self.lacking = lacking
        self.asked: list[tuple[str, ...]] = []
        self.trouble: Exception | None = None
        self.at = AT
        self.session = NOT_TOLD

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        self.asked.append(tuple(symbols))
        if self.trouble is not None:
            raise self.trouble
        return {
            symbol: Quote(self.name, symbol, 101.5, 100.0, "EUR", self.at, MarketState.OPEN, session=self.session)
            for symbol in symbols
            if symbol not in self.lacking
        }

    def history(self, request: HistoryRequest) -> History:
        raise AssertionError("a feed asks for quotes alone")

    def search(self, text: str) -> tuple[SearchHit, ...]:
        raise AssertionError("a feed asks for quotes alone")

    def fx_symbol(self, base: str, quote: str) -> str:
        return f"{base}{quote}=X"


def at_once(call: Callable[[], None]) -> None:
    """A round that is over before the step is."""
    call()


def feed_of(client: redis.Redis, clock: Callable[[], float], *markets: Market) -> Feed:
    """A feed over a real Redis that asks these in their order for everything."""

    def sources_of(symbols: Sequence[str]) -> list[Sources]:
        return [Sources(symbol, tuple((market.name, symbol) for market in markets)) for symbol in symbols]

    return Feed(client, markets, sources_of, clock=clock, start=at_once)


def look_at(client: redis.Redis, clock: Clock, *symbols: str, seconds: float = 30.0) -> None:
    client.zadd(WANTED, dict.fromkeys(symbols, clock.now + seconds))
