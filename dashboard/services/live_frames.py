"""What is live now, as the stream sends it and as a page that cannot have the stream asks for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.domain.access import SYSTEM, Actor, PortfolioId
from dashboard.domain.instruments import AssetClass
from dashboard.domain.market_hours import MarketState
from dashboard.domain.marking import Mark, MarkedPortfolio, MarkedPosition, PortfolioSnapshot, mark
from dashboard.errors import InsufficientData, InvalidInput, NotFound
from dashboard.redis_store import Json
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.runtime import redis_client
from dashboard.services import portfolios, valuation
from dashboard.services.live_board import posted, quote_to_json, seconds_since_renewal, want
from dashboard.services.live_quotes import aged, listed_symbols, pair_symbol
from dashboard.services.market_data import market_state

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


def market_states(symbols: Collection[str], now: datetime) -> dict[str, MarketState]:
    """Whether the market of each of ``symbols`` trades, by its calendar; absent where that is not known."""
    rows = db.session.execute(
        select(InstrumentRow.symbol, InstrumentRow.mic, InstrumentRow.asset_class).where(
            InstrumentRow.symbol.in_(list(symbols))
        )
    ).all()
    markets = {(row.mic, row.asset_class) for row in rows}
    found = {market: market_state(market[0], AssetClass(market[1]), now) for market in markets}
    statuses = {row.symbol: found[row.mic, row.asset_class] for row in rows}
    return {symbol: status.state for symbol, status in statuses.items() if status is not None}


def in_market(quote: LiveQuote, states: Mapping[str, MarketState]) -> LiveQuote:
    """``quote`` with the state of its market by the calendar; its provider's word where that is not known."""
    state = states.get(quote.symbol, quote.market_state)
    return quote if state is quote.market_state else replace(quote, market_state=state)


def known_quotes(symbols: Collection[str]) -> list[LiveQuote]:
    """The quotes of ``symbols`` that are known; the feed is told that they are wanted. Raises: ServiceUnavailable."""
    states = market_states(symbols, datetime.now(UTC))
    return [in_market(quote, states) for quote in _wanted(symbols)]


def quotes_now(symbols: Collection[str]) -> Json:
    """The same as the stream tells them. Raises: ServiceUnavailable."""
    return {"quotes": [quote_to_json(quote) for quote in known_quotes(symbols)]}


def portfolio_now(actor: Actor, portfolio_id: PortfolioId) -> tuple[Json, str]:
    """A portfolio at the newest prices (None while there is none), and the version of what it is made of.

    Raises: NotFound, ServiceUnavailable.
    """
    version = valuation.version(portfolios.portfolio_by_id(actor, portfolio_id))
    try:
        snapshot = valuation.snapshot(SYSTEM, portfolio_id)
    except InsufficientData:
        return None, version
    symbols = live_symbols(snapshot)
    return marked_json(snapshot, _wanted(symbols), market_states(symbols, datetime.now(UTC))), version


def _wanted(symbols: Iterable[str]) -> list[LiveQuote]:
    client, now, names = redis_client(), datetime.now(UTC), list(symbols)
    want(client, names)
    return [aged(entry.quote, now) for entry in posted(client, names).values()]


def live_symbols(snapshot: PortfolioSnapshot) -> Collection[str]:
    """The live symbols of a portfolio: its instruments, and the pair of each foreign currency."""
    base = snapshot.base_currency
    pairs = [pair_symbol(currency, base) for currency in snapshot.rates if currency != base]
    return (*(position.symbol for position in snapshot.positions), *pairs)


def marked_json(snapshot: PortfolioSnapshot, quotes: Iterable[LiveQuote], states: Mapping[str, MarketState]) -> Json:
    """A portfolio at ``quotes`` as the stream tells it, its markets in ``states``; None where no quote is of it."""
    known = {quote.symbol: in_market(quote, states) for quote in quotes}
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
    told = {symbol: quote.market_state for symbol, quote in used.items()}
    return {**_portfolio_json(marked, used), "markets": _markets(snapshot, told | dict(states))}


def _markets(snapshot: PortfolioSnapshot, states: Mapping[str, MarketState]) -> list[Json]:
    """The markets that positions trade on, by name, each as open as the openest of what trades there."""
    by_market: dict[str, set[MarketState]] = {}
    for position in snapshot.positions:
        if position.symbol in states:
            by_market.setdefault(position.market, set()).add(states[position.symbol])
    return [
        {"market": market, "state": next(state for state in OPENEST_FIRST if state in found).value}
        for market, found in sorted(by_market.items())
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
        "return_growth": marked.growth,
        "return_status": marked.growth_status.value,
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
