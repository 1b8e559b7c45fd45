"""Yahoo's streamed prices, from a message to a typed quote. Pure; what is not Yahoo's raises ``MalformedAnswer``.

A message is JSON that holds a protocol buffer in base64. Its prices are single-precision: 101.23 arrives as
101.2300033569, and is read as the shortest decimal that means the same number.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from google.protobuf.message import DecodeError
from yfinance.pricing_pb2 import PricingData

from dashboard.providers.base import MarketState, Quote
from dashboard.providers.json_answers import MalformedAnswer
from dashboard.providers.normalise import major_unit, session_range
from dashboard.providers.yahoo_wire import canonical

REGULAR_HOURS = 1
CLOCKS_APART = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A symbol as it was asked for, and the unit of its quotes; "" where only the message can tell."""

    symbol: str
    price_unit: str = ""


def parse_tick(provider: str, message: str | bytes, wanted: Mapping[str, Subscribed], now: datetime) -> Quote | None:
    """The quote of a message; ``wanted`` is by canonical symbol.

    None for a symbol that is not wanted, for a trade outside the exchange's regular hours, which polled quotes leave
    out too, and where nobody says in which unit the price is. Raises: MalformedAnswer.
    """
    data = _decoded(message)
    subscribed = wanted.get(canonical(data.id))
    unit = data.currency or (subscribed.price_unit if subscribed is not None else "")
    price, at = _shortest(data.price), _moment(data.time, now)
    if not price.is_finite() or price <= 0:
        raise MalformedAnswer(f"a price of {price} means nothing")
    if subscribed is None or not unit or data.market_hours != REGULAR_HOURS:
        return None
    currency, per_major = major_unit(unit)
    previous = _previous_close(data, price)
    return Quote(
        provider,
        subscribed.symbol,
        float(price) / per_major,
        float(previous) / per_major if previous is not None else None,
        currency,
        at,
        MarketState.OPEN,
        session=session_range((float(_shortest(it)) for it in _session(data)), per_major),
    )


def _decoded(message: str | bytes) -> PricingData:
    try:
        answer = json.loads(message)
        encoded = answer.get("message") if isinstance(answer, dict) else None
        if not isinstance(encoded, str):
            raise MalformedAnswer("the message holds no price")
        data = PricingData()
        data.ParseFromString(base64.b64decode(encoded, validate=True))
    except (ValueError, RecursionError, DecodeError) as error:
        if isinstance(error, MalformedAnswer):
            raise
        raise MalformedAnswer("the message is no JSON, no base64 or no protocol buffer") from error
    if not data.id:
        raise MalformedAnswer("the price is of no symbol")
    return data


def _session(data: PricingData) -> tuple[float, float, float]:
    """Open, high and low as sent; 0 for what does not come with every message."""
    return data.open_price, data.day_high, data.day_low


def _previous_close(data: PricingData, price: Decimal) -> Decimal | None:
    """As sent, or the price less its change; neither comes with every message."""
    sent = _shortest(data.previous_close)
    if not sent:
        change = _shortest(data.change)
        sent = price - change if change and change.is_finite() else Decimal(0)
    return sent if sent.is_finite() and sent > 0 else None


def _shortest(single: float) -> Decimal:
    """The shortest decimal that is the same number in single precision."""
    return Decimal(str(np.float32(single))) if math.isfinite(single) else Decimal("NaN")


def _moment(milliseconds: int, now: datetime) -> datetime:
    latest = (now + CLOCKS_APART).timestamp() * 1000
    if not 0 < milliseconds <= latest:
        raise MalformedAnswer("the price is of no time, or of one to come")
    return min(datetime.fromtimestamp(milliseconds / 1000, UTC), now)
