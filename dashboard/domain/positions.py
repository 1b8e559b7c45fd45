"""The lots of every position, transaction by transaction: what each realised and what it did to the cost held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from dashboard.domain.arrays import Floats, floats_of
from dashboard.domain.instruments import Instrument
from dashboard.domain.ledger import SplitEvent, walk
from dashboard.domain.leg_lots import LegLots, lot_id
from dashboard.domain.legs import Leg
from dashboard.domain.lot_keeping import LotKeeper
from dashboard.domain.lots import Lot, LotBook, LotMatch
from dashboard.domain.row_money import RateTable, gross_amount
from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.domain.unit_moves import Position
from dashboard.domain.valuation import PortfolioHistory


@dataclass(frozen=True, slots=True)
class Realization:
    """What closed lots: ``proceeds`` net of costs, the lots, the gain; in the report's currency.

    Of a short the ``matches`` are what opened it: they are the proceeds, and ``paid`` is what closing took.
    """

    transaction: Transaction
    proceeds: Decimal
    matches: tuple[LotMatch, ...]
    symbol: str = ""
    account: str = ""
    paid: Decimal | None = None

    @property
    def cost(self) -> Decimal:
        """Cost of the lots closed, or of closing a short."""
        return self.paid if self.paid is not None else sum((match.base_cost for match in self.matches), ZERO)

    @property
    def gain(self) -> Decimal:
        """Proceeds − cost, each at its own day's rate."""
        return self.proceeds - self.cost


@dataclass(frozen=True, slots=True)
class PositionBooks:
    """Lots by (account, symbol) at ``as_of``; one number a ledger entry, in the report's currency, of each of three.

    ``realized``, ``cost_change`` of what is held, and ``transferred``: market value − cost of what left a position in
    kind less the same of what came to one.
    """

    as_of: date
    books: Mapping[Position, LotBook]
    realizations: tuple[Realization, ...]
    realized: Floats
    cost_change: Floats
    transferred: Floats

    def of(self, symbol: str) -> tuple[LotBook, ...]:
        """The books of a symbol, one an account that still holds some."""
        return tuple(book for (_, name), book in self.books.items() if name == symbol and book.quantity)


def book_positions(history: PortfolioHistory, as_of: date) -> PositionBooks:
    """The ledger up to and with ``as_of``, walked by the portfolio's method; money in the report's currency."""
    rows = [row for row in history.entries.transactions if row.date <= as_of]
    splits = {
        symbol: tuple(split for split in found if split.date <= as_of) for symbol, found in history.splits.items()
    }
    walker = _Walker(history)
    for item in walk(rows, splits):
        walker.take(item)
    count = len(history.entries.transactions)
    return PositionBooks(
        as_of=as_of,
        books=walker.keeper.books,
        realizations=tuple(walker.realizations),
        realized=_padded(walker.realized, count),
        cost_change=_padded(walker.cost_change, count),
        transferred=_padded(walker.transferred, count),
    )


def _reversed(match: LotMatch) -> LotMatch:
    return match._replace(quantity=-match.quantity, cost=-match.cost, base_cost=-match.base_cost)


def _padded(values: Sequence[Decimal], count: int) -> Floats:
    padded = np.zeros(count)
    padded[: len(values)] = floats_of(values)
    return padded


class _Walker:
    """Takes ledger events one by one and keeps the lots."""

    def __init__(self, history: PortfolioHistory) -> None:
        self.keeper = LotKeeper(history.method)
        self.realizations: list[Realization] = []
        self.realized: list[Decimal] = []
        self.cost_change: list[Decimal] = []
        self.transferred: list[Decimal] = []
        self._legs: Mapping[int, Leg] = history.entries.legs
        self._leg_lots = LegLots(self.keeper)
        self._table: RateTable = history.table
        self._instruments: dict[str, Instrument] = {found.symbol: found for found in history.instruments}
        self._days: list[int] = history.entries.day.tolist()

    def take(self, item: Transaction | SplitEvent) -> None:
        """Apply one event."""
        if isinstance(item, SplitEvent):
            self.keeper.split(item.symbol, item.split.ratio)
            return
        leg = self._legs.get(len(self.realized)) if self._legs else None
        if leg is not None:
            self._leg(item, leg)
        elif item.type is TransactionType.BUY:
            self._buy(item)
        elif item.type is TransactionType.SELL:
            self._sell(item)
        else:
            self._note(ZERO, ZERO)

    def _note(self, realized: Decimal, change: Decimal, transferred: Decimal = ZERO) -> None:
        self.realized.append(realized)
        self.cost_change.append(change)
        self.transferred.append(transferred)

    def _leg(self, row: Transaction, leg: Leg) -> None:
        found = self._leg_lots.apply(row, leg)
        self._note(found.realized, found.cost_change, found.transferred)
        if found.matches or found.realized:
            sign = -1 if found.matches and found.matches[0].quantity < ZERO else 1  # cash that closed a short, negative
            matches = found.matches if sign > 0 else tuple(map(_reversed, found.matches))
            covered = matches and leg.units > ZERO
            opened = sum((match.base_cost for match in matches), ZERO)
            proceeds, paid = (opened, found.proceeds * sign) if covered else (found.proceeds, None)
            self.realizations.append(Realization(row, proceeds, matches, leg.symbol, leg.account, paid))

    def _buy(self, row: Transaction) -> None:
        symbol = row.symbol or ""
        cost = gross_amount(row, self._instruments[symbol].multiplier) + row.fee + row.tax
        local, base = self._money(row, cost)
        position = (row.account, symbol)
        book = self.keeper.book(position)
        if book.quantity >= ZERO:  # the common case by itself: a ledger has many
            book.buy(row.date, row.quantity, cost=local, lot_id=lot_id(row) or None, base_cost=base)
            self._note(ZERO, base)
            return
        lot = Lot(lot_id(row), row.date, row.quantity, local, base)
        found = self.keeper.acquire(position, lot, row.date, row.lot_ids)
        self._note(found.realized, found.cost_change)
        opened = sum((match.base_cost for match in found.matches), ZERO)
        self.realizations.append(Realization(row, opened, found.matches, symbol, row.account, found.settled))

    def _sell(self, row: Transaction) -> None:
        symbol = row.symbol or ""
        net = gross_amount(row, self._instruments[symbol].multiplier) - row.fee - row.tax
        local, base = self._money(row, net)
        position = (row.account, symbol)
        book = self.keeper.book(position)
        if row.quantity <= book.quantity and not row.lot_ids:  # as with purchases
            matches = tuple(book.sell(row.date, row.quantity))
            cost = ZERO
            for match in matches:
                cost += match.base_cost
            self._note(base - cost, -cost)
            self.realizations.append(Realization(row, base, matches, symbol, row.account))
            return
        lot = Lot(lot_id(row), row.date, row.quantity, local, base)
        found = self.keeper.release(position, lot, row.date, row.lot_ids)
        self._note(found.realized, found.cost_change)
        if found.matches:
            self.realizations.append(Realization(row, found.settled, found.matches, symbol, row.account))

    def _money(self, row: Transaction, money: Decimal) -> tuple[Decimal, Decimal]:
        """A row's money in the instrument's currency and in the report's."""
        day = self._days[len(self.realized)]
        rate = self._table.of(row, day)
        currency = self._instruments[row.symbol or ""].currency
        base = money * rate
        return money if currency == row.currency else base / self._table.market(currency, day), base
