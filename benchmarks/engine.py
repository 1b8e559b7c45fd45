"""What the engine takes: matrices against bare numpy, a page against a plain loop, a trade added; prints one JSON.

One process on one core, processor time without garbage collection, medians of five; every reference runs in turn with
what it is compared to. ``python -m benchmarks.engine``; ``--quick`` leaves out the figures of the other benchmarks.
"""

from __future__ import annotations

import argparse
import ctypes.util
import json
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from benchmarks import indicators, lots, measures
from benchmarks.plain_portfolio import PlainLoop, PlainPortfolio
from benchmarks.valuation import START, Result, make_ledger, make_market, peak_mb, seconds
from dashboard.domain.attribution import attribute
from dashboard.domain.calendar import Period
from dashboard.domain.cash_flows import post_ledger
from dashboard.domain.holding_matrices import HoldingMatrices, value_holdings
from dashboard.domain.holding_series import HoldingSeries, holding_returns, holding_series
from dashboard.domain.holdings import HoldingFigures, holdings
from dashboard.domain.ledger import checked_ledger
from dashboard.domain.ledger_state import LedgerState
from dashboard.domain.performance import PeriodPerformance, measure
from dashboard.domain.positions import PositionBooks, book_positions
from dashboard.domain.prices import MarketData
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.domain.valuation import PortfolioHistory, value_portfolio

RUNS = 5
NO_MAPPING, TRIM_ABOVE = -4, -1  # of mallopt: how many blocks the system maps, and from what size on it is given back
LARGEST_SHARE = 20  # one trade in twenty is in the largest instrument
Figures = dict[str, object]


def times(work: Callable[[], Result]) -> tuple[float, Result]:
    """The median of five runs after a warming one, and what the last gave."""
    result = work()
    taken = []
    for _ in range(RUNS):
        del result
        took, result = seconds(work)
        taken.append(took)
    return statistics.median(taken), result


def in_turn(ours: Callable[[], object], reference: Callable[[], object]) -> tuple[float, float, float]:
    """Medians of both, and of ours ÷ reference."""
    ours(), reference()
    pairs = [(seconds(ours)[0], seconds(reference)[0]) for _ in range(RUNS)]
    own, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    return own, other, statistics.median(one / two for one, two in pairs)


def one_core() -> None:
    """Keep to one core, where the system lets a process choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def keep_memory() -> None:
    """Keep what is freed, as a process has it that worked before: fresh pages cost what the system makes of them."""
    found = ctypes.util.find_library("c")
    if sys.platform == "linux" and found:
        libc = ctypes.CDLL(found)
        if hasattr(libc, "mallopt"):
            libc.mallopt(NO_MAPPING, 0)
            libc.mallopt(TRIM_ABOVE, 2**31 - 1)


def last_day(market: MarketData) -> date:
    """The day of the last bar."""
    found: date = next(iter(market.prices.values())).dates[-1].item()
    return found


def matrices(market: MarketData, rows: list[Transaction]) -> Figures:
    """All matrices of day × holding against one cumulative sum and two products of that shape."""
    end = last_day(market)
    checking, ledger = times(lambda: checked_ledger(rows, market.splits, until=end))
    history = value_portfolio(rows, market, base_currency="EUR", end=end)
    posting, _ = times(lambda: post_ledger(ledger, history.instruments, history.table, history.days, True, market))
    lots, books = times(lambda: book_positions(history, end))

    def ours() -> tuple[HoldingMatrices, HoldingSeries]:
        held = value_holdings(history.instruments, history.ledger, market, history.days, history.table, history.entries)
        return held, holding_series(replace(history, held=held), books)

    given = [np.asfortranarray(np.random.default_rng(1).random(history.values.shape)) for _ in range(3)]

    def floor() -> None:
        room = np.cumsum(given[0], axis=0)
        room *= given[1]
        room *= given[2]

    own, bare, ratio = in_turn(ours, floor)
    return {
        "days": len(history.days),
        "instruments": len(history.instruments),
        "matrices_seconds": round(own, 4),
        "floor_seconds": round(bare, 4),
        "times_the_floor": round(ratio, 1),
        "at_most": 12,
        "rows_to_arrays_seconds": {
            "checked": round(checking, 4),
            "posted": round(posting, 4),
            "lots": round(lots, 4),
        },
        "peak_mb": peak_mb(),
        "peak_mb_at_most": 1536,
    }


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the pages of a portfolio need."""

    history: PortfolioHistory
    performance: PeriodPerformance
    holdings: tuple[HoldingFigures, ...]
    series: HoldingSeries
    holding_growth: np.typing.NDArray[np.float64]


def page(history: PortfolioHistory, books: PositionBooks) -> Page:
    """Values, returns, gain, risk, holdings with their lots, and the series and return of each holding."""
    end: date = history.days[-1].item()
    series = holding_series(history, books)
    return Page(
        history=history,
        performance=measure(history, Period(START, end), books=books),
        holdings=holdings(history, end, books),
        series=series,
        holding_growth=np.prod(1.0 + holding_returns(series), axis=0),
    )


def page_from_arrays(history: PortfolioHistory, books: PositionBooks) -> Page:
    """The page of a ledger whose entries and lots are in memory: matrices and all that follows from them."""
    held = value_holdings(
        history.instruments, history.ledger, history.market, history.days, history.table, history.entries
    )
    return page(replace(history, held=held), books)


def page_from_rows(rows: list[Transaction], market: MarketData) -> Page:
    """The page from the transactions themselves."""
    end = last_day(market)
    history = value_portfolio(rows, market, base_currency="EUR", end=end)
    return page(history, book_positions(history, end))


def against_plain_loop(count: int, instruments: int, years: int, seed: int) -> Figures:
    """A page from arrays and from rows against the loop that does all of it day by day."""
    market = make_market(instruments, years, seed)
    rows = make_ledger(market, count, seed)
    end, loop = last_day(market), PlainLoop(market, "EUR")
    ready = value_portfolio(rows, market, base_currency="EUR", end=end)
    books = book_positions(ready, end)
    check(page_from_arrays(ready, books), loop.run(rows, end))
    arrays, plain, ratio = in_turn(lambda: page_from_arrays(ready, books), lambda: loop.run(rows, end))
    from_rows, _ = times(lambda: page_from_rows(rows, market))
    return {
        "transactions": count,
        "instruments": instruments,
        "years": years,
        "page_seconds": round(arrays, 4),
        "page_seconds_at_most": 0.15,
        "from_rows_seconds": round(from_rows, 4),
        "plain_loop_seconds": round(plain, 3),
        "times_faster": round(1 / ratio, 1),
        "times_faster_from_rows": round(plain / from_rows, 1),
        "at_least": 20,
    }


def check(ours: Page, plain: PlainPortfolio) -> None:
    """Stop unless both sides say the same."""
    grown = float(np.prod(1.0 + np.array([float(step) for step in plain.returns])))
    risk = ours.performance.risk.volatility.value
    same = [
        np.allclose(ours.history.value[1:], [float(value) for value in plain.values], rtol=0, atol=0.01),
        bool(np.isclose(ours.performance.series.time_weighted[-1] + 1.0, grown, rtol=1e-9)),
        risk is not None and bool(np.isclose(risk, plain.volatility, rtol=1e-9)),
    ]
    for found in ours.holdings:
        other = plain.holdings[found.symbol]
        same.append(found.quantity == other.units and len(found.lots) == len(other.lots))
        same.append(
            bool(np.isclose([float(found.cost), found.realized], [float(other.cost), float(other.realized)]).all())
        )
    gains = attribute(ours.history, ours.performance.period).by_symbol
    for column, instrument in enumerate(ours.history.instruments):
        other, gain = plain.holdings[instrument.symbol], gains[instrument.symbol]
        parts = gain.price, gain.currency, gain.income, gain.fees + gain.taxes
        theirs = [float(part) for part in other.gain_parts(plain.rates[instrument.currency])]
        same.append(bool(np.isclose(ours.holding_growth[column], float(other.growth), rtol=1e-7)))
        same.append(np.allclose(parts, theirs, rtol=1e-9, atol=1e-4))
    if not all(same):
        raise SystemExit("The page and the plain loop differ.")


def trade(market: MarketData, symbol: str, day: date, number: int) -> Transaction:
    """A purchase."""
    return Transaction(
        date=day,
        type=TransactionType.BUY,
        currency=market.instruments[symbol].currency,
        symbol=symbol,
        quantity=Decimal(2),
        price=Decimal(100),
        amount=Decimal(200),
        fee=Decimal("4.95"),
        sequence=number,
    )


def with_a_large_instrument(market: MarketData, count: int, seed: int) -> tuple[list[Transaction], str]:
    """A ledger one in twenty of whose trades are in one instrument, from the first day on; its symbol."""
    symbol, *_ = market.prices
    days = market.prices[symbol].dates
    more = count // LARGEST_SHARE
    rows = make_ledger(market, count - more, seed)
    drawn = np.sort(np.random.default_rng(seed).integers(0, len(days), more))
    drawn[0] = 0
    return rows + [trade(market, symbol, days[at].item(), count + number) for number, at in enumerate(drawn)], symbol


def one_trade(market: MarketData, count: int, seed: int) -> Figures:
    """A trade added to a ledger whose state is in memory, against the valuation of all of it."""
    rows, largest = with_a_large_instrument(market, count, seed)
    end, other = last_day(market), list(market.prices)[1]
    took, state = seconds(lambda: LedgerState.of(rows, market, base_currency="EUR", end=end))
    cases = {
        "today": (other, end, 0.05),
        "today_in_the_largest_instrument": (largest, end, None),
        "first_day_in_the_largest_instrument": (largest, START, 0.25),
    }
    figures: Figures = {"transactions": len(rows), "all_of_it_seconds": round(took, 3)}
    for name, (symbol, day, limit) in cases.items():
        row = trade(market, symbol, day, 2 * count)
        median, after = times(lambda row=row: state.add(row))  # type: ignore[misc]  # bound in this turn
        figures[name + "_seconds"] = round(median, 4)
        if limit is not None:
            figures[name + "_at_most"] = limit
        before = state.history.quantities[-1, state.history.column(symbol)]
        if after.history.quantities[-1, after.history.column(symbol)] != before + 2:
            raise SystemExit("The trade was not added.")
    return figures


def others(transactions: int, seed: int) -> Figures:
    """Figures of other benchmarks that belong to the engine's promises."""
    data = indicators.bars()
    slowest = {}
    for name, (ours, bare) in indicators.against_talib(data).items():
        pairs = [(indicators.milliseconds(ours), indicators.milliseconds(bare)) for _ in range(RUNS)]
        slowest[name] = round(statistics.median(own / other for own, other in pairs), 2)
    alone = {
        name: round(statistics.median(indicators.milliseconds(work) for _ in range(RUNS)), 2)
        for name, work in indicators.by_themselves(data).items()
    }
    return {
        "full_set_of_measures_to_quantstats": {**measures.metrics(), "ratio_at_least": 100},
        "xirr_of_10000_flows_to_pyxirr": measures.xirr(True),
        "indicators_to_talib": {"most": max(slowest.values()), "at_most": 1.5, **slowest},
        "indicators_by_themselves_milliseconds": {"most": max(alone.values()), "at_most": 5, **alone},
        "lots": {
            "per_second_at_least": 150_000,
            "time_at_all_to_time_at_a_tenth_at_most": 1.3,
            **lots.figures_of(transactions, seed),
        },
    }


def main() -> None:
    """Run the comparisons and print one JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transactions", type=int, default=100_000)
    parser.add_argument("--instruments", type=int, default=500)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="the engine alone")
    options = parser.parse_args()
    one_core()
    keep_memory()
    market = make_market(options.instruments, options.years, options.seed)
    rows = make_ledger(market, options.transactions, options.seed)
    figures: Figures = {
        "benchmark": "engine",
        "transactions": options.transactions,
        "instruments": options.instruments,
        "years": options.years,
        "matrices": matrices(market, rows),
        "one_trade": one_trade(market, options.transactions, options.seed),
        "page": against_plain_loop(
            min(options.transactions, 10_000), min(options.instruments, 200), min(options.years, 10), options.seed
        ),
    }
    if not options.quick:
        figures["others"] = others(options.transactions, options.seed)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
