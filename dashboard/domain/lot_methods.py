"""One ledger under every method: what is left of an instrument, what it realised, and what a sale would realise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dashboard.domain.lot_values import ROUNDING, Lot, LotMatch, spread
from dashboard.domain.lots import LotBook
from dashboard.domain.positions import PositionBooks, Realization, book_positions
from dashboard.domain.transactions import ZERO, LotMethod, TransactionType
from dashboard.domain.valuation import PortfolioHistory

LONG_TERM_DAYS = 365
MethodBooks = Mapping[LotMethod, PositionBooks]


@dataclass(frozen=True, slots=True)
class HeldLot:
    """A lot that is open on the day of the report, held for ``days_held``; costs in the report's currency."""

    account: str
    lot: Lot
    days_held: int
    long_term: bool


@dataclass(frozen=True, slots=True)
class ClosedLot:
    """A part of a lot and what closed it, in the report's currency.

    ``proceeds`` are the part's share by quantity, net of costs; of a short, those that opened it, and ``cost`` is what
    closing took. ``lot_id`` "" with no ``quantity`` is a gain without lots: a return of capital beyond the cost.
    """

    closed: date
    type: TransactionType
    account: str
    lot_id: str
    acquired: date | None
    quantity: Decimal
    proceeds: Decimal
    cost: Decimal
    days_held: int
    long_term: bool

    @property
    def gain(self) -> Decimal:
        """Proceeds − cost."""
        return self.proceeds - self.cost


@dataclass(frozen=True, slots=True)
class MethodFigures:
    """An instrument by one method: what is open, what was closed; in the report's currency."""

    method: LotMethod
    lots: tuple[HeldLot, ...]
    closed: tuple[ClosedLot, ...]

    @property
    def quantity(self) -> Decimal:
        """Units held, negative when short."""
        return sum((held.lot.quantity for held in self.lots), ZERO)

    @property
    def cost(self) -> Decimal:
        """Cost of what is held."""
        return sum((held.lot.base_cost for held in self.lots), ZERO)

    @property
    def realized(self) -> Decimal:
        """Everything realised so far."""
        return sum((part.gain for part in self.closed), ZERO)

    def realized_for(self, long_term: bool) -> Decimal:
        """What was realised on lots that were held for long, or for short."""
        return sum((part.gain for part in self.closed if part.long_term is long_term), ZERO)


@dataclass(frozen=True, slots=True)
class SaleOutcome:
    """What a sale that is not booked would close by one method, and gain; in the report's currency."""

    method: LotMethod
    closed: tuple[ClosedLot, ...]

    @property
    def cost(self) -> Decimal:
        """Cost of the lots closed."""
        return sum((part.cost for part in self.closed), ZERO)

    @property
    def gain(self) -> Decimal:
        """Proceeds − cost of the lots closed."""
        return sum((part.gain for part in self.closed), ZERO)

    def gain_for(self, long_term: bool) -> Decimal:
        """The gain on lots that were held for long, or for short."""
        return sum((part.gain for part in self.closed if part.long_term is long_term), ZERO)


def books_by_method(history: PortfolioHistory, as_of: date, known: PositionBooks | None = None) -> MethodBooks:
    """The ledger's lots at ``as_of`` by every method; ``known`` are those of the portfolio's own, if there are any."""
    found = {}
    for method in LotMethod:
        own = known is not None and method is history.method and known.as_of == as_of
        found[method] = known if own and known else book_positions(replace(history, method=method), as_of)
    return found


def side_by_side(
    books: MethodBooks, symbol: str, as_of: date, account: str | None = None, long_term_days: int = LONG_TERM_DAYS
) -> tuple[MethodFigures, ...]:
    """An instrument (in ``account`` only, where one is given) by every method; held for more than ``long_term_days``
    is long term.
    """
    return tuple(
        MethodFigures(
            method,
            tuple(_held(found, symbol, as_of, account, long_term_days)),
            tuple(_closed(found, symbol, account, long_term_days)),
        )
        for method, found in books.items()
    )


def what_if(
    books: Mapping[LotMethod, LotBook],
    day: date,
    quantity: Decimal,
    proceeds: Decimal,
    *,
    account: str = "",
    lot_ids: Sequence[str] = (),
    long_term_days: int = LONG_TERM_DAYS,
    allow_shorts: bool = False,
) -> tuple[SaleOutcome, ...]:
    """A sale of ``quantity`` for ``proceeds`` (net, in the report's currency) by every method; the books stay.

    ``lot_ids`` name the lots for the method that goes by names. What opens a short closes no lot and gains nothing.
    Raises Oversell and LedgerError as the sale would.
    """
    outcomes = []
    for method, book in books.items():
        names = lot_ids if method is LotMethod.SPECIFIC else None
        sale = _Closing(day, TransactionType.SELL, account, long_term_days)
        closing = quantity - short_units(book, quantity) if allow_shorts else quantity
        matches = book.copy().sell(day, closing, names) if closing else ()
        received = proceeds if closing == quantity else proceeds * closing / quantity
        outcomes.append(SaleOutcome(method, tuple(sale.parts(matches, received))))
    return tuple(outcomes)


def short_units(book: LotBook, quantity: Decimal) -> Decimal:
    """How many units of a sale are more than what is held, and open a short."""
    more = quantity - max(book.quantity, ZERO)
    return more if more > quantity * ROUNDING else ZERO


def _held(
    books: PositionBooks, symbol: str, as_of: date, account: str | None, long_term_days: int
) -> Iterator[HeldLot]:
    for (owner, name), book in books.books.items():
        if name == symbol and account in (None, owner):
            for lot in book.open_lots:
                days = (as_of - lot.acquired).days
                yield HeldLot(owner, lot, days, days > long_term_days)


def _closed(books: PositionBooks, symbol: str, account: str | None, long_term_days: int) -> Iterator[ClosedLot]:
    for found in books.realizations:
        if found.symbol == symbol and account in (None, found.account):
            row = found.transaction
            yield from _Closing(row.date, row.type, found.account, long_term_days).realized(found)


@dataclass(frozen=True, slots=True)
class _Closing:
    """What closes lots, and when."""

    day: date
    type: TransactionType
    account: str
    long_term_days: int

    def realized(self, found: Realization) -> Iterator[ClosedLot]:
        """A realisation lot by lot; a short's proceeds are its lots', its cost what closing took."""
        if not found.matches:
            yield ClosedLot(self.day, self.type, self.account, "", None, ZERO, found.proceeds, ZERO, 0, False)
        elif found.paid is None:
            yield from self.parts(found.matches, found.proceeds)
        else:
            for match, paid in zip(found.matches, _shares(found.paid, found.matches), strict=True):
                yield self._part(match, match.base_cost, paid)

    def parts(self, matches: Sequence[LotMatch], proceeds: Decimal) -> Iterator[ClosedLot]:
        """Long lots that were closed for ``proceeds`` in all."""
        for match, share in zip(matches, _shares(proceeds, matches), strict=True):
            yield self._part(match, share, match.base_cost)

    def _part(self, match: LotMatch, proceeds: Decimal, cost: Decimal) -> ClosedLot:
        days = (self.day - match.acquired).days
        return ClosedLot(
            closed=self.day,
            type=self.type,
            account=self.account,
            lot_id=match.lot_id,
            acquired=match.acquired,
            quantity=match.quantity,
            proceeds=proceeds,
            cost=cost,
            days_held=days,
            long_term=days > self.long_term_days,
        )


def _shares(money: Decimal, matches: Sequence[LotMatch]) -> list[Decimal]:
    """Money over the parts by quantity."""
    return spread(money, [match.quantity for match in matches])
