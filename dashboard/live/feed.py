"""The feed: asks the providers for what somebody wants to see, and posts the answers on the board.

Any number may run; a lease lets one of them ask. Each provider is asked by itself, so that one that is slow or away
holds up no other; what it does not give comes from the next one in the order of the instrument's asset class.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import structlog
from redis import Redis

from dashboard.errors import ProviderError, RateLimited, ServiceUnavailable
from dashboard.live.desks import Desk, share
from dashboard.providers.base import MarketDataProvider, Quote
from dashboard.redis_store import Lease
from dashboard.results.quotes import LiveQuote
from dashboard.services.live_board import LEADER, LEASE_SECONDS, post, posted, wanted
from dashboard.services.live_quotes import Sources, live_quote

log = structlog.get_logger(__name__)

STEP_SECONDS = 2.0
SHORTEST_STEP_SECONDS = 0.05
SOURCES_SECONDS = 30.0
"""After so long it is looked up again who has what."""

Start = Callable[[Callable[[], None]], object]


def in_thread(call: Callable[[], None]) -> None:
    """Let ``call`` go on by itself; the end of the process does not wait for it."""
    threading.Thread(target=call, daemon=True).start()


@dataclass(slots=True)
class Feed:
    """One candidate for the lease. ``sources_of`` says who has what; ``start`` lets a round go on beside the others."""

    redis: Redis
    providers: Sequence[MarketDataProvider]
    sources_of: Callable[[Sequence[str]], Sequence[Sources]]
    clock: Callable[[], float] = time.time
    start: Start = in_thread
    desks: dict[str, Desk] = field(init=False)
    _lease: Lease = field(init=False)
    _sources: dict[str, Sources] = field(default_factory=dict)
    _looked_up: tuple[tuple[str, ...], float] = ((), 0.0)
    _newest: dict[str, LiveQuote] = field(default_factory=dict)
    _posting: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._lease = Lease(self.redis, LEADER, LEASE_SECONDS)
        self.desks = {provider.name: Desk(provider) for provider in self.providers}

    def run(self, stop: threading.Event) -> None:
        """Go on until ``stop`` is set; give the lease back at the end."""
        pause = 0.0
        while not stop.wait(pause):
            pause = self.once()
        try:
            self._lease.release()
        except ServiceUnavailable:
            log.info("feed.lease_left_to_expire")

    def once(self) -> float:
        """One step: hold the lease, and begin the rounds that are due. Returns the seconds to the next step."""
        try:
            if not self._lease.acquire():
                self._newest.clear()
                return STEP_SECONDS
            return self._begin_rounds(self._wanted())
        except ServiceUnavailable as error:
            log.warning("feed.unavailable", reason=error.message)
            return STEP_SECONDS

    def _begin_rounds(self, sources: Sequence[Sources]) -> float:
        now, pause = self.clock(), STEP_SECONDS  # never longer than the lease
        for desk in self.desks.values():
            shared = share(desk, self.desks, sources, now)
            if asked := desk.due(shared, now):
                desk.begin(asked, now)
                self.start(partial(self._round, desk, asked))
            if shared and not desk.is_asking:
                pause = min(pause, desk.due_at - self.clock())
        return max(SHORTEST_STEP_SECONDS, pause)

    def _wanted(self) -> list[Sources]:
        """Who has what is wanted. Without the database what was known before is asked for."""
        symbols = wanted(self.redis, self.clock())
        known, looked_up_at = self._looked_up
        if symbols != known or self.clock() - looked_up_at > SOURCES_SECONDS:
            try:
                self._sources = {it.symbol: it for it in self.sources_of(symbols)} if symbols else {}
                self._looked_up = (symbols, self.clock())
            except ServiceUnavailable as error:
                log.warning("feed.sources_unknown", reason=error.message)
        return [self._sources[symbol] for symbol in symbols if symbol in self._sources]

    def _round(self, desk: Desk, asked: Mapping[str, str]) -> None:
        """Ask one provider and post what it answers; this is the edge of a thread."""
        retry_after_seconds = None
        try:
            found = desk.provider.quotes(tuple(dict.fromkeys(asked.values())))
            self.post({symbol: found[name] for symbol, name in asked.items() if name in found})
            desk.answered(asked, [symbol for symbol, name in asked.items() if name in found], self.clock())
            return
        except RateLimited as error:
            retry_after_seconds = error.retry_after_seconds
            log.warning("feed.rate_limited", provider=error.provider, retry_after_seconds=retry_after_seconds)
        except (ProviderError, ServiceUnavailable) as error:
            log.warning("feed.failed", provider=desk.provider.name, code=error.code, reason=error.message)
        except Exception:
            log.exception("feed.failed", provider=desk.provider.name)
        desk.failed(self.clock(), retry_after_seconds)

    def post(self, quotes: Mapping[str, Quote]) -> None:
        """Post what is newer than what is on the board, while this feed leads. Raises: ServiceUnavailable."""
        now = datetime.now(UTC)
        with self._posting:
            unseen = [symbol for symbol in quotes if symbol not in self._newest]
            self._newest |= {symbol: entry.quote for symbol, entry in posted(self.redis, unseen).items()}
            newer = {
                symbol: quote
                for symbol, given in quotes.items()
                if not _is_older(quote := live_quote(symbol, given, now), self._newest.get(symbol))
            }
            if newer and self._lease.renew():
                post(self.redis, newer)
                self._newest |= newer


def _is_older(quote: LiveQuote, other: LiveQuote | None) -> bool:
    """Whether ``quote`` is of an earlier time than the other one in its currency: another source is behind."""
    return other is not None and quote.currency == other.currency and quote.at < other.at
