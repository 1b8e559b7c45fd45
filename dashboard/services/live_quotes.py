"""Live quotes from the providers, by our own symbols. Only the feed calls this: a page or a request never does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.domain.market_hours import MarketState
from dashboard.providers.base import MarketDataProvider, Quote
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services.ledger.currencies import currency_problem

PAIR_PREFIX = "fx:"
LIVE_DELAY_SECONDS = 60
STALE_AFTER_SECONDS = 20 * 60


def pair_symbol(base: str, quote: str) -> str:
    """The live symbol of a currency pair: units of ``quote`` for 1 ``base``."""
    return f"{PAIR_PREFIX}{base}/{quote}"


def listed_symbols(symbols: Sequence[str]) -> frozenset[str]:
    """Those of ``symbols`` that anybody may listen to: the common catalogue's, and pairs of currencies."""
    found = db.session.scalars(select(InstrumentRow.symbol).where(InstrumentRow.symbol.in_(list(symbols))))
    return frozenset(found) | {symbol for symbol in symbols if _is_pair(symbol)}


def _is_pair(symbol: str) -> bool:
    currencies = symbol.removeprefix(PAIR_PREFIX).split("/") if symbol.startswith(PAIR_PREFIX) else []
    return len(currencies) == 2 and all(currency_problem(code) is None and code.isupper() for code in currencies)


def provider_symbols(provider: MarketDataProvider, symbols: Sequence[str]) -> dict[str, str]:
    """What the provider calls each of ``symbols``; one that it cannot know is absent."""
    pairs = {
        symbol: symbol.removeprefix(PAIR_PREFIX).split("/") for symbol in symbols if symbol.startswith(PAIR_PREFIX)
    }
    named = {symbol: provider.fx_symbol(base, quote) for symbol, (base, quote) in pairs.items()}
    rows = db.session.execute(
        select(InstrumentRow.symbol, InstrumentRow.provider_symbol).where(
            InstrumentRow.symbol.in_([symbol for symbol in symbols if symbol not in pairs]),
            InstrumentRow.state != "not_found",
        )
    )
    return named | {symbol: provider_symbol or symbol for symbol, provider_symbol in rows}


def live_quotes(
    provider: MarketDataProvider, symbols: Sequence[str], *, now: datetime | None = None
) -> dict[str, LiveQuote]:
    """The last quote of each of ``symbols`` that has one. Raises: ProviderUnavailable, RateLimited."""
    named = provider_symbols(provider, symbols)
    found = provider.quotes(tuple(named.values())) if named else {}
    at = now or datetime.now(UTC)
    return {symbol: _live(symbol, found[name], at) for symbol, name in named.items() if name in found}


def freshness_of(quote: Quote, now: datetime) -> Freshness:
    """How far ``quote`` may be taken for the price at ``now``."""
    if quote.market_state is not MarketState.OPEN:
        return Freshness.CLOSED
    return _by_age((now - quote.at).total_seconds(), quote.delayed_seconds)


def aged(quote: LiveQuote, now: datetime) -> LiveQuote:
    """``quote`` as it may be taken at ``now``: one that nobody has renewed becomes delayed, then stale."""
    if quote.freshness is Freshness.CLOSED:
        return quote
    age_seconds = (now - quote.at).total_seconds()
    return replace(quote, freshness=_by_age(age_seconds, quote.delayed_seconds))


def _by_age(age_seconds: float, delayed_seconds: int) -> Freshness:
    if age_seconds > max(STALE_AFTER_SECONDS, 2 * delayed_seconds):
        return Freshness.STALE
    return Freshness.DELAYED if max(delayed_seconds, age_seconds) > LIVE_DELAY_SECONDS else Freshness.LIVE


def _live(symbol: str, quote: Quote, now: datetime) -> LiveQuote:
    return LiveQuote(
        symbol=symbol,
        price=quote.price,
        previous_close=quote.previous_close,
        currency=quote.currency,
        at=min(quote.at, now),  # a source whose clock is ahead tells no future
        freshness=freshness_of(quote, now),
        delayed_seconds=quote.delayed_seconds,
        market_state=quote.market_state,
    )
