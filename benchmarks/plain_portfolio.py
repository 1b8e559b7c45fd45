"""A portfolio page as anybody would first write it down: a plain loop over days and holdings, in Decimal.

It keeps an index of its own (the bars and rates of each day), so that it never searches, and walks each day once:
trades into lots, values, flows, returns of the portfolio and of each holding, and what each has gained and by what.
It knows what the benchmark's ledgers have: deposits, buys, sales and dividends, first in first out, cash tracked.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from dashboard.domain.prices import MarketData
from dashboard.domain.transactions import ZERO, Transaction, TransactionType, ledger_order

ONE = Decimal(1)
Lots = deque[list[Decimal]]


@dataclass(slots=True)
class PlainHolding:
    """What the loop knows of one instrument; money in the report's currency but for ``local``."""

    currency: str
    lots: Lots = field(default_factory=deque)
    units: Decimal = ZERO
    local: Decimal = ZERO
    value: Decimal = ZERO
    traded_local: Decimal = ZERO
    traded: Decimal = ZERO
    income: Decimal = ZERO
    costs: Decimal = ZERO
    realized: Decimal = ZERO
    growth: Decimal = ONE

    @property
    def cost(self) -> Decimal:
        """Cost of the open lots."""
        return sum((lot[1] for lot in self.lots), ZERO)

    def gain_parts(self, rate: Decimal) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Price effect, currency effect, income and costs since the beginning; ``rate`` is the last."""
        price = (self.local - self.traded_local) * rate
        return price, self.traded_local * rate - self.traded, self.income, self.costs


@dataclass(slots=True)
class PlainPortfolio:
    """What the page shows: series of the portfolio, and its holdings at the end."""

    values: list[Decimal] = field(default_factory=list)
    returns: list[Decimal] = field(default_factory=list)
    shown: list[bool] = field(default_factory=list)
    holdings: dict[str, PlainHolding] = field(default_factory=dict)
    rates: dict[str, Decimal] = field(default_factory=dict)

    @property
    def volatility(self) -> float:
        """The standard deviation of a year's returns, between days that have a bar."""
        found, growth = [], ONE
        for step, shown in zip(self.returns, self.shown, strict=True):
            growth *= ONE + step
            if shown:
                found.append(growth - ONE)
                growth = ONE
        mean = sum(found, ZERO) / len(found)
        variance = sum(((one - mean) ** 2 for one in found), ZERO) / (len(found) - 1)
        return math.sqrt(252 * variance)


class PlainLoop:
    """The loop, with its index by day."""

    def __init__(self, market: MarketData, currency: str) -> None:
        self.currency, self.instruments = currency, market.instruments
        self.bars: dict[date, list[tuple[str, Decimal]]] = defaultdict(list)
        for symbol, series in market.prices.items():
            for day, close in zip(series.dates.tolist(), series.closes.tolist(), strict=True):
                self.bars[day].append((symbol, Decimal(repr(close))))
        self.fixings: dict[date, list[tuple[str, Decimal]]] = defaultdict(list)
        for (base, quote), found in market.rates.items():
            if base != currency:
                raise SystemExit("The loop takes rates from the report's currency alone.")
            for day, rate in zip(found.dates.tolist(), found.rates.tolist(), strict=True):
                self.fixings[day].append((quote, ONE / Decimal(repr(rate))))

    def run(self, transactions: Sequence[Transaction], end: date) -> PlainPortfolio:
        """Everything up to ``end``."""
        rows = sorted(transactions, key=ledger_order)
        page = PlainPortfolio(rates={self.currency: ONE})
        cash: dict[str, Decimal] = defaultdict(Decimal)
        prices: dict[str, Decimal] = {}
        position, day, before = 0, rows[0].date, ZERO
        while day <= end:
            page.rates.update(self.fixings.get(day, ()))
            bars = self.bars.get(day, ())
            prices.update(bars)
            near = {symbol for symbol, holding in page.holdings.items() if holding.units}
            flows: dict[str, Decimal] = defaultdict(Decimal)
            deposited = ZERO
            while position < len(rows) and rows[position].date == day:
                deposited += self._book(rows[position], page, cash, flows)
                position += 1
            value = self._value(page, prices, flows)
            value += sum((money * page.rates[name] for name, money in cash.items()), ZERO)
            near |= {symbol for symbol, holding in page.holdings.items() if holding.units}
            page.values.append(value)
            page.shown.append(any(symbol in near for symbol, _ in bars))
            page.returns.append(_return(before, value, deposited))
            before = value
            day += timedelta(days=1)
        return page

    def _value(self, page: PlainPortfolio, prices: dict[str, Decimal], flows: dict[str, Decimal]) -> Decimal:
        """Value each holding, and let it grow by the return of its day."""
        total = ZERO
        for symbol, holding in page.holdings.items():
            flow = flows.get(symbol, ZERO)
            if not holding.units and not holding.value and not flow:
                continue
            holding.local = holding.units * prices[symbol]
            value = holding.local * page.rates[holding.currency]
            holding.growth *= ONE + _return(holding.value, value, flow)
            holding.value = value
            total += value
        return total

    def _book(
        self, row: Transaction, page: PlainPortfolio, cash: dict[str, Decimal], flows: dict[str, Decimal]
    ) -> Decimal:
        """Book one transaction; its external flow."""
        rate = page.rates[row.currency]
        if row.type is TransactionType.DEPOSIT:
            cash[row.currency] += row.amount
            return row.amount * rate
        symbol = row.symbol or ""
        holding = page.holdings.get(symbol)
        if holding is None:
            holding = page.holdings[symbol] = PlainHolding(self.instruments[symbol].currency)
        costs = row.fee + row.tax
        holding.costs += costs * rate
        if row.type is TransactionType.DIVIDEND:
            holding.income += row.amount * rate
            moved = row.amount - costs
        else:
            moved = self._trade(row, holding, costs, rate)
        cash[row.currency] += moved
        flows[symbol] -= moved * rate
        return ZERO

    def _trade(self, row: Transaction, holding: PlainHolding, costs: Decimal, rate: Decimal) -> Decimal:
        """Open or close lots; what the trade brings in cash."""
        sign = 1 if row.type is TransactionType.BUY else -1
        holding.units += sign * row.quantity
        holding.traded_local += sign * row.amount
        holding.traded += sign * row.amount * rate
        if sign > 0:
            holding.lots.append([row.quantity, (row.amount + costs) * rate])
            return -row.amount - costs
        closed, left = ZERO, row.quantity
        while left:
            lot = holding.lots[0]
            part = min(left, lot[0])
            share = lot[1] * part / lot[0]
            closed += share
            lot[0] -= part
            lot[1] -= share
            left -= part
            if not lot[0]:
                holding.lots.popleft()
        holding.realized += (row.amount - costs) * rate - closed
        return row.amount - costs


def _return(before: Decimal, value: Decimal, flow: Decimal) -> Decimal:
    """The day's return: what comes in does so at its start, what goes out at its end."""
    work = before + max(flow, ZERO)
    return (value + max(-flow, ZERO)) / work - ONE if work >= ONE else ZERO
