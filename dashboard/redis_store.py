"""Redis: one way to connect, and the few named things that are kept there (cache, leases, published messages).

Nothing in Redis is the only copy of anything. Every function raises ServiceUnavailable when Redis does not answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import orjson
import redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry

from dashboard.errors import ServiceUnavailable

PREFIX = "basis"
ANSWER_SECONDS = 5.0
RETRIES = 2

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

# Both compare the holder's token first, so that a lease that ran out and went to another is left alone.
RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end"
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


def connect(url: str, *, answer_seconds: float | None = ANSWER_SECONDS) -> redis.Redis:
    """A client (bytes in, bytes out) for a redis://, rediss:// or unix:// address; it connects when first used.

    ``answer_seconds`` None waits for ever, as a subscription does.
    """
    return redis.Redis.from_url(
        url,
        socket_timeout=answer_seconds,
        socket_connect_timeout=ANSWER_SECONDS,
        health_check_interval=30,
        retry=Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.2), RETRIES),
    )


def key(*parts: str) -> str:
    """The name of a value of ours: ``basis:part:part``."""
    return ":".join((PREFIX, *parts))


@contextmanager
def answering() -> Iterator[None]:
    """Turn a Redis that does not answer, or refuses to write, into ServiceUnavailable."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError, redis.ReadOnlyError, redis.OutOfMemoryError) as error:
        raise ServiceUnavailable("Redis does not answer; try again in a moment.") from error


def cache_set(client: redis.Redis, name: str, value: Json, *, ttl_seconds: float) -> None:
    """Keep a JSON value under ``name`` for ``ttl_seconds``."""
    with answering():
        client.set(name, orjson.dumps(value), px=_milliseconds(ttl_seconds))


def cache_get(client: redis.Redis, name: str) -> Json:
    """The JSON value under ``name``; None when there is none (any more)."""
    with answering():
        stored = client.get(name)
    if not isinstance(stored, bytes):
        return None
    value: Json = orjson.loads(stored)
    return value


def publish(client: redis.Redis, channel: str, message: Json) -> int:
    """Send a JSON message to the channel's subscribers; returns how many there were."""
    with answering():
        return int(client.publish(channel, orjson.dumps(message)))


@dataclass(slots=True)
class Lease:
    """A right that one holder has at a time and loses unless it renews it: leadership, a lock with an end.

    A holder that was paused for longer than ``seconds`` may find another one at work: guard what must not happen
    twice in PostgreSQL.
    """

    client: redis.Redis
    name: str
    seconds: float
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def acquire(self) -> bool:
        """Take it if it is free, or renew it if it is ours already; whether it is ours now."""
        with answering():
            taken = self.client.set(self.name, self.token, nx=True, px=_milliseconds(self.seconds))
        return bool(taken) or self.renew()

    def renew(self) -> bool:
        """Keep it for another ``seconds``; False when it ran out or is another's."""
        with answering():
            return bool(self.client.eval(RENEW, 1, self.name, self.token, str(_milliseconds(self.seconds))))

    def release(self) -> None:
        """Give it back if it is still ours."""
        with answering():
            self.client.eval(RELEASE, 1, self.name, self.token)


@contextmanager
def lease(client: redis.Redis, name: str, *, seconds: float) -> Iterator[bool]:
    """Try to hold a lease for the length of a block; yields whether it is held."""
    held = Lease(client, name, seconds)
    acquired = held.acquire()
    try:
        yield acquired
    finally:
        if acquired:
            held.release()


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
