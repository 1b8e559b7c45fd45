"""What a row's money is worth: rates of the calendar, the row's own rate, its gross amount and the balance it moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.arrays import Floats, decimal_of
from dashboard.domain.transactions import Transaction, TransactionType

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class RateTable:
    """Market rates on the calendar: ``matrix[day, currency]`` is the report's currency per 1 of ``currencies``."""

    currency: str
    base_currency: str
    currencies: Mapping[str, int]
    matrix: Floats

    def market(self, currency: str, day: int) -> Decimal:
        """The market's rate of a day; NaN where there is none."""
        return ONE if currency == self.currency else decimal_of(self.matrix[day, self.currencies[currency]])

    def of(self, row: Transaction, day: int) -> Decimal:
        """What 1 of the row's currency was worth: its own rate, else the market's."""
        if row.fx_rate is None:
            return self.market(row.currency, day)
        if self.base_currency == self.currency:
            return row.fx_rate
        return row.fx_rate * self.market(self.base_currency, day)


def gross_amount(row: Transaction, multiplier: Decimal = ONE) -> Decimal:
    """The gross money of the event: its amount, else quantity × price × multiplier."""
    if row.amount or row.price is None:
        return row.amount
    return row.quantity * row.price * multiplier


def cash_currency(row: Transaction, base_currency: str) -> str:
    """The balance that the row moves: as it says, else the base currency where it has a rate, else its own."""
    if row.cash_currency:
        return row.cash_currency
    return base_currency if row.fx_rate is not None and row.type is not TransactionType.EXCHANGE else row.currency


def in_currency(row: Transaction, change: Decimal, currency: str, day: int, table: RateTable) -> Decimal:
    """``change`` of the row's currency as a movement of the balance in another ``currency``."""
    if not change:
        return change
    if currency == table.base_currency and row.fx_rate is not None:
        return change * row.fx_rate
    return change * table.of(row, day) / table.market(currency, day)
