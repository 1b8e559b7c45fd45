"""What is live now, as the stream sends it and as a page that cannot have the stream asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from dashboard.domain.access import SYSTEM, Actor, PortfolioId
from dashboard.domain.market_hours import MarketState
from dashboard.domain.marking import Mark, MarkedPortfolio, MarkedPosition, PortfolioSnapshot, mark
from dashboard.errors import InsufficientData, InvalidInput, NotFound
from dashboard.redis_store import Json
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.runtime import redis_client
from dashboard.services import portfolios, valuation
from dashboard.services.live_board import posted, quote_to_json, seconds_since_renewal, want
from dashboard.services.live_quotes import aged, listed_symbols, pair_symbol

MOST_SYMBOLS = 200
FEED_DOWN_AFTER_SECONDS = 6.0
WORST_FIRST = (Freshness.STALE, Freshness.DELAYED, Freshness.LIVE, Freshness.CLOSED)
OPENEST_FIRST = (MarketState.OPEN, MarketState.PRE, MarketState.POST, MarketState.CLOSED)


def asked_symbols(text: str) -> tuple[list[str], list[str]]:
    """The symbols of a list with commas: those in the catalogue, which everybody may see, and the others.

    Raises: InvalidInput for none or too many, NotFound where none is known.
    """
    asked = list(dict.fromkeys(part for part in text.split(",") if part))
    if not 0 < len(asked) <= MOST_SYMBOLS:
        raise InvalidInput(f"Name 1 to {MOST_SYMBOLS} symbols.", field="symbols")
    listed = listed_symbols(asked)
    if not listed:
        raise NotFound("No instrument has any of these symbols.")
    return [symbol for symbol in asked if symbol in listed], [symbol for symbol in asked if symbol not in listed]


def feed_is_up() -> bool:
    """Whether some feed leads. Raises: ServiceUnavailable."""
    ago_seconds = seconds_since_renewal(redis_client())
    return ago_seconds is not None and ago_seconds < FEED_DOWN_AFTER_SECONDS


def quotes_now(symbols: Iterable[str]) -> Json:
    """The quotes of ``symbols`` that are known; the feed is told that they are wanted. Raises: ServiceUnavailable."""
    return {"quotes": [quote_to_json(quote) for quote in _wanted(symbols)]}


def portfolio_now(actor: Actor, portfolio_id: PortfolioId) -> tuple[Json, str]:
    """A portfolio at the newest prices (None while there is none), and the version of what it is made of.

    Raises: NotFound, ServiceUnavailable.
    """
    version = valuation.version(portfolios.portfolio_by_id(actor, portfolio_id))
    try:
        snapshot = valuation.snapshot(SYSTEM, portfolio_id)
    except InsufficientData:
        return None, version
    return marked_json(snapshot, _wanted(live_symbols(snapshot))), version


def _wanted(symbols: Iterable[str]) -> list[LiveQuote]:
    client, now, names = redis_client(), datetime.now(UTC), list(symbols)
    want(client, names)
    return [aged(entry.quote, now) for entry in posted(client, names).values()]


def live_symbols(snapshot: PortfolioSnapshot) -> Iterable[str]:
    """The live symbols of a portfolio: its instruments, and the pair of each foreign currency."""
    base = snapshot.base_currency
    pairs = [pair_symbol(currency, base) for currency in snapshot.rates if currency != base]
    return (*(position.symbol for position in snapshot.positions), *pairs)


def marked_json(snapshot: PortfolioSnapshot, quotes: Iterable[LiveQuote]) -> Json:
    """A portfolio at ``quotes`` as the stream tells it; None where none of them is of it."""
    known = {quote.symbol: quote for quote in quotes}
    used = {
        position.symbol: known[position.symbol]
        for position in snapshot.positions
        if position.symbol in known and known[position.symbol].currency == position.currency
    }
    base = snapshot.base_currency
    pairs = {currency: pair_symbol(currency, base) for currency in snapshot.rates}
    rates = {currency: known[pair] for currency, pair in pairs.items() if pair in known}
    if not used and not rates:
        return None
    marked = mark(
        snapshot,
        {symbol: Mark(quote.price, quote.at) for symbol, quote in used.items()},
        {currency: Mark(quote.price, quote.at) for currency, quote in rates.items()},
    )
    return {**_portfolio_json(marked, used), "markets": _markets(snapshot, used)}


def _markets(snapshot: PortfolioSnapshot, quotes: Mapping[str, LiveQuote]) -> list[Json]:
    """The markets that positions trade on, by name, each as open as the openest of its quotes."""
    states: dict[str, set[MarketState]] = {}
    for position in snapshot.positions:
        if position.symbol in quotes:
            states.setdefault(position.market, set()).add(quotes[position.symbol].market_state)
    return [
        {"market": market, "state": next(state for state in OPENEST_FIRST if state in found).value}
        for market, found in sorted(states.items())
    ]


def _portfolio_json(marked: MarkedPortfolio, quotes: Mapping[str, LiveQuote]) -> dict[str, Json]:
    return {
        "portfolio_id": marked.portfolio_id,
        "market_value": marked.market_value,
        "day_change": marked.day_change,
        "day_change_pct": marked.day_change_pct,
        "unrealized": marked.unrealized,
        "unrealized_pct": marked.unrealized_pct,
        "session": marked.session.isoformat() if marked.session is not None else None,
        "at": max(quote.at for quote in quotes.values()).isoformat() if quotes else None,
        "freshness": _overall(quotes).value if quotes else None,
        "delayed_seconds": max((quote.delayed_seconds for quote in quotes.values()), default=0),
        "live": sum(1 for quote in quotes.values() if quote.freshness is Freshness.LIVE),
        "delayed": sum(1 for quote in quotes.values() if quote.freshness is Freshness.DELAYED),
        "stale": sum(1 for quote in quotes.values() if quote.freshness is Freshness.STALE),
        "positions": [_position_json(position, quotes.get(position.symbol)) for position in marked.positions],
        "unpriced": list(marked.unpriced),
    }


def _position_json(position: MarkedPosition, quote: LiveQuote | None) -> dict[str, Json]:
    return {
        "symbol": position.symbol,
        "price": position.price,
        "market_value": position.market_value,
        "day_change": position.day_change,
        "day_change_pct": position.day_change_pct,
        "unrealized": position.unrealized,
        "unrealized_pct": position.unrealized_pct,
        "weight": position.weight,
        "freshness": quote.freshness.value if quote is not None else None,
        "delayed_seconds": quote.delayed_seconds if quote is not None else 0,
        "market_state": quote.market_state.value if quote is not None else None,
        "at": quote.at.isoformat() if quote is not None else None,
    }


def _overall(quotes: Mapping[str, LiveQuote]) -> Freshness:
    """What a portfolio may claim: stale or delayed if anything is, live if anything trades, else closed."""
    present = {quote.freshness for quote in quotes.values()}
    return next(freshness for freshness in WORST_FIRST if freshness in present)
