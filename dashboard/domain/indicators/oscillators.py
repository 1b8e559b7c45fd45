"""Oscillators: how fast and how far the price has moved, on a scale of their own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import talib
from talib._ta_lib import MA_Type

from dashboard.domain.arrays import Floats
from dashboard.domain.indicators.bars import Line, Prices, line, lines, whole


class Stochastic(NamedTuple):
    """The smoothed place of the close in the range, and its own average."""

    k: Line
    d: Line


class Directional(NamedTuple):
    """How strong the trend is, and the share of the moves up and down in the true range."""

    adx: Line
    plus: Line
    minus: Line


def rsi(close: Prices, length: int = 14) -> Line:
    """Relative strength index: 100 · U/(U + D), Wilder's means of the moves up and down of ``length`` (2+) bars.

    Warm-up: ``length`` bars, and for as long as the price has never moved: 0/0 is NaN, not 0. Unit: 0 to 100.
    Source: Wilder, New Concepts in Technical Trading Systems, section VI.
    """
    length = whole(length, 2)

    def compute(prices: Floats) -> Floats:
        found: Floats = talib.RSI(prices, length)
        if (prices[: length + 1] == prices[0]).all():
            moved = prices != prices[0]
            found[: int(moved.argmax()) if moved.any() else len(found)] = np.nan
        return found

    return line(compute, length + 1, close)


def stochastic(
    high: Prices, low: Prices, close: Prices, length: int = 14, smooth: int = 3, signal: int = 3
) -> Stochastic:
    """Stochastic oscillator: %K = SMA(100·(C − L)/(H − L), ``smooth``) of ``length`` bars, %D = SMA(%K, ``signal``).

    With ``smooth`` 1 the fast one. Warm-up: length + smooth + signal − 3 bars, both lines; a range without width counts
    as 0. Unit: 0 to 100. Source: Lane, Lane's Stochastics, TASC 2:3; StockCharts ChartSchool, Stochastic Oscillator.
    """
    length, smooth, signal = whole(length, 1), whole(smooth, 1, "smooth"), whole(signal, 1, "signal")

    def compute(tops: Floats, bottoms: Floats, closes: Floats) -> tuple[Floats, ...]:
        return talib.STOCH(tops, bottoms, closes, length, smooth, MA_Type.SMA, signal, MA_Type.SMA)

    return Stochastic(*lines(compute, length + smooth + signal - 2, high, low, close, count=2))


def adx(high: Prices, low: Prices, close: Prices, length: int = 14) -> Line:
    """Average directional index: Wilder's mean of 100 · |DI⁺ − DI⁻|/(DI⁺ + DI⁻), ``length`` 2 or more.

    Warm-up: 2 · length − 1 bars. Unit: 0 to 100.
    Source: Wilder, New Concepts in Technical Trading Systems, section IV.
    """
    length = whole(length, 2)
    return line(lambda tops, bottoms, closes: talib.ADX(tops, bottoms, closes, length), 2 * length, high, low, close)


def directional(high: Prices, low: Prices, close: Prices, length: int = 14) -> Directional:
    """The directional movement system: ADX with DI⁺ and DI⁻ = 100 · Wilder's sums of the moves ÷ of the true range.

    Warm-up: ``length`` bars for DI⁺ and DI⁻, 2 · length − 1 for the ADX; NaN throughout under 2 · length bars.
    Unit: 0 to 100. Source: Wilder, New Concepts in Technical Trading Systems, section IV.
    """
    length = whole(length, 2)

    def compute(tops: Floats, bottoms: Floats, closes: Floats) -> tuple[Floats, ...]:
        indices = (talib.ADX, talib.PLUS_DI, talib.MINUS_DI)
        return tuple(index(tops, bottoms, closes, length) for index in indices)

    return Directional(*lines(compute, 2 * length, high, low, close, count=3))


def cci(high: Prices, low: Prices, close: Prices, length: int = 20) -> Line:
    """Commodity channel index: (TP − SMA(TP))/(0.015 · mean |TP − SMA(TP)|) over ``length`` (2+) bars, TP = (H+L+C)/3.

    Warm-up: length − 1 bars; 0 where the typical price does not vary. Unit: none, mostly −200 to 200.
    Source: Lambert, Commodity Channel Index, Commodities, October 1980.
    """
    length = whole(length, 2)
    return line(lambda tops, bottoms, closes: talib.CCI(tops, bottoms, closes, length), length, high, low, close)
