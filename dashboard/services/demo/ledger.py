"""Writes the ledger of a savings plan from the market's own prices: deposits, purchases, dividends, fees, sales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from dashboard.domain.arrays import date_of
from dashboard.domain.calendar import calendar_days
from dashboard.domain.corporate_actions import split_factors
from dashboard.domain.fx import Rates
from dashboard.domain.prices import MarketData, prices_on
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.services.demo.plans import Plan

CENT = Decimal("0.01")
WITHHOLDING = Decimal("0.15")
FEE_RATE = Decimal("0.0008")
LEAST_FEE = Decimal("2.50")
KEPT_IN_CASH = 0.03
OVERWEIGHT = 1.6


@dataclass(frozen=True, slots=True)
class ExDividend:
    """A distribution of the market: ``amount`` a unit, in the instrument's currency."""

    symbol: str
    date: date
    amount: float


@dataclass(slots=True)
class _Quotes:
    """Prices and rates on each day of the plan, by symbol; factors are units of what was one unit before any split."""

    start: date
    prices: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]
    rates: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]
    factors: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]
    currencies: dict[str, str]

    def price(self, symbol: str, day: date) -> float:
        return float(self.prices[symbol][(day - self.start).days])

    def rate(self, symbol: str, day: date) -> float:
        return float(self.rates[self.currencies[symbol]][(day - self.start).days])

    def factor(self, symbol: str, day: date) -> Decimal:
        return Decimal(repr(float(self.factors[symbol][(day - self.start).days])))


@dataclass(slots=True)
class _Ledger:
    """The rows so far, and what they leave: cash in the base currency, units before any split by symbol."""

    rows: list[Transaction] = field(default_factory=list)
    cash: Decimal = Decimal(0)
    units: dict[str, Decimal] = field(default_factory=dict)


def plan_ledger(
    plan: Plan, market: MarketData, dividends: Sequence[ExDividend], today: date
) -> tuple[Transaction, ...]:
    """The transactions of ``plan`` up to ``today`` by date; the same market gives the same ledger."""
    start = date(today.year - plan.years, today.month, 1)
    quotes = _quotes(plan, market, start, today)
    chance = np.random.Generator(np.random.PCG64(plan.seed))
    ledger = _Ledger()
    paid = sorted((paid for paid in dividends if start < paid.date <= today), key=lambda paid: (paid.date, paid.symbol))
    months = _months(start, today)
    for number, day in enumerate(months):
        until = months[number + 1] if number + 1 < len(months) else today + timedelta(days=1)
        _deposit(plan, ledger, day, first=number == 0)
        if number % 3 == 2:
            _fee(plan, ledger, day)
            _trim(plan, ledger, quotes, day)
        for offset, symbol in enumerate(
            _most_wanted(plan, ledger, quotes, day, len(plan.weights) if number == 0 else 2)
        ):
            _buy(plan, ledger, quotes, symbol, min(day + timedelta(days=offset // 5), today), chance)
        for event in paid:
            if day <= event.date < until:
                _dividend(plan, ledger, quotes, event)
    return tuple(sorted(ledger.rows, key=lambda row: row.date))


def _quotes(plan: Plan, market: MarketData, start: date, today: date) -> _Quotes:
    days = calendar_days(start, today)
    rates = Rates(market.rates)
    currencies = {symbol: market.instruments[symbol].currency for symbol in plan.weights}
    return _Quotes(
        start=start,
        prices={s: prices_on(market.prices[s], days, market.splits.get(s, ())) for s in plan.weights},
        rates={c: rates.on(c, plan.base_currency, days) for c in set(currencies.values())},
        factors={
            s: split_factors(days, market.splits.get(s, ())) / split_factors(days[:1], market.splits.get(s, ()))
            for s in plan.weights
        },
        currencies=currencies,
    )


def _months(start: date, today: date) -> list[date]:
    """The first weekday of each month from ``start`` to ``today``."""
    first = np.arange(np.datetime64(start, "M"), np.datetime64(today, "M") + 1).astype("datetime64[D]")
    weekdays = np.busday_offset(first, 0, roll="forward")
    return [date_of(day) for day in weekdays if date_of(day) <= today]


def _deposit(plan: Plan, ledger: _Ledger, day: date, *, first: bool) -> None:
    amount = Decimal(str(plan.first_deposit if first else plan.monthly))
    ledger.cash += amount
    if plan.track_cash:
        ledger.rows.append(
            Transaction(
                date=day,
                type=TransactionType.DEPOSIT,
                currency=plan.base_currency,
                amount=amount,
                account=plan.accounts[0],
                note="Savings plan",
            )
        )


def _fee(plan: Plan, ledger: _Ledger, day: date) -> None:
    ledger.cash -= Decimal("18.50")
    ledger.rows.append(
        Transaction(
            date=day,
            type=TransactionType.FEE,
            currency=plan.base_currency,
            amount=Decimal("18.50"),
            account=plan.accounts[0],
            note="Custody",
        )
    )


def _worth(ledger: _Ledger, quotes: _Quotes, symbol: str, day: date) -> float:
    units = ledger.units.get(symbol, Decimal(0)) * quotes.factor(symbol, day)
    return float(units) * quotes.price(symbol, day) * quotes.rate(symbol, day)


def _most_wanted(plan: Plan, ledger: _Ledger, quotes: _Quotes, day: date, count: int) -> list[str]:
    """The ``count`` symbols that are furthest below their weight."""
    worth = {symbol: _worth(ledger, quotes, symbol, day) for symbol in plan.weights}
    total = sum(worth.values()) + float(ledger.cash)
    gaps = {symbol: weight - worth[symbol] / total for symbol, weight in plan.weights.items()}
    return sorted(gaps, key=lambda symbol: -gaps[symbol])[:count]


def _account(plan: Plan, symbol: str) -> str:
    return plan.accounts[sum(symbol.encode()) % len(plan.accounts)]


def _buy(plan: Plan, ledger: _Ledger, quotes: _Quotes, symbol: str, day: date, chance: np.random.Generator) -> None:
    worth = {name: _worth(ledger, quotes, name, day) for name in plan.weights}
    total = sum(worth.values()) + float(ledger.cash)
    money = min(plan.weights[symbol] * total - worth[symbol], float(ledger.cash) - KEPT_IN_CASH * total)
    price, rate = quotes.price(symbol, day), quotes.rate(symbol, day)
    # Within the day the order was filled a little above or below the close.
    places = Decimal(1) if quotes.currencies[symbol] == "JPY" else Decimal("0.0001")
    filled = Decimal(str(price * (1 + 0.004 * float(chance.standard_normal())))).quantize(places)
    step = Decimal("0.0001") if "-" in symbol else Decimal(1)
    quantity = (Decimal(str(money)) / (filled * Decimal(str(rate)))).quantize(step, rounding="ROUND_DOWN")
    if quantity <= 0:
        return
    amount = quantity * filled
    fee = max(LEAST_FEE, amount * FEE_RATE).quantize(CENT) if quotes.currencies[symbol] != "JPY" else Decimal(700)
    fx_rate = None if quotes.currencies[symbol] == plan.base_currency else Decimal(f"{rate:.6f}")
    ledger.cash -= (amount + fee) * (fx_rate or Decimal(1))
    ledger.units[symbol] = ledger.units.get(symbol, Decimal(0)) + quantity / quotes.factor(symbol, day)
    ledger.rows.append(
        Transaction(
            date=day,
            type=TransactionType.BUY,
            symbol=symbol,
            quantity=quantity,
            price=filled,
            amount=amount,
            currency=quotes.currencies[symbol],
            fee=fee,
            fx_rate=fx_rate,
            account=_account(plan, symbol),
        )
    )


def _trim(plan: Plan, ledger: _Ledger, quotes: _Quotes, day: date) -> None:
    """Sell a fifth of what has grown far beyond its weight."""
    worth = {symbol: _worth(ledger, quotes, symbol, day) for symbol in plan.weights}
    total = sum(worth.values())
    for symbol, weight in plan.weights.items():
        if total <= 0 or worth[symbol] / total < OVERWEIGHT * weight:
            continue
        held = ledger.units[symbol] * quotes.factor(symbol, day)
        step = Decimal("0.0001") if "-" in symbol else Decimal(1)
        quantity = (held / 5).quantize(step, rounding="ROUND_DOWN")
        if quantity <= 0:
            continue
        currency, rate = quotes.currencies[symbol], quotes.rate(symbol, day)
        price = Decimal(str(quotes.price(symbol, day))).quantize(Decimal("0.0001"))
        fee = LEAST_FEE if currency != "JPY" else Decimal(700)
        fx_rate = None if currency == plan.base_currency else Decimal(f"{rate:.6f}")
        ledger.cash += (quantity * price - fee) * (fx_rate or Decimal(1))
        ledger.units[symbol] -= quantity / quotes.factor(symbol, day)
        ledger.rows.append(
            Transaction(
                date=day,
                type=TransactionType.SELL,
                symbol=symbol,
                quantity=quantity,
                price=price,
                amount=quantity * price,
                currency=currency,
                fee=fee,
                fx_rate=fx_rate,
                account=_account(plan, symbol),
                note="Rebalancing",
            )
        )


def _dividend(plan: Plan, ledger: _Ledger, quotes: _Quotes, event: ExDividend) -> None:
    # Held at the close of the day before the ex-date; the market's amount is for a unit of that day's kind.
    before = event.date - timedelta(days=1)
    held = ledger.units.get(event.symbol, Decimal(0)) * quotes.factor(event.symbol, before)
    places = Decimal(1) if quotes.currencies[event.symbol] == "JPY" else CENT
    amount = (held * Decimal(str(event.amount))).quantize(places)
    if amount <= 0:
        return
    currency = quotes.currencies[event.symbol]
    tax = (amount * WITHHOLDING).quantize(places)
    fx_rate = None if currency == plan.base_currency else Decimal(f"{quotes.rate(event.symbol, event.date):.6f}")
    ledger.cash += (amount - tax) * (fx_rate or Decimal(1))
    ledger.rows.append(
        Transaction(
            date=event.date,
            type=TransactionType.DIVIDEND,
            symbol=event.symbol,
            amount=amount,
            tax=tax,
            currency=currency,
            fx_rate=fx_rate,
            account=_account(plan, event.symbol),
        )
    )
