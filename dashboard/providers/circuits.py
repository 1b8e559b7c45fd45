"""Circuit breakers: a provider that fails again and again is left alone, and then tried with one call at a time.

A circuit is closed until ``failures`` calls in a row failed within ``window_seconds``; then it is open. Every
``rest_seconds`` one call goes out as a trial: its success closes the circuit, its failure means another rest. The state
is in Redis, for all processes together; while that is away, each process keeps its own.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import redis

from dashboard import redis_store
from dashboard.errors import ServiceUnavailable

Clock = Callable[[], float]

# KEYS: the times of failures, a sorted set; the state of an open circuit, a hash. ARGV: what happened, the time
# (negative: Redis' own), failures, window, rest and how long to remember in milliseconds, a name, the reason.
# "admit" returns the milliseconds to the next trial and the reason; a trial that goes out moves the next one on.
STEP = """
local now = tonumber(ARGV[2])
if now < 0 then
  local t = redis.call('time')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local open = redis.call('hget', KEYS[2], 'trial_at')
if ARGV[1] == 'admit' then
  if not open then return {0, ''} end
  if now < tonumber(open) then return {tonumber(open) - now, redis.call('hget', KEYS[2], 'reason')} end
  redis.call('hset', KEYS[2], 'trial_at', now + ARGV[5])
  redis.call('pexpire', KEYS[2], ARGV[6])
  return {0, ''}
end
if ARGV[1] == 'succeeded' then
  redis.call('del', KEYS[1], KEYS[2])
  return {0, ''}
end
redis.call('zremrangebyscore', KEYS[1], '-inf', now - ARGV[4])
redis.call('zadd', KEYS[1], now, ARGV[7])
redis.call('pexpire', KEYS[1], ARGV[4])
if open or redis.call('zcard', KEYS[1]) >= tonumber(ARGV[3]) then
  redis.call('hset', KEYS[2], 'trial_at', now + ARGV[5], 'reason', ARGV[8])
  redis.call('pexpire', KEYS[2], ARGV[6])
end
return {0, ''}
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a circuit opens and how often it is tried then. An open one is forgotten after ``forgotten_seconds``."""

    failures: int = 6
    window_seconds: float = 120.0
    rest_seconds: float = 30.0
    forgotten_seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a call may go out: ``wait_seconds`` is 0 where it may; else ``reason`` is why the last one failed."""

    wait_seconds: float = 0.0
    reason: str = ""


ADMITTED = Admission()


class Circuits(Protocol):
    """Where the state of circuits is kept, by name."""

    def admit(self, name: str) -> Admission:
        """Whether a call may go out now; a trial counts at once, so that only one goes out."""
        ...

    def succeeded(self, name: str) -> None:
        """A call was answered."""
        ...

    def failed(self, name: str, reason: str) -> None:
        """A call was not answered."""
        ...


@dataclass(slots=True)
class _Circuit:
    failed_at: deque[float] = field(default_factory=deque)
    trial_at: float | None = None
    reason: str = ""


class LocalCircuits:
    """Circuits of this process."""

    def __init__(self, rule: Rule | None = None, clock: Clock = time.monotonic) -> None:
        self._rule = rule or Rule()
        self._clock = clock
        self._lock = threading.Lock()
        self._circuits: dict[str, _Circuit] = {}

    def admit(self, name: str) -> Admission:
        """Whether a call of this process may go out now."""
        with self._lock:
            circuit, now = self._circuits.get(name), self._clock()
            if circuit is None or circuit.trial_at is None:
                return ADMITTED
            if now < circuit.trial_at:
                return Admission(circuit.trial_at - now, circuit.reason)
            circuit.trial_at = now + self._rule.rest_seconds
            return ADMITTED

    def succeeded(self, name: str) -> None:
        """A call was answered: the circuit is closed."""
        with self._lock:
            self._circuits.pop(name, None)

    def failed(self, name: str, reason: str) -> None:
        """A call was not answered."""
        with self._lock:
            circuit, now = self._circuits.setdefault(name, _Circuit()), self._clock()
            circuit.failed_at.append(now)
            while circuit.failed_at[0] <= now - self._rule.window_seconds:
                circuit.failed_at.popleft()
            if circuit.trial_at is not None or len(circuit.failed_at) >= self._rule.failures:
                circuit.trial_at, circuit.reason = now + self._rule.rest_seconds, reason


class SharedCircuits:
    """Circuits of all processes, in Redis; those of this process while Redis does not answer.

    ``clock`` gives seconds since 1970; without one Redis' own time counts, which is the same for all hosts.
    """

    def __init__(
        self,
        client: redis.Redis,
        rule: Rule | None = None,
        local: LocalCircuits | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._client = client
        self._rule = rule or Rule()
        self._local = local or LocalCircuits(self._rule)
        self._clock = clock

    def admit(self, name: str) -> Admission:
        """Whether anybody's call may go out now."""
        try:
            wait, reason = self._step(name, "admit")
        except ServiceUnavailable:
            return self._local.admit(name)
        return Admission(wait / 1000, reason) if wait > 0 else ADMITTED

    def succeeded(self, name: str) -> None:
        """A call was answered: the circuit is closed for all."""
        try:
            self._step(name, "succeeded")
        except ServiceUnavailable:
            self._local.succeeded(name)

    def failed(self, name: str, reason: str) -> None:
        """A call was not answered."""
        try:
            self._step(name, "failed", reason)
        except ServiceUnavailable:
            self._local.failed(name, reason)

    def _step(self, name: str, event: str, reason: str = "") -> tuple[int, str]:
        now = -1 if self._clock is None else round(self._clock() * 1000)
        rule = self._rule
        periods = [rule.window_seconds, rule.rest_seconds, rule.forgotten_seconds]
        arguments = [event, now, rule.failures, *(round(period * 1000) for period in periods)]
        keys = [redis_store.key("provider-failures", name), redis_store.key("provider-circuit", name)]
        with redis_store.answering():
            wait, said = self._client.eval(STEP, len(keys), *keys, *map(str, arguments), secrets.token_hex(8), reason)
        return int(wait), bytes(said or b"").decode()
