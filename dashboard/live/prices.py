"""The prices that a fan-out process knows, and when each last changed: what a listener has not heard yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services.live_board import Posted
from dashboard.services.live_quotes import aged


@dataclass(frozen=True, slots=True)
class Price:
    """A quote as it may be taken now, the number of the batch that brought it, and the turn of its last change."""

    quote: LiveQuote
    number: int
    turn: int
    as_posted: Freshness


@dataclass(slots=True)
class Prices:
    """The newest price of each symbol. ``turn`` counts the changes that this process has seen."""

    turn: int = 0
    _known: dict[str, Price] = field(default_factory=dict)

    def next_turn(self) -> int:
        """Count one change more."""
        self.turn += 1
        return self.turn

    def of(self, symbols: Iterable[str]) -> list[Price]:
        """The prices of those of ``symbols`` that have one."""
        return [price for symbol in symbols if (price := self._known.get(symbol)) is not None]

    def take(self, batch: Iterable[Posted], now: datetime) -> set[str]:
        """Take over a batch; returns the symbols whose quote is another one than before."""
        turn, changed = self.next_turn(), set()
        for entry in batch:
            quote, before = aged(entry.quote, now), self._known.get(entry.quote.symbol)
            if before is None or before.quote != quote:
                self._known[quote.symbol] = Price(quote, entry.number, turn, entry.quote.freshness)
                changed.add(quote.symbol)
        return changed

    def age(self, now: datetime) -> set[str]:
        """Let time pass; returns the symbols whose quote may no longer be taken for what it was."""
        turn, changed = self.next_turn(), set()
        for symbol, price in self._known.items():
            quote = aged(price.quote, now)
            if quote.freshness is not price.quote.freshness:
                changed.add(symbol)
                self._known[symbol] = replace(price, quote=quote, turn=turn)
        return changed
