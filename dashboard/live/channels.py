"""The names under which the feed and the fan-out meet in Redis, and the form in which a quote crosses it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dashboard.redis_store import Json, key
from dashboard.results.quotes import Freshness, LiveQuote

QUOTES = key("live", "quotes")
"""Hash: symbol -> the last quote as JSON."""
TICKS = key("live", "ticks")
"""Channel: a list of quotes as JSON, once a round."""
WANTED = key("live", "wanted")
"""Sorted set: symbol -> the time (Unix seconds) until which somebody looks at it."""
LEADER = key("live", "leader")
"""Lease of the one feed that asks the providers."""
WANTED_SECONDS = 30.0


def quote_to_json(quote: LiveQuote) -> dict[str, Json]:
    """A quote as it is published."""
    return {
        "symbol": quote.symbol,
        "price": quote.price,
        "previous_close": quote.previous_close,
        "currency": quote.currency,
        "at": quote.at.isoformat(),
        "freshness": quote.freshness.value,
        "delayed_seconds": quote.delayed_seconds,
    }


def quote_from_json(data: Mapping[str, object]) -> LiveQuote:
    """A published quote. Raises: KeyError, ValueError where it is not one."""
    previous = data["previous_close"]
    return LiveQuote(
        symbol=str(data["symbol"]),
        price=float(str(data["price"])),
        previous_close=None if previous is None else float(str(previous)),
        currency=str(data["currency"]),
        at=datetime.fromisoformat(str(data["at"])),
        freshness=Freshness(str(data["freshness"])),
        delayed_seconds=int(str(data["delayed_seconds"])),
    )
