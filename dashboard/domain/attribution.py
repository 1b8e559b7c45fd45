"""The gain of a period and its parts, in all and by holding: price, currency, income, fees, taxes.

For a holding with local values V0, V1, rates fx0, fx1 and local trade flows F (without fees) worth B in the report's
currency: ``price = (V1 − V0 − ΣF)·fx1`` and ``currency = V0·(fx1 − fx0) + Σ(F·fx1 − B)``. A balance has a currency
effect alike. Parts are of the period asked; those of shorter periods need not add up to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.domain.arrays import Floats, Mask, summed
from dashboard.domain.calendar import Period
from dashboard.domain.positions import PositionBooks, book_positions
from dashboard.domain.valuation import PortfolioHistory


@dataclass(frozen=True, slots=True)
class Gain:
    """A gain and its parts, in the report's currency; NaN where a rate is missing.

    ``total = price + currency + income − fees − taxes``, and equally ``realized + unrealized (its change) + income +
    cash_currency − standing (fees and taxes that are neither in a cost nor in proceeds) + transferred`` (market value −
    cost of what was transferred out, less the same of what was transferred in).
    """

    total: float
    price: float
    currency: float
    income: float
    fees: float
    taxes: float
    realized: float
    unrealized: float
    cash_currency: float
    standing: float
    transferred: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """The gain of a portfolio and of each of its holdings, and the currency effect of each balance."""

    portfolio: Gain
    by_symbol: Mapping[str, Gain]
    cash_currency: Mapping[str, float]


def attribute(history: PortfolioHistory, period: Period, books: PositionBooks | None = None) -> Attribution:
    """The parts of the gain of ``period``; ``books`` may be given where they are known (as of the period's end)."""
    start, end = history.position(period.before), history.position(period.end)
    found = books if books is not None and books.as_of == period.end else book_positions(history, period.end)
    parts = _Parts(history, found, start, end)
    cash = parts.cash_effects()
    holdings = {
        instrument.symbol: parts.gain(column)
        for column, instrument in enumerate(history.instruments)
        if parts.touched(column)
    }
    return Attribution(parts.portfolio(sum(cash.values(), 0.0)), holdings, cash)


class _Parts:
    """Sums over the entries of a period, by instrument."""

    def __init__(self, history: PortfolioHistory, books: PositionBooks, start: int, end: int) -> None:
        entries = history.entries
        self.history, self.start, self.end = history, start, end
        self.inside: Mask = (entries.day > start) & (entries.day <= end)
        self.traded_local = self._by_instrument(entries.trade_local)
        self.traded = self._by_instrument(entries.trade)
        self.income = self._by_instrument(entries.income)
        self.fees = self._by_instrument(entries.fees)
        self.taxes = self._by_instrument(entries.taxes)
        self.standing = self._by_instrument(entries.standing)
        self.realized = self._by_instrument(books.realized)
        self.transferred = self._by_instrument(books.transferred)
        self.cost_change = self._by_instrument(books.cost_change)
        self.price, self.currency = self._effects()
        self.unrealized = history.values[end] - history.values[start] - self.cost_change[:-1]

    def _by_instrument(self, amounts: Floats) -> Floats:
        """Sums of the period's entries, shape (I + 1,); the last are those of no instrument."""
        entries, count = self.history.entries, len(self.history.instruments)
        columns = np.where(entries.instrument < 0, count, entries.instrument)[self.inside]
        return summed(columns, amounts[self.inside], count + 1)

    def _effects(self) -> tuple[Floats, Floats]:
        history, start, end = self.history, self.start, self.end
        local0 = _local(history, start)
        local1 = _local(history, end)
        rate1 = history.rates_on(end)
        flows, worth = self.traded_local[:-1], self.traded[:-1]
        price = _times(local1 - local0 - flows, rate1)
        currency = _times(local0 + flows, rate1) - history.values[start] - worth
        return price, currency

    def touched(self, column: int) -> bool:
        """Whether the instrument was held, traded or paid anything in the period."""
        history = self.history
        return bool(
            history.quantities[self.start, column]
            or history.quantities[self.end, column]
            or (self.inside & (history.entries.instrument == column)).any()
        )

    def gain(self, column: int) -> Gain:
        """The gain of one holding."""
        parts = (self.price, self.currency, self.income, -self.fees, -self.taxes)
        return Gain(
            total=float(sum(part[column] for part in parts)),
            price=float(self.price[column]),
            currency=float(self.currency[column]),
            income=float(self.income[column]),
            fees=float(self.fees[column]),
            taxes=float(self.taxes[column]),
            realized=float(self.realized[column]),
            unrealized=float(self.unrealized[column]),
            cash_currency=0.0,
            standing=float(self.standing[column]),
            transferred=float(self.transferred[column]),
        )

    def portfolio(self, cash_currency: float) -> Gain:
        """The gain of all, from the values and flows: not a sum of the parts, but equal to it."""
        history, span = self.history, slice(self.start + 1, self.end + 1)
        flows = history.inflows[span].sum() - history.outflows[span].sum() + history.standing_costs[span].sum()
        return Gain(
            total=float(history.value[self.end] - history.value[self.start] - flows),
            price=float(self.price.sum()),
            currency=float(self.currency.sum()) + cash_currency,
            income=float(self.income.sum()),
            fees=float(self.fees.sum()),
            taxes=float(self.taxes.sum()),
            realized=float(self.realized.sum()),
            unrealized=float(self.unrealized.sum()),
            cash_currency=cash_currency,
            standing=float(self.standing.sum()),
            transferred=float(self.transferred.sum()),
        )

    def cash_effects(self) -> dict[str, float]:
        """The currency effect of each balance: its change of value less the value of what moved."""
        history, legs = self.history, self.history.entries.cash
        inside = (legs.day > self.start) & (legs.day <= self.end)
        effects: dict[str, float] = {}
        for column, name in enumerate(history.cash_currencies):
            moved = legs.value[inside & (legs.currency == history.table.currencies[name])].sum()
            worth = _times(
                history.cash[[self.start, self.end], column], history.cash_rates[[self.start, self.end], column]
            )
            effects[name] = float(worth[1] - worth[0] - moved)
        return effects


def _local(history: PortfolioHistory, day: int) -> Floats:
    """Values of the holdings in their own currencies, shape (I,)."""
    multipliers = np.array([float(instrument.multiplier) for instrument in history.instruments])
    return _times(history.quantities[day], history.prices[day] * multipliers)


def _times(amounts: Floats, rates: Floats) -> Floats:
    """Amounts × rates; nothing is 0 even where there is no rate."""
    return np.where(amounts == 0.0, 0.0, amounts * rates)
