"""Quotes as the live feed carries them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.domain.market_hours import MarketState
from dashboard.domain.session_range import NOT_TOLD, SessionRange
from dashboard.results.scalars import Json, amount, moment


class Freshness(StrEnum):
    """How far a quote may be trusted as "now"."""

    LIVE = "live"
    DELAYED = "delayed"
    CLOSED = "closed"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class LiveQuote:
    """The last price of one symbol (or of a currency pair, such as EURUSD=X), in its major currency.

    ``session`` is of the session that the price is of, and holds the price.
    """

    symbol: str
    price: float
    previous_close: float | None
    currency: str
    at: datetime
    freshness: Freshness
    delayed_seconds: int = 0
    market_state: MarketState = MarketState.OPEN
    session: SessionRange = NOT_TOLD


def quote(found: LiveQuote) -> dict[str, Json]:
    """A quote in the JSON form."""
    return {
        "symbol": found.symbol,
        "currency": found.currency,
        "price": amount(found.price),
        "previous_close": amount(found.previous_close),
        "open": amount(found.session.open),
        "high": amount(found.session.high),
        "low": amount(found.session.low),
        "at": moment(found.at),
        "freshness": found.freshness.value,
        "delayed_seconds": found.delayed_seconds,
        "market_state": found.market_state.value,
    }
