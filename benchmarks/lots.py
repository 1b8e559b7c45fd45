"""Lots closed by every method against a bare loop of the same trades; prints one JSON line.

The trades are in one instrument: three purchases to a sale of about one lot, so that 100,000 trades leave 50,000 lots
open. ``growing`` goes through them from nothing; ``standing`` goes on from there with a purchase to a sale, so that all
of its trades meet 50,000 open lots. The loop adds what is bought to three totals and takes what is sold out of them
at its share, in Decimal, and keeps no lots. Garbage is collected as always. Medians of five runs that take turns.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from dashboard.domain.lots import LotBook
from dashboard.domain.transactions import ZERO, LotMethod

RUNS = 5
START, MIDDLE = date(2004, 1, 1), date(2014, 1, 1)

Trade = tuple[date, Decimal, Decimal | None, Decimal | None, str, tuple[str, ...] | None]


def make_trades(count: int, bought: int, seed: int, start: date, opened: Sequence[str] = ()) -> list[Trade]:
    """``bought`` purchases to a sale; a sale names one or two lots, of those ``opened`` before too."""
    draw = random.Random(seed)
    names = list(opened)
    trades: list[Trade] = []
    for number in range(count):
        day = start + timedelta(days=number * 3650 // count)
        if number % (bought + 1) < bought or not names:
            quantity = Decimal(draw.randint(900, 1100)) / 100
            cost = quantity * Decimal(draw.randint(5_000, 15_000)) / 100 + Decimal("4.95")
            names.append(f"{len(opened)}-{number}")
            trades.append((day, quantity, cost, cost * Decimal("1.0837"), names[-1], None))
        else:
            place = draw.randrange(len(names))
            names[place], names[-1] = names[-1], names[place]
            trades.append((day, Decimal(draw.randint(700, 899)) / 100, None, None, "", (names.pop(),)))
    return trades


def walk(book: LotBook, trades: Sequence[Trade], named: bool) -> None:
    """Go through the trades as a ledger does."""
    for day, quantity, cost, base_cost, lot_id, lot_ids in trades:
        if cost is not None:
            book.buy(day, quantity, cost=cost, lot_id=lot_id, base_cost=base_cost)
        else:
            book.sell(day, quantity, lot_ids if named else None)


def bare_loop(trades: Sequence[Trade]) -> None:
    """The same trades on three totals."""
    held = total = base_total = ZERO
    for _, quantity, cost, base_cost, _, _ in trades:
        if cost is not None and base_cost is not None:
            held += quantity
            total += cost
            base_total += base_cost
        else:
            total -= total * quantity / held
            base_total -= base_total * quantity / held
            held -= quantity


def rate(trades: Sequence[Trade], work: Callable[[], None]) -> float:
    """Trades a second of processor time."""
    gc.collect()
    started = time.process_time()
    work()
    return len(trades) / (time.process_time() - started)


def measured(method: LotMethod, small: Sequence[Trade], large: Sequence[Trade], more: Sequence[Trade]) -> list[float]:
    """Trades a second: a tenth of them, all of them, and as many again with the lots that these leave open."""
    named = method is LotMethod.SPECIFIC
    book = LotBook(method)
    return [
        rate(small, lambda: walk(LotBook(method), small, named)),
        rate(large, lambda: walk(book, large, named)),
        rate(more, lambda: walk(book, more, named)),
    ]


def figures_of(count: int, seed: int) -> dict[str, object]:
    """Trades a second of each method and of the loop, and the time a trade at ``count`` to that at a tenth."""
    small = make_trades(count // 10, 3, seed, START)
    large = make_trades(count, 3, seed, START)
    sold = {name for trade in large for name in trade[5] or ()}
    opened = [trade[4] for trade in large if trade[4] and trade[4] not in sold]
    more = make_trades(count, 1, seed + 1, MIDDLE, opened)
    loops: list[float] = []
    rates: dict[LotMethod, list[list[float]]] = {method: [] for method in LotMethod}
    for _ in range(RUNS):
        loops.append(rate(large, lambda: bare_loop(large)))
        for method, found in rates.items():
            found.append(measured(method, small, large, more))
    loop = statistics.median(loops)
    figures: dict[str, object] = {"trades": count, "loop_per_second": round(loop)}
    for method, found in rates.items():
        _, growing, standing = (statistics.median(column) for column in zip(*found, strict=True))
        figures[method.value] = {
            "growing_per_second": round(growing),
            "standing_per_second": round(standing),
            "of_loop": round(growing / loop, 3),
            "time_at_all_to_time_at_a_tenth": round(statistics.median(run[0] / run[1] for run in found), 2),
        }
    return figures


def main() -> None:
    """Run the comparison and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trades", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(json.dumps({"benchmark": "lots", **figures_of(options.trades, options.seed)}))


if __name__ == "__main__":
    main()
