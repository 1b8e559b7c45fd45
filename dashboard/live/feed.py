"""The feed: asks the providers for what somebody wants to see, and posts the answers on the board.

Any number may run; a lease lets one of them ask. Each provider is asked by itself, so that one that is slow or away
holds up no other; what it does not give comes from the next one in the order of the instrument's asset class.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from redis import Redis

from dashboard.errors import ProviderError, RateLimited, ServiceUnavailable
from dashboard.live.desks import Desk, QuoteStream, share
from dashboard.live.merging import asked, streamed
from dashboard.providers.base import MarketDataProvider, Quote
from dashboard.redis_store import Lease
from dashboard.results.quotes import LiveQuote
from dashboard.services.live_board import LEADER, LEASE_SECONDS, post, posted, wanted
from dashboard.services.live_quotes import Sources, live_quote

log = structlog.get_logger(__name__)

STEP_SECONDS = 2.0
BATCH_SECONDS = 0.25
"""Streamed prices are posted four times a second."""
SHORTEST_STEP_SECONDS = 0.05
SOURCES_SECONDS = 30.0
"""After so long it is looked up again who has what."""

Start = Callable[[Callable[[], None]], object]
Merge = Callable[[LiveQuote, LiveQuote | None, tzinfo], LiveQuote | None]


def in_thread(call: Callable[[], None]) -> None:
    """Let ``call`` go on by itself; the end of the process does not wait for it."""
    threading.Thread(target=call, daemon=True).start()


@dataclass(slots=True)
class Feed:
    """One candidate for the lease. ``sources_of`` says who has what; ``start`` lets a round go on beside the others."""

    redis: Redis
    providers: Sequence[MarketDataProvider]
    sources_of: Callable[[Sequence[str]], Sequence[Sources]]
    streams: Mapping[str, QuoteStream] = field(default_factory=dict)
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
        self.desks = {it.name: Desk(it, self.streams.get(it.name)) for it in self.providers}

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
                self._follow()
                return STEP_SECONDS
            sources = self._wanted()
            return min(self._begin_rounds(sources), self._post_streamed(sources))
        except ServiceUnavailable as error:
            log.warning("feed.unavailable", reason=error.message)
            return STEP_SECONDS

    def _begin_rounds(self, sources: Sequence[Sources]) -> float:
        now, pause = self.clock(), STEP_SECONDS  # never longer than the lease
        for desk in self.desks.values():
            shared = share(desk, self.desks, sources, now)
            if due := desk.due(shared, now):
                desk.begin(due, now)
                self.start(partial(self._round, desk, due))
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

    def _round(self, desk: Desk, wanted: Mapping[str, str]) -> None:
        """Ask one provider and post what it answers; this is the edge of a thread."""
        retry_after_seconds = None
        try:
            found = desk.provider.quotes(tuple(dict.fromkeys(wanted.values())))
            self._post({symbol: found[name] for symbol, name in wanted.items() if name in found}, asked)
            desk.answered(wanted, [symbol for symbol, name in wanted.items() if name in found], self.clock())
            return
        except RateLimited as error:
            retry_after_seconds = error.retry_after_seconds
            log.warning("feed.rate_limited", provider=error.provider, retry_after_seconds=retry_after_seconds)
        except (ProviderError, ServiceUnavailable) as error:
            log.warning("feed.failed", provider=desk.provider.name, code=error.code, reason=error.message)
        except Exception:
            log.exception("feed.failed", provider=desk.provider.name)
        desk.failed(self.clock(), retry_after_seconds)

    def _follow(self) -> None:
        """Another one leads: nothing is to come by itself, and what is on the board is that one's."""
        self._newest.clear()
        for stream in self.streams.values():
            stream.want({})

    def _post_streamed(self, sources: Sequence[Sources]) -> float:
        """Have what is wanted come by itself where it can, and post what has come. Returns the seconds to the next."""
        pause = STEP_SECONDS
        for desk in self.desks.values():
            if desk.stream is None:
                continue
            shared = share(desk, self.desks, sources, self.clock())
            units = {it.symbol: it.price_unit for it in sources}
            desk.stream.want({name: units[symbol] for symbol, name in shared.items()})
            ticks, now = desk.stream.take(), datetime.now(UTC)
            found = {symbol: ticks[name] for symbol, name in shared.items() if name in ticks}
            self._post(found, partial(streamed, now=now))
            pause = min(pause, BATCH_SECONDS if desk.is_streaming else STEP_SECONDS)
        return pause

    def _post(self, quotes: Mapping[str, Quote], merged: Merge) -> None:
        """Post what is new beside what is on the board, while this feed leads. Raises: ServiceUnavailable."""
        now = datetime.now(UTC)
        with self._posting:
            unseen = [symbol for symbol in quotes if symbol not in self._newest]
            self._newest |= {symbol: entry.quote for symbol, entry in posted(self.redis, unseen).items()}
            candidates = {
                symbol: merged(live_quote(symbol, quote, now), self._newest.get(symbol), self._zone_of(symbol))
                for symbol, quote in quotes.items()
            }
            newer = {symbol: quote for symbol, quote in candidates.items() if quote is not None}
            if newer and self._lease.renew():
                post(self.redis, newer)
                self._newest |= newer

    def _zone_of(self, symbol: str) -> tzinfo:
        """The time zone by which the sessions of ``symbol`` have their days; one may be forgotten while it is asked."""
        known = self._sources.get(symbol)
        return ZoneInfo(known.time_zone) if known is not None else UTC
