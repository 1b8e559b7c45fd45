"""The lots of all positions: what comes covers what is short first, what goes closes what is long first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dashboard.domain.lots import ROUNDING, Lot, LotBook, LotMatch
from dashboard.domain.transactions import ZERO, LotMethod
from dashboard.domain.unit_moves import Position


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change of a position realised, what it did to the cost held (base), and the lots that it closed.

    ``settled`` is the part of the money that closed lots: of proceeds, or of what it cost to close a short.
    """

    realized: Decimal = ZERO
    cost_change: Decimal = ZERO
    settled: Decimal = ZERO
    matches: tuple[LotMatch, ...] = ()


class LotKeeper:
    """A book for each (account, symbol)."""

    def __init__(self, method: LotMethod) -> None:
        self.method = method
        self.books: dict[Position, LotBook] = {}

    def book(self, position: Position) -> LotBook:
        """The book of a position, empty at first."""
        found = self.books.get(position)
        if found is None:
            found = self.books[position] = LotBook(self.method)
        return found

    def split(self, symbol: str, ratio: Decimal) -> None:
        """Every account's lots by the ratio."""
        for (_, name), book in self.books.items():
            if name == symbol:
                book.split(ratio)

    def acquire(self, position: Position, lot: Lot, day: date, lot_ids: Sequence[str] = ()) -> Outcome:
        """Take ``lot`` in: it covers a short first, the rest is a lot. Raises LedgerError on an unknown lot id."""
        book = self.book(position)
        short = -book.quantity
        if short <= ZERO:
            book.buy(lot.acquired, lot.quantity, cost=lot.cost, lot_id=lot.lot_id or None, base_cost=lot.base_cost)
            return Outcome(cost_change=lot.base_cost)
        closing = _part(lot.quantity, short)
        matches = tuple(book.cover(day, min(closing, short), self._named(lot_ids)))
        paid, rest = _shared(lot, closing)
        opened = sum((match.base_cost for match in matches), ZERO)
        if rest is not None:
            book.buy(rest.acquired, rest.quantity, cost=rest.cost, lot_id=rest.lot_id or None, base_cost=rest.base_cost)
        change = opened + (rest.base_cost if rest is not None else ZERO)
        return Outcome(opened - paid, change, paid, matches)

    def release(self, position: Position, lot: Lot, day: date, lot_ids: Sequence[str] = ()) -> Outcome:
        """Give ``lot.quantity`` units away for ``lot.cost``: lots are closed first, the rest is a short lot."""
        book = self.book(position)
        held = book.quantity
        closing = _part(lot.quantity, held) if held > ZERO else ZERO
        matches = tuple(book.sell(day, closing, self._named(lot_ids))) if closing else ()
        got, rest = _shared(lot, closing)
        cost = sum((match.base_cost for match in matches), ZERO)
        change = -cost
        if rest is not None:
            book.sell_short(
                rest.acquired, rest.quantity, rest.cost, lot_id=rest.lot_id or None, base_proceeds=rest.base_cost
            )
            change -= rest.base_cost
        return Outcome(got - cost, change, got, matches)

    def take_out(self, position: Position, units: Decimal, day: date, lot_ids: Sequence[str] = ()) -> tuple[Lot, ...]:
        """Lots of ``units`` as they leave with their costs; short ones (negative ``units``) with negative ones."""
        book = self.book(position)
        if units < ZERO:
            return tuple(_lot(match, -1) for match in book.cover(day, -units))
        return tuple(_lot(match, 1) for match in book.sell(day, units, self._named(lot_ids)))

    def put_in(self, position: Position, lot: Lot, day: date) -> Outcome:
        """A lot that comes from elsewhere, long or short, with the date and the id that it had."""
        known = self.book(position).acquired_on(lot.lot_id)
        found = lot if known is None or known == lot.acquired else replace(lot, lot_id="")
        if found.quantity > ZERO:
            return self.acquire(position, found, day)
        return self.release(position, _reversed(found), day)

    def _named(self, lot_ids: Sequence[str]) -> Sequence[str] | None:
        """The lots to close: only the method of specific lots goes by what a row names."""
        return lot_ids if lot_ids and self.method is LotMethod.SPECIFIC else None


def _part(units: Decimal, held: Decimal) -> Decimal:
    """As many of ``units`` as there are on the other side, all of them where only rounding lies between."""
    return units if units - held <= units * ROUNDING else held


def _shared(lot: Lot, closing: Decimal) -> tuple[Decimal, Lot | None]:
    """The money (base) of the part that closes, and what is left over of the lot."""
    if closing == lot.quantity:
        return lot.base_cost, None
    cost, base = lot.cost * closing / lot.quantity, lot.base_cost * closing / lot.quantity
    rest = replace(lot, quantity=lot.quantity - closing, cost=lot.cost - cost, base_cost=lot.base_cost - base)
    return base, rest


def _lot(match: LotMatch, sign: int) -> Lot:
    return Lot(match.lot_id, match.acquired, match.quantity * sign, match.cost * sign, match.base_cost * sign)


def _reversed(lot: Lot) -> Lot:
    return replace(lot, quantity=-lot.quantity, cost=-lot.cost, base_cost=-lot.base_cost)
