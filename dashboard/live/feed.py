"""The feed: asks the providers for what somebody looks at, and puts the answers into Redis.

Any number may run; a lease lets one of them ask. Redis may lose everything at any moment: the next round fills it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from redis import Redis

from dashboard.errors import ProviderError, RateLimited, ServiceUnavailable
from dashboard.providers.base import MarketDataProvider
from dashboard.redis_store import Lease
from dashboard.results.quotes import LiveQuote
from dashboard.services.live_board import LEADER, LEASE_SECONDS, post, wanted
from dashboard.services.live_quotes import live_quotes

log = structlog.get_logger(__name__)

STEP_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 300.0
ROUND_SECONDS = {"simulated": 1.0}
DEFAULT_ROUND_SECONDS = 15.0


@dataclass(slots=True)
class Feed:
    """One candidate for the lease. ``quotes`` is asked for live quotes by our own symbols."""

    redis: Redis
    provider: MarketDataProvider
    quotes: Callable[..., dict[str, LiveQuote]] = live_quotes
    clock: Callable[[], float] = time.time
    _failures: int = 0
    _due_at: float = 0.0
    _lease: Lease = field(init=False)

    def __post_init__(self) -> None:
        self._lease = Lease(self.redis, LEADER, LEASE_SECONDS)

    @property
    def round_seconds(self) -> float:
        """How long a round takes when all is well."""
        return ROUND_SECONDS.get(self.provider.name, DEFAULT_ROUND_SECONDS)

    def run(self, stop: threading.Event) -> None:
        """Go round until ``stop`` is set; give the lease back at the end."""
        pause = 0.0
        while not stop.wait(pause):
            pause = self.once()
        try:
            self._lease.release()
        except ServiceUnavailable:
            log.info("feed.lease_left_to_expire")

    def once(self) -> float:
        """One step: hold the lease, and ask the provider if a round is due. Returns the seconds to the next step."""
        try:
            if not self._lease.acquire():
                return STEP_SECONDS
            if self.clock() >= self._due_at:
                self._due_at = self.clock() + self._round()
        except ServiceUnavailable as error:
            log.warning("feed.redis_unavailable", reason=error.message)
            return STEP_SECONDS
        # Never longer than the lease: a leader that waits for its provider goes on being the leader.
        return min(STEP_SECONDS, max(0.0, self._due_at - self.clock()))

    def _round(self) -> float:
        """Ask for what is wanted and publish it. Returns the seconds until the next round is due."""
        try:
            if symbols := wanted(self.redis, self.clock()):
                post(self.redis, self.quotes(self.provider, symbols))
            self._failures = 0
            return self.round_seconds
        except RateLimited as error:
            log.warning("feed.rate_limited", provider=error.provider, retry_after_seconds=error.retry_after_seconds)
            return min(max(error.retry_after_seconds, self.round_seconds), LONGEST_PAUSE_SECONDS)
        except ProviderError as error:
            self._failures += 1
            log.warning("feed.failed", code=error.code, reason=error.message, failures=self._failures)
            return min(self.round_seconds * 2.0**self._failures, LONGEST_PAUSE_SECONDS)
