"""Quotes as the live feed carries them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.domain.market_hours import MarketState


class Freshness(StrEnum):
    """How far a quote may be trusted as "now"."""

    LIVE = "live"
    DELAYED = "delayed"
    CLOSED = "closed"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class LiveQuote:
    """The last price of one symbol (or of a currency pair, such as EURUSD=X), in its major currency."""

    symbol: str
    price: float
    previous_close: float | None
    currency: str
    at: datetime
    freshness: Freshness
    delayed_seconds: int = 0
    market_state: MarketState = MarketState.OPEN
