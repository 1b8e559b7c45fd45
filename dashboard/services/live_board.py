"""The board of live prices in Redis: the last quote of each symbol, who wants which, and the ticks that tell of them.

Redis may lose all of it at any moment: the next round of the feed fills it again.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from redis import Redis

from dashboard.domain.market_hours import MarketState
from dashboard.domain.session_range import SessionRange
from dashboard.redis_store import Json, answering, key
from dashboard.results.quotes import Freshness, LiveQuote

QUOTES = key("live", "quotes")
"""Hash: symbol -> the last quote as JSON."""
TICKS = key("live", "ticks")
"""Channel: a list of quotes as JSON, once a batch."""
WANTED = key("live", "wanted")
"""Sorted set: symbol -> the time (Unix seconds) until which somebody looks at it, or is to be alerted of it."""
LEADER = key("live", "leader")
"""Lease of the one feed that asks the providers."""
NUMBER = key("live", "number")
"""The number of the last batch."""
LEASE_SECONDS = 10.0
WANTED_SECONDS = 30.0
KEPT_SECONDS = 24 * 3600

# Milliseconds of Redis' own clock, so that numbers grow whichever feed asks and whatever was lost or restarted.
NEXT_NUMBER = """
local clock = redis.call('time')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local number = string.format('%.0f', math.max(now, tonumber(redis.call('get', KEYS[1]) or '0') + 1))
redis.call('set', KEYS[1], number)
return number
"""


@dataclass(frozen=True, slots=True)
class Posted:
    """A quote on the board. ``number`` is that of its batch; a later batch has a larger one."""

    number: int
    quote: LiveQuote


def post(client: Redis, quotes: Mapping[str, LiveQuote]) -> int:
    """Keep the quotes for whoever comes later and tell whoever listens now; returns the number of the batch."""
    with answering():
        number = int(client.eval(NEXT_NUMBER, 1, NUMBER))
        posted = {symbol: {"number": number, **quote_to_json(quote)} for symbol, quote in quotes.items()}
        pipeline = client.pipeline(transaction=False)
        if posted:
            pipeline.hset(QUOTES, mapping={symbol: orjson.dumps(data) for symbol, data in posted.items()})
            pipeline.expire(QUOTES, KEPT_SECONDS)
            pipeline.publish(TICKS, orjson.dumps(list(posted.values())))
        pipeline.execute()
    return number


def posted(client: Redis, symbols: Collection[str] | None = None) -> dict[str, Posted]:
    """What is on the board, of ``symbols`` or (None) of all; a symbol without a quote is absent."""
    if symbols is not None and not symbols:
        return {}
    with answering():
        found: Iterable[object] = client.hvals(QUOTES) if symbols is None else client.hmget(QUOTES, list(symbols))
    known = [posted_from_json(orjson.loads(value)) for value in found if isinstance(value, bytes)]
    return {entry.quote.symbol: entry for entry in known}


def want(client: Redis, symbols: Iterable[str], seconds: float = WANTED_SECONDS) -> None:
    """Have the feed ask for ``symbols`` for so long from now on; who wanted one for longer is not cut short."""
    until = dict.fromkeys(symbols, time.time() + seconds)
    if until:
        with answering():
            client.zadd(WANTED, until, gt=True)


def wanted(client: Redis, now: float) -> tuple[str, ...]:
    """The symbols that somebody wants at ``now`` (Unix seconds), in a stable order."""
    with answering():
        client.zremrangebyscore(WANTED, "-inf", now)
        members = client.zrange(WANTED, 0, -1)
    return tuple(sorted(member.decode() for member in members if isinstance(member, bytes)))


def seconds_since_renewal(client: Redis) -> float | None:
    """How long ago the leader renewed its lease; None where nobody leads."""
    with answering():
        left = int(client.pttl(LEADER))
    return max(0.0, LEASE_SECONDS - left / 1000) if left >= 0 else None


def quote_to_json(quote: LiveQuote) -> dict[str, Json]:
    """A quote as it is published; of its session what is known, since it goes out to many and often."""
    session = {"open": quote.session.open, "high": quote.session.high, "low": quote.session.low}
    return {
        "symbol": quote.symbol,
        "price": quote.price,
        "previous_close": quote.previous_close,
        "currency": quote.currency,
        "at": quote.at.isoformat(),
        "freshness": quote.freshness.value,
        "delayed_seconds": quote.delayed_seconds,
        "market_state": quote.market_state.value,
        **{name: price for name, price in session.items() if price is not None},
    }


def quote_from_json(data: Mapping[str, object]) -> LiveQuote:
    """A published quote. Raises: KeyError, ValueError where it is not one."""
    return LiveQuote(
        symbol=str(data["symbol"]),
        price=float(str(data["price"])),
        previous_close=_price(data["previous_close"]),
        currency=str(data["currency"]),
        at=datetime.fromisoformat(str(data["at"])),
        freshness=Freshness(str(data["freshness"])),
        delayed_seconds=int(str(data["delayed_seconds"])),
        market_state=MarketState(str(data["market_state"])),
        session=SessionRange(*(_price(data.get(name)) for name in ("open", "high", "low"))),
    )


def _price(value: object) -> float | None:
    return None if value is None else float(str(value))


def posted_from_json(data: Mapping[str, object]) -> Posted:
    """A quote of a batch. Raises: KeyError, ValueError where it is not one."""
    return Posted(int(str(data["number"])), quote_from_json(data))
