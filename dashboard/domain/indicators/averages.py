"""Moving averages and what is made of two of them, in the unit of the input."""

from __future__ import annotations

from typing import NamedTuple

import talib

from dashboard.domain.arrays import Floats
from dashboard.domain.indicators.bars import Line, Prices, line, lines, whole
from dashboard.errors import InvalidInput


class Macd(NamedTuple):
    """The difference of a fast and a slow average, its own average, and the difference of the two."""

    macd: Line
    signal: Line
    histogram: Line


def sma(close: Prices, length: int) -> Line:
    """Simple moving average: mean of the last ``length`` (1 or more) closes.

    Warm-up: length − 1 bars. Unit: of the price. Source: Murphy, Technical Analysis of the Financial Markets, ch. 9.
    """
    length = whole(length, 1)
    return line(lambda prices: talib.SMA(prices, length) if length > 1 else prices.copy(), length, close)


def ema(close: Prices, length: int) -> Line:
    """Exponential moving average, Eₜ = Eₜ₋₁ + α·(Pₜ − Eₜ₋₁), α = 2/(length + 1), length 1 or more.

    Warm-up: length − 1 bars; the first value is the simple average of the first ``length`` closes. Unit: of the price.
    Source: Murphy, ch. 9; StockCharts ChartSchool, Moving Averages.
    """
    length = whole(length, 1)
    return line(lambda prices: talib.EMA(prices, length) if length > 1 else prices.copy(), length, close)


def wma(close: Prices, length: int) -> Line:
    """Linearly weighted moving average: weights 1, 2, …, ``length`` (1 or more), the last close the heaviest.

    Warm-up: length − 1 bars. Unit: of the price. Source: Murphy, ch. 9.
    """
    length = whole(length, 1)
    return line(lambda prices: talib.WMA(prices, length) if length > 1 else prices.copy(), length, close)


def macd(close: Prices, fast: int = 12, slow: int = 26, signal: int = 9) -> Macd:
    """Moving average convergence divergence: EMA(fast) − EMA(slow), its EMA(signal), and their difference.

    Warm-up: slow + signal − 2 bars, all three lines; both averages start at bar ``slow``. fast 2 or more, slow above
    it, signal 1 or more. Unit: of the price. Source: Appel, Technical Analysis: Power Tools for Active Investors.
    """
    fast, signal, slow = whole(fast, 2, "fast"), whole(signal, 1, "signal"), whole(slow, 2, "slow")
    if slow <= fast:
        raise InvalidInput("The slow average must be longer than the fast one.", field="slow")

    def compute(prices: Floats) -> tuple[Floats, ...]:
        found: tuple[Floats, ...] = talib.MACD(prices, fast, slow, signal)
        return found

    return Macd(*lines(compute, slow + signal - 1, close, count=3))
