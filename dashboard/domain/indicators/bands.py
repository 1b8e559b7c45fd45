"""Bands and channels around the price, in its unit."""

from __future__ import annotations

import numpy as np
import talib

from dashboard.domain.arrays import Floats
from dashboard.domain.indicators.bars import Bands, Line, Prices, factor, highest, line, lines, lowest, whole


def bollinger(close: Prices, length: int = 20, width: float = 2.0) -> Bands:
    """Simple moving average ± ``width`` population standard deviations (n, not n − 1) of ``length`` (2 or more) closes.

    Warm-up: length − 1 bars. Unit: of the price. Source: Bollinger, Bollinger on Bollinger Bands, ch. 7.
    """
    length, width = whole(length, 2), factor(width, "width")

    def compute(prices: Floats) -> tuple[Floats, ...]:
        found: tuple[Floats, ...] = talib.BBANDS(prices, length, width, width)
        return found

    return Bands(*lines(compute, length, close, count=3))


def atr(high: Prices, low: Prices, close: Prices, length: int = 14) -> Line:
    """Average true range: Wilder's mean of max(H, C₋₁) − min(L, C₋₁), started from the mean of the first ``length``.

    Warm-up: ``length`` (1 or more) bars, for the first has no close before it. Unit: of the price.
    Source: Wilder, New Concepts in Technical Trading Systems, section III.
    """
    length = whole(length, 1)
    return line(lambda tops, bottoms, closes: talib.ATR(tops, bottoms, closes, length), length + 1, high, low, close)


def keltner(
    high: Prices, low: Prices, close: Prices, length: int = 20, multiplier: float = 2.0, atr_length: int = 10
) -> Bands:
    """Keltner channels: EMA(close, ``length``) ± ``multiplier`` · ATR(``atr_length``).

    Warm-up: max(length − 1, atr_length) bars, all three lines. Unit: of the price.
    Source: StockCharts ChartSchool, Keltner Channels (Raschke's version of Keltner's).
    """
    length, atr_length = whole(length, 2), whole(atr_length, 1, "atr_length")
    multiplier = factor(multiplier, "multiplier")

    def compute(tops: Floats, bottoms: Floats, closes: Floats) -> tuple[Floats, ...]:
        middle = talib.EMA(closes, length)
        middle[:atr_length] = np.nan  # one warm-up for all three
        reach = multiplier * talib.ATR(tops, bottoms, closes, atr_length)
        return middle + reach, middle, middle - reach

    return Bands(*lines(compute, max(length, atr_length + 1), high, low, close, count=3))


def donchian(high: Prices, low: Prices, length: int = 20) -> Bands:
    """Donchian channel: the highest high and the lowest low of ``length`` (1 or more) bars, this one too; their mean.

    Warm-up: length − 1 bars. Unit: of the price. Source: StockCharts ChartSchool, Price Channels.
    """
    length = whole(length, 1)

    def compute(tops: Floats, bottoms: Floats) -> tuple[Floats, ...]:
        upper, lower = highest(tops, length), lowest(bottoms, length)
        return upper, (upper + lower) / 2.0, lower

    return Bands(*lines(compute, length, high, low, count=3))
