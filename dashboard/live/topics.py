"""What can be listened to: a portfolio at its newest prices, or the quotes of some symbols."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from dashboard.domain.access import PortfolioId
from dashboard.domain.market_hours import MarketState
from dashboard.domain.marking import PortfolioSnapshot
from dashboard.live.clients import Client, encoded
from dashboard.live.prices import Price, Prices
from dashboard.redis_store import Json
from dashboard.services.live_board import quote_to_json
from dashboard.services.live_frames import in_market, live_symbols, marked_json

NOBODYS = PortfolioId(0)


@dataclass(slots=True, eq=False)
class Topic(ABC):
    """Something with listeners. ``turn`` is that of the last change, of a price or of what the topic is made of."""

    event: ClassVar[str] = "topic"
    prices: Prices
    clients: set[Client] = field(default_factory=set, init=False)
    turn: int = field(default=0, init=False)
    wants: frozenset[str] = field(default=frozenset(), init=False)
    states: dict[str, MarketState] = field(default_factory=dict, init=False)
    _stated: dict[str, int] = field(default_factory=dict, init=False)
    _frames: dict[int, bytes] = field(default_factory=dict, init=False)

    @property
    @abstractmethod
    def key(self) -> str:
        """The name under which the hub keeps it."""

    @abstractmethod
    def data(self, is_new: Callable[[Price], bool]) -> tuple[Json, int]:
        """What is to be told where the prices for which ``is_new`` holds are, and the number of the newest of them.

        None where there is nothing to say.
        """

    def changed(self) -> None:
        """Something of it is another: listeners that fetch from now on get a new frame."""
        self.turn = self.prices.next_turn()
        self._frames.clear()

    def wake(self) -> None:
        """Tell its listeners that there is news."""
        for client in self.clients:
            client.wake()

    def restate(self, states: Mapping[str, MarketState]) -> bool:
        """Take over which markets are open; returns whether that makes a change: listeners are then to be told."""
        new = {symbol: states[symbol] for symbol in self.wants if symbol in states}
        changed = [symbol for symbol, state in new.items() if self.states.get(symbol) is not state]
        if changed:
            self.states = new
            self.changed()
            self._stated |= dict.fromkeys(changed, self.turn)
        return bool(changed)

    def known(self, symbols: Iterable[str]) -> list[Price]:
        """The prices of ``symbols`` in the state of their markets; they are new when either is."""
        return [self._in_market(price) for price in self.prices.of(symbols)]

    def _in_market(self, price: Price) -> Price:
        quote, stated = in_market(price.quote, self.states), self._stated.get(price.quote.symbol, 0)
        if quote is price.quote and stated <= price.turn:
            return price
        return replace(price, quote=quote, turn=max(price.turn, stated))

    def since(self, turn: int) -> bytes:
        """What brings a client that has heard all up to ``turn`` up to date; made once for all that heard as far."""
        if turn >= self.turn:
            return b""
        if (known := self._frames.get(turn)) is None:
            known = self._frames[turn] = self._encoded(lambda price: price.turn > turn)
        return known

    def first(self, number: int | None) -> bytes:
        """The first frame of a client that comes new (None) or comes back and has heard all up to batch ``number``.

        A price that has aged since its batch is told again.
        """
        return self._encoded(
            lambda price: number is None or price.number > number or price.quote.freshness is not price.as_posted
        )

    def _encoded(self, is_new: Callable[[Price], bool]) -> bytes:
        data, number = self.data(is_new)
        return encoded(self.event, data, number) if data is not None else b""


@dataclass(slots=True, eq=False)
class QuotesTopic(Topic):
    """The quotes of some symbols, as an instrument's page or a watchlist shows them: those that are new."""

    event: ClassVar[str] = "quotes"
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.wants = frozenset(self.names)

    @property
    def key(self) -> str:
        """The name under which the hub keeps it."""
        return "quotes:" + ",".join(self.names)

    def data(self, is_new: Callable[[Price], bool]) -> tuple[Json, int]:
        """The quotes that are new."""
        prices = [price for price in self.known(self.names) if is_new(price)]
        if not prices:
            return None, 0
        return {"quotes": [quote_to_json(price.quote) for price in prices]}, max(price.number for price in prices)


@dataclass(slots=True, eq=False)
class PortfolioTopic(Topic):
    """A portfolio's value and its positions, marked to the newest quotes: all of it, whatever has changed."""

    event: ClassVar[str] = "portfolio"
    portfolio_id: PortfolioId = NOBODYS
    version: str | None = None
    snapshot: PortfolioSnapshot | None = None

    @property
    def key(self) -> str:
        """The name under which the hub keeps it."""
        return f"portfolio:{self.portfolio_id}"

    def load(self, snapshot: PortfolioSnapshot | None, version: str) -> None:
        """Take over what is held now: None while there is no transaction."""
        self.snapshot, self.version = snapshot, version
        self.wants = frozenset(live_symbols(snapshot) if snapshot is not None else ())

    def data(self, is_new: Callable[[Price], bool]) -> tuple[Json, int]:
        """The portfolio at the newest prices; None while no quote of it is known."""
        prices = self.prices.of(self.wants)
        if self.snapshot is None or not prices:
            return None, 0
        found = marked_json(self.snapshot, [price.quote for price in prices], self.states)
        return found, max(price.number for price in prices)
