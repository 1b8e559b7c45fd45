"""The lots of every position, transaction by transaction: what each realised and what it did to the cost held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from dashboard.domain.arrays import Floats, floats_of
from dashboard.domain.cash_flows import RateTable, gross_amount
from dashboard.domain.instruments import Instrument, Split
from dashboard.domain.ledger import Position, SplitEvent, walk
from dashboard.domain.lots import LotBook, LotMatch
from dashboard.domain.transactions import ZERO, LotMethod, Transaction, TransactionType
from dashboard.domain.valuation import PortfolioHistory


@dataclass(frozen=True, slots=True)
class Realization:
    """One sale: its ``proceeds`` net of fee and tax, the lots that it closed, the gain; in the report's currency."""

    transaction: Transaction
    proceeds: Decimal
    matches: tuple[LotMatch, ...]

    @property
    def cost(self) -> Decimal:
        """Cost of the lots closed."""
        return sum((match.base_cost for match in self.matches), ZERO)

    @property
    def gain(self) -> Decimal:
        """Proceeds − cost of the lots closed, each at its own day's rate."""
        return self.proceeds - self.cost


@dataclass(frozen=True, slots=True)
class PositionBooks:
    """Lots by (account, symbol) at ``as_of``; ``realized`` and ``cost_change`` are one number a ledger entry."""

    as_of: date
    books: Mapping[Position, LotBook]
    realizations: tuple[Realization, ...]
    realized: Floats
    cost_change: Floats

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
        books=walker.books,
        realizations=tuple(walker.realizations),
        realized=_padded(walker.realized, count),
        cost_change=_padded(walker.cost_change, count),
    )


def _padded(values: Sequence[Decimal], count: int) -> Floats:
    padded = np.zeros(count)
    padded[: len(values)] = floats_of(values)
    return padded


class _Walker:
    """Takes ledger events one by one and keeps the books."""

    def __init__(self, history: PortfolioHistory) -> None:
        self.books: dict[Position, LotBook] = {}
        self.realizations: list[Realization] = []
        self.realized: list[Decimal] = []
        self.cost_change: list[Decimal] = []
        self._method: LotMethod = history.method
        self._table: RateTable = history.table
        self._instruments: dict[str, Instrument] = {found.symbol: found for found in history.instruments}
        self._days: list[int] = history.entries.day.tolist()

    def take(self, item: Transaction | SplitEvent) -> None:
        """Apply one event."""
        if isinstance(item, SplitEvent):
            self._split(item.symbol, item.split)
            return
        realized = change = ZERO
        if item.type is TransactionType.BUY:
            change = self._buy(item)
        elif item.type is TransactionType.SELL:
            realized, change = self._sell(item)
        self.realized.append(realized)
        self.cost_change.append(change)

    def _book(self, row: Transaction) -> LotBook:
        key = (row.account, row.symbol or "")
        book = self.books.get(key)
        if book is None:
            book = self.books[key] = LotBook(self._method)
        return book

    def _split(self, symbol: str, split: Split) -> None:
        for (_, name), book in self.books.items():
            if name == symbol:
                book.split(split.ratio)

    def _buy(self, row: Transaction) -> Decimal:
        cost = gross_amount(row, self._instruments[row.symbol or ""].multiplier) + row.fee + row.tax
        rate = self._rate(row)
        lot_id = None if row.id is None else str(row.id)
        base_cost = cost * rate
        self._book(row).buy(
            row.date, row.quantity, cost=self._local(row, cost, rate), lot_id=lot_id, base_cost=base_cost
        )
        return base_cost

    def _sell(self, row: Transaction) -> tuple[Decimal, Decimal]:
        net = gross_amount(row, self._instruments[row.symbol or ""].multiplier) - row.fee - row.tax
        matches = self._book(row).sell(row.date, row.quantity)
        realization = Realization(row, net * self._rate(row), tuple(matches))
        self.realizations.append(realization)
        return realization.gain, -realization.cost

    def _rate(self, row: Transaction) -> Decimal:
        return self._table.of(row, self._days[len(self.realized)])

    def _local(self, row: Transaction, cost: Decimal, rate: Decimal) -> Decimal:
        """A row's cost in the instrument's currency."""
        currency = self._instruments[row.symbol or ""].currency
        if currency == row.currency:
            return cost
        return cost * rate / self._table.market(currency, self._days[len(self.realized)])
