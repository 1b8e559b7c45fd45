"""What can be listened to: a portfolio at its newest prices, or the quotes of some symbols."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from dashboard.domain.access import PortfolioId
from dashboard.domain.marking import Mark, MarkedPortfolio, MarkedPosition, PortfolioSnapshot, mark
from dashboard.live.channels import quote_to_json
from dashboard.live.clients import Client
from dashboard.redis_store import Json
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services.live_quotes import aged, pair_symbol

NOBODYS = PortfolioId(0)
WORST_FIRST = (Freshness.STALE, Freshness.DELAYED, Freshness.LIVE, Freshness.CLOSED)


@dataclass(slots=True, eq=False)
class Topic(ABC):
    """Something with listeners. ``symbols`` are what the feed is asked for; ``last`` is what was sent last."""

    event: ClassVar[str] = "topic"
    clients: set[Client] = field(default_factory=set, init=False)
    last: Json = field(default=None, init=False)

    @property
    @abstractmethod
    def key(self) -> str:
        """The name under which the hub keeps it."""

    @property
    @abstractmethod
    def symbols(self) -> tuple[str, ...]:
        """The live symbols that it is made of."""

    @abstractmethod
    def frame(self, quotes: Mapping[str, LiveQuote], now: datetime) -> Json:
        """What listeners should see now; None where there is nothing to say yet."""


@dataclass(slots=True, eq=False)
class QuotesTopic(Topic):
    """The quotes of some symbols, as an instrument's page shows them."""

    event: ClassVar[str] = "quotes"
    names: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name under which the hub keeps it."""
        return "quotes:" + ",".join(self.names)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols themselves."""
        return self.names

    def frame(self, quotes: Mapping[str, LiveQuote], now: datetime) -> Json:
        """The quotes that are known."""
        known = [quote_to_json(aged(quotes[name], now)) for name in self.names if name in quotes]
        return {"quotes": known} if known else None


@dataclass(slots=True, eq=False)
class PortfolioTopic(Topic):
    """A portfolio's value and its positions, marked to the newest quotes."""

    event: ClassVar[str] = "portfolio"
    portfolio_id: PortfolioId = NOBODYS
    version: str | None = None
    snapshot: PortfolioSnapshot | None = None

    @property
    def key(self) -> str:
        """The name under which the hub keeps it."""
        return f"portfolio:{self.portfolio_id}"

    @property
    def symbols(self) -> tuple[str, ...]:
        """Its instruments, and the pair of each foreign currency."""
        if self.snapshot is None:
            return ()
        base = self.snapshot.base_currency
        pairs = [pair_symbol(currency, base) for currency in self.snapshot.rates if currency != base]
        return (*(position.symbol for position in self.snapshot.positions), *pairs)

    def load(self, snapshot: PortfolioSnapshot | None, version: str) -> None:
        """Take over what is held now: None while there is no transaction."""
        self.snapshot, self.version, self.last = snapshot, version, None

    def frame(self, quotes: Mapping[str, LiveQuote], now: datetime) -> Json:
        """The portfolio at the newest prices; None while no quote of it is known."""
        if self.snapshot is None:
            return None
        currencies = {position.symbol: position.currency for position in self.snapshot.positions}
        used = {
            symbol: aged(quote, now)
            for symbol, quote in quotes.items()
            if symbol in currencies and quote.currency == currencies[symbol]
        }
        base = self.snapshot.base_currency
        pairs = {
            currency: quotes[pair_symbol(currency, base)]
            for currency in self.snapshot.rates
            if pair_symbol(currency, base) in quotes
        }
        if not used and not pairs:
            return None
        marked = mark(
            self.snapshot,
            {symbol: Mark(quote.price, quote.at) for symbol, quote in used.items()},
            {currency: Mark(quote.price, quote.at) for currency, quote in pairs.items()},
        )
        return _portfolio_json(marked, used)


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
        "at": quote.at.isoformat() if quote is not None else None,
    }


def _overall(quotes: Mapping[str, LiveQuote]) -> Freshness:
    """What a portfolio may claim: stale or delayed if anything is, live if anything trades, else closed."""
    present = {quote.freshness for quote in quotes.values()}
    return next(freshness for freshness in WORST_FIRST if freshness in present)
