"""Daily valuation of a large ledger against a plain day-by-day loop of the same work; prints one JSON line.

Both sides start from the same transactions and market data and end with the same things for every calendar day: the
quantity, price and value of each holding, the value of all, the external flows, whether there is a bar, and the return.
They must agree. The ratio is the median of five pairs that run one after the other, after one warming run.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import statistics
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

import numpy as np

from dashboard.domain.calendar import Period
from dashboard.domain.fx import RateSeries
from dashboard.domain.instruments import Instrument
from dashboard.domain.performance import measure
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.series import DailyReturns, daily_returns
from dashboard.domain.transactions import ZERO, Transaction, TransactionType, ledger_order
from dashboard.domain.valuation import PortfolioHistory, value_portfolio

Result = TypeVar("Result")
CURRENCIES = ("EUR", "USD", "GBP", "JPY")
START = date(2005, 1, 3)
CENT = Decimal("0.01")


def make_market(instruments: int, years: int, seed: int) -> MarketData:
    """A random walk a symbol on weekdays, in four currencies."""
    draw = np.random.default_rng(seed)
    days = np.arange(np.datetime64(START), np.datetime64(START) + 365 * years + years // 4, dtype="datetime64[D]")
    weekdays = days[np.is_busday(days)]
    steps = draw.normal(0.0003, 0.012, (len(weekdays), instruments))
    closes = np.round(100.0 * np.exp(np.cumsum(steps, axis=0)), 4)
    symbols = [f"S{number:03d}" for number in range(instruments)]
    return MarketData(
        prices={symbol: PriceSeries(weekdays, closes[:, at].copy()) for at, symbol in enumerate(symbols)},
        rates={
            ("EUR", currency): RateSeries(weekdays, level * np.exp(np.cumsum(draw.normal(0, 0.004, len(weekdays)))))
            for currency, level in (("USD", 1.2), ("GBP", 0.85), ("JPY", 130.0))
        },
        instruments={symbol: Instrument(symbol, CURRENCIES[at % 4]) for at, symbol in enumerate(symbols)},
    )


def make_ledger(market: MarketData, count: int, seed: int) -> list[Transaction]:
    """A deposit, then ``count`` − 1 buys, sales and dividends that never sell more than is held."""
    draw = random.Random(seed)
    symbols = list(market.prices)
    held = dict.fromkeys(symbols, 0)
    days = market.prices[symbols[0]].dates
    rows = [Transaction(date=START, type=TransactionType.DEPOSIT, currency="EUR", amount=Decimal(10_000_000))]
    for sequence, day in enumerate(sorted(draw.choices(range(1, len(days)), k=count - 1)), 1):
        symbol = draw.choice(symbols)
        price = Decimal(str(market.prices[symbol].closes[day])).quantize(CENT)
        kind = draw.choice((TransactionType.BUY, TransactionType.BUY, TransactionType.SELL, TransactionType.DIVIDEND))
        if not held[symbol]:
            kind = TransactionType.BUY
        quantity = draw.randint(1, held[symbol]) if kind is TransactionType.SELL else draw.randint(1, 50)
        held[symbol] += {TransactionType.BUY: quantity, TransactionType.SELL: -quantity}.get(kind, 0)
        dividend = kind is TransactionType.DIVIDEND
        rows.append(
            Transaction(
                date=days[day].item(),
                type=kind,
                currency=market.instruments[symbol].currency,
                symbol=symbol,
                quantity=ZERO if dividend else Decimal(quantity),
                price=None if dividend else price,
                amount=price if dividend else quantity * price,
                fee=ZERO if dividend else Decimal("4.95"),
                sequence=sequence,
            )
        )
    return rows


@dataclass(frozen=True)
class PlainDay:
    """What a day of the loop ends with."""

    value: float
    holdings: dict[str, tuple[float, float, float]]
    inflow: float
    outflow: float
    has_bar: bool
    daily_return: float


class PlainLoop:
    """The same definitions as anybody would first write them down: day by day, holding by holding, rate by rate."""

    def __init__(self, market: MarketData, currency: str) -> None:
        self.currency = currency
        self.instruments = market.instruments
        self.splits = market.splits
        self.closes = {symbol: (found.dates.tolist(), found.closes.tolist()) for symbol, found in market.prices.items()}
        self.rates = {pair: (found.dates.tolist(), found.rates.tolist()) for pair, found in market.rates.items()}

    def price(self, symbol: str, day: date) -> tuple[date, float]:
        """The last close at or before ``day`` and its date, divided by the splits since."""
        dates, closes = self.closes[symbol]
        position = bisect_right(dates, day) - 1
        price = closes[position]
        for split in self.splits.get(symbol, ()):
            if dates[position] < split.date <= day:
                price /= float(split.ratio)
        return dates[position], price

    def leg(self, base: str, quote: str, day: date) -> float | None:
        """The rate of one pair, quoted either way round."""
        for pair, inverted in (((base, quote), False), ((quote, base), True)):
            if pair in self.rates:
                dates, rates = self.rates[pair]
                rate = float(rates[bisect_right(dates, day) - 1])
                return 1.0 / rate if inverted else rate
        return None

    def rate(self, currency: str, day: date) -> float:
        """The report's currency per 1 of ``currency``, crossed where there is no pair."""
        if currency == self.currency:
            return 1.0
        direct = self.leg(currency, self.currency, day)
        if direct is not None:
            return direct
        for pivot in ("EUR", "USD"):
            first, second = self.leg(currency, pivot, day), self.leg(pivot, self.currency, day)
            if first is not None and second is not None:
                return first * second
        raise SystemExit(f"There is no rate from {currency}.")

    def run(self, transactions: list[Transaction], end: date) -> list[PlainDay]:
        """The value of each day, what it is made of, and its return."""
        rows = sorted(transactions, key=ledger_order)
        held: dict[str, Decimal] = {}
        cash: dict[str, Decimal] = {}
        days: list[PlainDay] = []
        position, day, before = 0, rows[0].date, 0.0
        while day <= end:
            flow, old = 0.0, set(held)
            while position < len(rows) and rows[position].date == day:
                flow += self.apply(rows[position], held, cash)
                position += 1
            values, has_bar = self.holdings(held, old, day)
            value = sum(worth for _, _, worth in values.values()) + sum(
                float(money) * self.rate(name, day) for name, money in cash.items()
            )
            inflow, outflow = max(flow, 0.0), max(-flow, 0.0)
            base = before + inflow
            days.append(
                PlainDay(
                    value, values, inflow, outflow, has_bar, (value + outflow) / base - 1.0 if base >= 1.0 else 0.0
                )
            )
            before = value
            day += timedelta(days=1)
        return days

    def holdings(
        self, held: dict[str, Decimal], old: set[str], day: date
    ) -> tuple[dict[str, tuple[float, float, float]], bool]:
        """Quantity, price and value of each holding, and whether one of them has a bar."""
        values: dict[str, tuple[float, float, float]] = {}
        has_bar = False
        for symbol in old.union(held):
            dated, price = self.price(symbol, day)
            has_bar = has_bar or dated == day
            if symbol in held:
                quantity = float(held[symbol])
                values[symbol] = quantity, price, quantity * price * self.rate(self.instruments[symbol].currency, day)
        return values, has_bar

    def apply(self, row: Transaction, held: dict[str, Decimal], cash: dict[str, Decimal]) -> float:
        """Book one transaction; its external flow."""
        sign = -1 if row.type is TransactionType.BUY else 1
        cash[row.currency] = cash.get(row.currency, ZERO) + sign * row.amount - row.fee - row.tax
        if row.symbol and row.quantity:
            left = held.get(row.symbol, ZERO) - sign * row.quantity
            if left < 0:
                raise SystemExit(f"{row.quantity} of {row.symbol} sold on {row.date}, more than held.")
            held[row.symbol] = left
            if not left:
                del held[row.symbol]
        return float(row.amount) * self.rate(row.currency, row.date) if row.type is TransactionType.DEPOSIT else 0.0


def seconds(work: Callable[[], Result]) -> tuple[float, Result]:
    """The processor time that ``work`` takes, and what it gives; without garbage collection, as timeit does."""
    gc.collect()
    gc.disable()
    started = time.process_time()
    result = work()
    took = time.process_time() - started
    gc.enable()
    return took, result


def value(rows: list[Transaction], market: MarketData, period: Period) -> tuple[PortfolioHistory, DailyReturns]:
    """What is measured: everything of each day."""
    history = value_portfolio(rows, market, base_currency="EUR", end=period.end)
    return history, daily_returns(history, period)


def peak_mb() -> float:
    """The most memory that this process has held so far, with the interpreter and its libraries."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def check(history: PortfolioHistory, daily: DailyReturns, days: list[PlainDay]) -> None:
    """Stop unless both sides say the same."""
    same = (
        np.allclose(history.value[1:], [day.value for day in days], rtol=0, atol=0.01)
        and np.allclose(daily.returns, [day.daily_return for day in days], rtol=0, atol=1e-9)
        and np.array_equal(history.has_bar[1:], [day.has_bar for day in days])
    )
    if not same:
        raise SystemExit("The two valuations differ.")


def main() -> None:
    """Run the comparison and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transactions", type=int, default=10_000)
    parser.add_argument("--instruments", type=int, default=100)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    market = make_market(options.instruments, options.years, options.seed)
    rows = make_ledger(market, options.transactions, options.seed)
    period = Period(START, market.prices["S000"].dates[-1].item())
    plain = PlainLoop(market, "EUR")
    value(rows, market, period)
    peak_alone = peak_mb()
    ours, theirs = [], []
    for _ in range(5):
        took, (history, daily) = seconds(lambda: value(rows, market, period))
        ours.append(took)
        took, days = seconds(lambda: plain.run(rows, period.end))
        theirs.append(took)
        check(history, daily, days)
        del days
    measured, _ = seconds(lambda: measure(history, period))
    ratios = [loop / own for loop, own in zip(theirs, ours, strict=True)]
    figures = {
        "benchmark": "valuation",
        "transactions": options.transactions,
        "instruments": options.instruments,
        "years": options.years,
        "seconds": round(statistics.median(ours), 4),
        "loop_seconds": round(statistics.median(theirs), 4),
        "ratio": round(statistics.median(ratios), 1),
        "ratios": [round(ratio, 1) for ratio in ratios],
        "measure_seconds": round(measured, 4),
        "valuation_peak_mb": peak_alone,
        "peak_mb": peak_mb(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
