"""How many requests a provider takes in a time, counted in Redis for all processes together.

A budget is a bucket of tokens for each limit. A request takes one from every bucket, and each comes back one period
after it was taken: no period of that length, wherever it begins, holds more requests than the limit.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import redis

from dashboard import redis_store
from dashboard.errors import RateLimited, ServiceUnavailable

Clock = Callable[[], float]


class BudgetSpent(RateLimited):
    """Our own count says that the provider would refuse; it was not asked."""


# KEYS: a sorted set of the times at which tokens were taken for each limit. ARGV: the time (negative: Redis' own), what
# to leave in the bucket, a name for the token, then requests and milliseconds of each limit. Returns the milliseconds
# to wait, or 0 where a token was taken from every bucket; it takes from all or from none.
TAKE = """
local now = tonumber(ARGV[1])
if now < 0 then
  local t = redis.call('time')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local wait = 0
for i, key in ipairs(KEYS) do
  local requests, period = tonumber(ARGV[2 + 2 * i]), tonumber(ARGV[3 + 2 * i])
  redis.call('zremrangebyscore', key, '-inf', now - period)
  local held_back = tonumber(ARGV[2])
  if held_back >= requests then held_back = 0 end
  local short = redis.call('zcard', key) + 1 + held_back - requests
  if short > 0 then
    local taken = redis.call('zrange', key, short - 1, short - 1, 'withscores')
    wait = math.max(wait, tonumber(taken[2]) + period - now)
  end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  redis.call('zadd', key, now, ARGV[3])
  redis.call('pexpire', key, ARGV[3 + 2 * i])
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``requests`` in any ``seconds``."""

    requests: int
    seconds: float


class Tokens(Protocol):
    """Where it is kept what was taken."""

    def take(self, name: str, limits: Sequence[Limit], reserve: int = 0) -> float:
        """The seconds until ``name`` may be asked; 0 where it may be now, and a token is gone from each bucket.

        ``reserve`` tokens of each bucket that holds more than these are left for others.
        """
        ...


class LocalTokens:
    """Tokens of this process."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: dict[tuple[str, Limit], deque[float]] = {}

    def take(self, name: str, limits: Sequence[Limit], reserve: int = 0) -> float:
        """The seconds until this process may ask ``name``; 0 where a token was taken."""
        with self._lock:
            now = self._clock()
            buckets = [self._taken.setdefault((name, limit), deque()) for limit in limits]
            waits = [self._wait(taken, limit, reserve, now) for taken, limit in zip(buckets, limits, strict=True)]
            if (wait := max(waits, default=0.0)) > 0:
                return wait
            for taken in buckets:
                taken.append(now)
            return 0.0

    @staticmethod
    def _wait(taken: deque[float], limit: Limit, reserve: int, now: float) -> float:
        while taken and taken[0] <= now - limit.seconds:
            taken.popleft()
        held_back = reserve if reserve < limit.requests else 0
        short = len(taken) + 1 + held_back - limit.requests
        return taken[short - 1] + limit.seconds - now if short > 0 else 0.0


class SharedTokens:
    """Tokens of all processes, in Redis; those of this process while Redis does not answer.

    ``clock`` gives seconds since 1970; without one Redis' own time counts, which is the same for all hosts.
    """

    def __init__(self, client: redis.Redis, local: LocalTokens | None = None, clock: Clock | None = None) -> None:
        self._client = client
        self._local = local or LocalTokens()
        self._clock = clock

    def take(self, name: str, limits: Sequence[Limit], reserve: int = 0) -> float:
        """The seconds until anybody may ask ``name``; 0 where a token was taken."""
        if not limits:
            return 0.0
        now = -1 if self._clock is None else round(self._clock() * 1000)
        keys = [redis_store.key("provider-budget", name, f"{limit.seconds:g}") for limit in limits]
        sizes = [size for limit in limits for size in (limit.requests, round(limit.seconds * 1000))]
        try:
            with redis_store.answering():
                arguments = [now, reserve, secrets.token_hex(8), *sizes]
                wait = self._client.eval(TAKE, len(keys), *keys, *map(str, arguments))
        except ServiceUnavailable:
            return self._local.take(name, limits, reserve)
        return int(wait) / 1000


class Budget:
    """What one provider may still be asked. A caller with time waits for a token, up to ``patience_seconds``."""

    def __init__(
        self,
        name: str,
        limits: Sequence[Limit] = (),
        tokens: Tokens | None = None,
        *,
        patience_seconds: float = 61.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._limits = tuple(limits)
        self._tokens = tokens or LocalTokens()
        self._patience_seconds = patience_seconds
        self._sleep = sleep

    def spend(self, *, symbol: str | None = None, waits: bool = True, reserve: int = 0) -> None:
        """Take a token for one request; with ``waits`` after a wait. Raises: RateLimited where that were too long."""
        left = self._patience_seconds if waits else 0.0
        while (wait := self._tokens.take(self._name, self._limits, reserve) if self._limits else 0.0) > 0:
            if wait > left:
                message = f"{self._name} may be asked again in {wait:.0f} seconds: its limit of requests is used up."
                raise BudgetSpent(message, provider=self._name, symbol=symbol, retry_after_seconds=wait)
            left -= wait
            self._sleep(wait)
