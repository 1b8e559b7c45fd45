"""Pivot points: levels of a bar that follow from the bar before it, in the unit of the price."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from dashboard.domain.arrays import Floats
from dashboard.domain.indicators.bars import Line, Prices, lines
from dashboard.errors import InvalidInput

PivotMethod = Literal["classic", "fibonacci", "camarilla"]
Level = tuple[str, float]
NOTHING: tuple[Level, Level] = (("P", float("nan")), ("P", float("nan")))
# Where each level starts and how many ranges away it is, in the order of the fields of Pivots.
# H + 2(P − L) = 2P − L + R and L − 2(H − P) = 2P − H − R.
LEVELS: dict[str, tuple[Level, ...]] = {
    "classic": (("2P-L", 0.0), ("P", 1.0), ("2P-L", 1.0), ("2P-H", 0.0), ("P", -1.0), ("2P-H", -1.0), *NOTHING),
    "fibonacci": (
        *(("P", share) for share in (0.382, 0.618, 1.0)),
        *(("P", -share) for share in (0.382, 0.618, 1.0)),
        *NOTHING,
    ),
    "camarilla": (
        *(("C", 1.1 / part) for part in (12, 6, 4)),
        *(("C", -1.1 / part) for part in (12, 6, 4)),
        ("C", 1.1 / 2),
        ("C", -1.1 / 2),
    ),
}


class Pivots(NamedTuple):
    """The pivot, resistances above it and supports below it; the fourth ones exist by Camarilla alone, NaN else."""

    pivot: Line
    r1: Line
    r2: Line
    r3: Line
    s1: Line
    s2: Line
    s3: Line
    r4: Line
    s4: Line


def pivots(high: Prices, low: Prices, close: Prices, method: PivotMethod = "classic") -> Pivots:
    """Levels of each bar from high, low and close of the one before it, P = (H + L + C)/3, range R = H − L.

    Classic: 2P − L, P + R, H + 2(P − L) above, 2P − H, P − R, L − 2(H − P) below. Fibonacci: P ± 0.382, 0.618, 1 · R.
    Camarilla: C ± 1.1 R/12, /6, /4, /2. Warm-up: one bar. Unit: of the price.
    Source: StockCharts ChartSchool, Pivot Points; Camarilla: Scott, Surefire Trading.
    """
    if method not in LEVELS:
        raise InvalidInput(f"Pivots are classic, fibonacci or camarilla, not {method}.", field="method")

    def compute(tops: Floats, bottoms: Floats, closes: Floats) -> tuple[Floats, ...]:
        found = np.empty((len(Pivots._fields), len(closes)))  # one block: large ones are slow to get
        found[:, 0] = np.nan
        before = (tops[:-1], bottoms[:-1], closes[:-1])
        pivot = np.add(before[0], before[1], out=found[0, 1:])
        pivot += before[2]
        pivot /= 3.0
        spread = before[0] - before[1]
        for row, (name, share) in zip(found[1:, 1:], LEVELS[method], strict=True):
            _level(row, name, share, (*before, pivot), spread)
        return tuple(found)

    return Pivots(*lines(compute, 1, high, low, close, count=len(Pivots._fields)))


def _level(row: Floats, start: str, share: float, bar: tuple[Floats, Floats, Floats, Floats], spread: Floats) -> None:
    """``row`` = the start + share · (H − L); of the classic method's first levels, start = 2P − L or 2P − H."""
    tops, bottoms, closes, pivot = bar
    np.multiply(spread, share, out=row)
    if start == "P":
        row += pivot
    elif start == "C":
        row += closes
    else:
        row += pivot
        row += pivot
        row -= bottoms if start == "2P-L" else tops
