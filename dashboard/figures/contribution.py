"""Which holdings moved the day: the largest gains and losses."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.results.holdings import HoldingsReport

EACH_SIDE = 3


@dataclass(frozen=True, slots=True)
class Contribution:
    """The day's gain of one holding in the portfolio's currency; ``share`` is of the largest one, with its sign."""

    symbol: str
    amount: float
    share: float


def contributions(report: HoldingsReport, each_side: int = EACH_SIDE) -> tuple[Contribution, ...]:
    """The largest gains, then the largest losses, best first; holdings that did not move are left out."""
    moved = sorted(
        ((item.day_change, item.symbol) for item in report.holdings if item.day_change), key=lambda entry: -entry[0]
    )
    gains = [entry for entry in moved if entry[0] > 0][:each_side]
    losses = [entry for entry in moved if entry[0] < 0][-each_side:]
    largest = max((abs(amount) for amount, _ in (*gains, *losses)), default=0.0)
    return tuple(Contribution(symbol, amount, amount / largest) for amount, symbol in (*gains, *losses))
