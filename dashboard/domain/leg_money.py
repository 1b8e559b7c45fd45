"""What the money and the units of a row are worth: rates, costs, movements of cash, prices of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.accrued_interest import BoughtInterest
from dashboard.domain.arrays import NAN, Days, date_of
from dashboard.domain.instruments import Instrument
from dashboard.domain.ledger import CheckedLedger
from dashboard.domain.legs import ONE, CashMove
from dashboard.domain.prices import MarketData
from dashboard.domain.row_money import RateTable, cash_currency, gross_amount, in_currency
from dashboard.domain.transactions import ZERO, Transaction
from dashboard.domain.unit_prices import UnitPrices

# An amount in the instrument's currency and in the report's.
Worth = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Costs:
    """A row's fee and tax in the report's currency, ``_local`` in the row's.

    ``own`` is what of them moves the row's own balance, ``other`` the movement of another one.
    """

    fee: Decimal
    tax: Decimal
    fee_local: Decimal
    tax_local: Decimal
    own: Decimal
    other: tuple[CashMove, ...]

    @property
    def total(self) -> Decimal:
        """Fee and tax in the report's currency."""
        return self.fee + self.tax

    @property
    def local(self) -> Decimal:
        """Fee and tax in the row's currency."""
        return self.fee_local + self.tax_local


class LegMoney:
    """Values the rows of a ledger one after the other, in their order."""

    def __init__(
        self,
        ledger: CheckedLedger,
        instruments: Sequence[Instrument],
        table: RateTable,
        days: Days,
        market: MarketData,
    ) -> None:
        self.prices = UnitPrices(market.prices, ledger.splits, days)
        self.interest = BoughtInterest(ledger)
        self.moved: Worth = (ZERO, ZERO)
        self.carried: tuple[CashMove, ...] = ()
        self._table = table
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._origin = date_of(days[0]).toordinal()

    def multiplier(self, symbol: str) -> Decimal:
        """The multiplier of an instrument."""
        return self._instruments[symbol].multiplier

    def gross(self, row: Transaction) -> Decimal:
        """The gross money of a row of an instrument, in the row's currency."""
        return gross_amount(row, self.multiplier(row.symbol or ""))

    def rate(self, row: Transaction, currency: str | None = None) -> Decimal:
        """The worth of 1 of a currency (the row's own) on its day: the row's rate where it is the row's currency."""
        day = row.date.toordinal() - self._origin
        if currency is None or currency == row.currency:
            return self._table.of(row, day)
        return self._table.market(currency, day)

    def local(self, row: Transaction, symbol: str, amount: Decimal) -> Decimal:
        """An amount of the row's currency in the instrument's."""
        currency = self._instruments[symbol].currency
        if currency == row.currency or not amount:
            return amount
        return amount * self.rate(row) / self.rate(row, currency)

    def worth(self, row: Transaction, symbol: str, amount: Decimal) -> Worth:
        """An amount of the row's currency in the instrument's and in the report's."""
        return self.local(row, symbol, amount), times(amount, self.rate(row))

    def costs(self, row: Transaction, share: Decimal = ONE) -> Costs:
        """A ``share`` of the row's costs; a fee in another currency counts at its own rate."""
        rate, fee, tax = self.rate(row), row.fee * share, row.tax * share
        if not has_other_fee(row):
            return Costs(times(fee, rate), times(tax, rate), fee, tax, fee + tax, ())
        value = fee * self.rate(row, row.fee_currency)
        other = (CashMove(row.fee_currency or "", -fee, -value),)
        return Costs(value, times(tax, rate), value / rate, tax, tax, other)

    def cash(self, row: Transaction, change: Decimal) -> tuple[CashMove, ...]:
        """A change in the row's currency as a movement of the balance that the row moves."""
        if not change:
            return ()
        name = cash_currency(row, self._table.base_currency)
        day = row.date.toordinal() - self._origin
        moved = change if name == row.currency else in_currency(row, change, name, day, self._table)
        return (CashMove(name, moved, change * self.rate(row)),)

    def note(self, row: Transaction, gross: Decimal) -> None:
        """Remember what a unit was bought or sold for."""
        symbol = row.symbol or ""
        if row.quantity:
            local = self.local(row, symbol, gross)
            self.prices.note(symbol, row.date, abs(local / row.quantity / self.multiplier(symbol)))

    def value(self, row: Transaction, symbol: str, units: Decimal, price: Decimal) -> Worth:
        """Units at a price of the quote's currency."""
        local = units * price * self.multiplier(symbol)
        return local, times(local, self.rate(row, self._instruments[symbol].currency))

    def price(self, row: Transaction, symbol: str, *, later_first: bool) -> Decimal:
        """The day's close; without one yet, the first that follows or what was last paid, as asked."""
        close = self.prices.close(symbol, row.date)
        if close.is_finite():
            return close
        later, traded = self.prices.first_close(symbol, row.date), self.prices.traded(symbol, row.date)
        return first_known(later, traded) if later_first else first_known(traded, later)

    def carried_over(self, row: Transaction, worth: Worth, symbol: str, target: str) -> Decimal:
        """What one instrument is worth in the currency of the ``target``."""
        currency, (local, value) = self._instruments[target].currency, worth
        if currency == self._instruments[symbol].currency or not value:
            return local
        return value / self.rate(row, currency)

    def quoted(self, row: Transaction, amount: Decimal, symbol: str, target: str) -> Decimal:
        """Money in one instrument's currency as a price of the ``target``."""
        one, other = self._instruments[symbol].currency, self._instruments[target].currency
        rate = ONE if one == other else self.rate(row, one) / self.rate(row, other)
        return amount * rate / self.multiplier(target)


def has_other_fee(row: Transaction) -> bool:
    """Whether the fee is in a currency of its own."""
    return bool(row.fee_currency) and row.fee_currency != row.currency and bool(row.fee)


def times(amount: Decimal, rate: Decimal) -> Decimal:
    """Nothing is worth nothing, even where there is no rate."""
    return amount * rate if amount else ZERO


def first_known(*prices: Decimal) -> Decimal:
    """The first price that is known; NaN where none is."""
    return next((price for price in prices if price.is_finite()), NAN)
