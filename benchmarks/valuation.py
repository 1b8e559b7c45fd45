"""Daily valuation of a large ledger against a plain day-by-day loop of the same work; prints one JSON line.

Both sides start from the same transactions and market data and end with the value of every calendar day; they must
agree to a cent. The ratio is the median of five pairs that run one after the other.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from dashboard.domain.calendar import Period
from dashboard.domain.fx import RateSeries
from dashboard.domain.instruments import Instrument
from dashboard.domain.performance import measure
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import ZERO, Transaction, TransactionType, ledger_order
from dashboard.domain.valuation import value_portfolio

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


class PlainLoop:
    """The same valuation as anybody would first write it: day by day, holding by holding."""

    def __init__(self, market: MarketData) -> None:
        self.instruments = market.instruments
        self.closes = {symbol: (found.dates.tolist(), found.closes.tolist()) for symbol, found in market.prices.items()}
        self.rates = {pair[1]: (found.dates.tolist(), found.rates.tolist()) for pair, found in market.rates.items()}

    @staticmethod
    def as_of(series: tuple[list[date], list[float]], day: date) -> float:
        """The last value at or before ``day``."""
        return series[1][bisect_right(series[0], day) - 1]

    def rate(self, currency: str, day: date) -> float:
        """Euros per 1 of ``currency``."""
        return 1.0 if currency == "EUR" else 1.0 / self.as_of(self.rates[currency], day)

    def run(self, transactions: list[Transaction], end: date) -> list[float]:
        """The value of each day."""
        rows = sorted(transactions, key=ledger_order)
        held: dict[str, Decimal] = {}
        cash: dict[str, Decimal] = {}
        values: list[float] = []
        position, day = 0, rows[0].date
        while day <= end:
            while position < len(rows) and rows[position].date == day:
                self.apply(rows[position], held, cash)
                position += 1
            value = sum(float(balance) * self.rate(currency, day) for currency, balance in cash.items())
            for symbol, quantity in held.items():
                if quantity:
                    currency = self.instruments[symbol].currency
                    value += float(quantity) * self.as_of(self.closes[symbol], day) * self.rate(currency, day)
            values.append(value)
            day += timedelta(days=1)
        return values

    @staticmethod
    def apply(row: Transaction, held: dict[str, Decimal], cash: dict[str, Decimal]) -> None:
        """Book one transaction."""
        sign = -1 if row.type is TransactionType.BUY else 1
        cash[row.currency] = cash.get(row.currency, ZERO) + sign * row.amount - row.fee - row.tax
        if row.symbol and row.quantity:
            held[row.symbol] = held.get(row.symbol, ZERO) - sign * row.quantity


def seconds(work: Callable[[], object]) -> tuple[float, object]:
    """How long ``work`` takes, and what it gives."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


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
    end: date = market.prices["S000"].dates[-1].item()
    plain = PlainLoop(market)
    ours, theirs, measured = [], [], []
    for _ in range(5):
        took, history = seconds(lambda: value_portfolio(rows, market, base_currency="EUR", end=end))
        ours.append(took)
        loop_took, values = seconds(lambda: plain.run(rows, end))
        theirs.append(loop_took)
        difference = float(np.max(np.abs(history.value[1:] - np.array(values))))  # type: ignore[attr-defined]
        if difference > 0.01:
            raise SystemExit(f"The two valuations differ by {difference}.")
        measured.append(seconds(lambda: measure(history, Period(START, end)))[0])  # type: ignore[arg-type]
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
        "measure_seconds": round(statistics.median(measured), 4),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
