"""What Alpha Vantage's refusals mean, as failures in our own words."""

from __future__ import annotations

from dashboard.errors import InstrumentNotFound, ProviderError, ProviderRefused, RateLimited
from dashboard.providers.alphavantage_wire import Refusal

NAME, TITLE = "alphavantage", "Alpha Vantage"
USED_UP_SECONDS, TOO_FAST_SECONDS = 3600.0, 60.0


class Paid(ProviderRefused):
    """The key does not cover this function."""


def unknown(symbol: str) -> InstrumentNotFound:
    """The failure of a symbol that it does not list."""
    return InstrumentNotFound(f"{TITLE} does not know {symbol}.", provider=NAME, symbol=symbol)


def failure(refused: Refusal, symbol: str | None) -> ProviderError:
    """The failure that a refusal means."""
    if refused is Refusal.UNKNOWN:
        return unknown(symbol or "what was asked for")
    if refused is Refusal.KEY:
        message = f"{TITLE} refuses the key: check ALPHAVANTAGE_API_KEY."
        return ProviderRefused(message, provider=NAME, symbol=symbol)
    if refused is Refusal.PAID:
        return Paid(f"{TITLE} gives this to paying keys alone.", provider=NAME, symbol=symbol)
    seconds = USED_UP_SECONDS if refused is Refusal.USED_UP else TOO_FAST_SECONDS
    cause = "the day's requests of its key are used up" if refused is Refusal.USED_UP else "too many requests at once"
    message = f"{TITLE} takes no more requests for now ({cause}); try again in {seconds:.0f} seconds."
    return RateLimited(message, provider=NAME, symbol=symbol, retry_after_seconds=seconds)
