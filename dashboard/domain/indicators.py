"""Technical indicators on TA-Lib: arrays or pandas Series in, the same length out, NaN while warming up.

A bar without a price (NaN) is skipped: the indicator goes on over the bars that there are, and stays NaN there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import talib

from dashboard.domain.arrays import Floats
from dashboard.errors import InvalidInput

Prices = npt.ArrayLike | pd.Series
Line = Floats | pd.Series


class Macd(NamedTuple):
    """The difference of a fast and a slow average, its own average, and the difference of the two."""

    macd: Line
    signal: Line
    histogram: Line


class Bands(NamedTuple):
    """A band around a middle line."""

    upper: Line
    middle: Line
    lower: Line


def sma(close: Prices, length: int) -> Line:
    """Simple moving average of ``length`` bars."""
    _need(length, 1)
    return _lines(lambda prices: (talib.SMA(prices, length) if length > 1 else prices,), length, close)[0]


def ema(close: Prices, length: int) -> Line:
    """Exponential moving average, α = 2/(length + 1), started from the simple average of the first ``length`` bars."""
    _need(length, 1)
    return _lines(lambda prices: (talib.EMA(prices, length) if length > 1 else prices,), length, close)[0]


def rsi(close: Prices, length: int = 14) -> Line:
    """Relative strength index (Wilder), 0 to 100."""
    _need(length, 2)
    return _lines(lambda prices: (talib.RSI(prices, length),), length + 1, close)[0]


def macd(close: Prices, fast: int = 12, slow: int = 26, signal: int = 9) -> Macd:
    """Moving average convergence divergence: EMA(fast) − EMA(slow), its EMA(signal), and their difference."""
    _need(fast, 2)
    _need(signal, 1)
    if slow <= fast:
        raise InvalidInput("The slow average must be longer than the fast one.", field="slow")
    return Macd(*_lines(lambda prices: talib.MACD(prices, fast, slow, signal), slow + signal - 1, close, count=3))


def bollinger(close: Prices, length: int = 20, width: float = 2.0) -> Bands:
    """Simple moving average ± ``width`` population standard deviations of ``length`` bars."""
    _need(length, 2)
    return Bands(*_lines(lambda prices: talib.BBANDS(prices, length, width, width), length, close, count=3))


def atr(high: Prices, low: Prices, close: Prices, length: int = 14) -> Line:
    """Average true range (Wilder)."""
    _need(length, 1)
    return _lines(lambda *bars: (talib.ATR(bars[0], bars[1], bars[2], length),), length + 1, high, low, close)[0]


def _need(length: int, least: int) -> None:
    if length < least:
        raise InvalidInput(f"The length must be at least {least}.", field="length")


def _lines(compute: Callable[..., tuple[Floats, ...]], least: int, *inputs: Prices, count: int = 1) -> tuple[Line, ...]:
    """``compute`` on the bars that every input has; all NaN where there are fewer than ``least`` of them."""
    columns = [np.asarray(column, dtype=np.float64) for column in inputs]
    if len({column.shape for column in columns}) > 1:
        raise InvalidInput("The columns of the bars differ in length.", field="close")
    seen = ~np.logical_or.reduce([np.isnan(column) for column in columns])
    results = [np.full(len(columns[0]), np.nan) for _ in range(count)]
    if int(seen.sum()) >= least:
        for result, line in zip(results, compute(*(column[seen] for column in columns)), strict=True):
            result[seen] = line
    first = inputs[0]
    if isinstance(first, pd.Series):
        return tuple(pd.Series(result, index=first.index) for result in results)
    return tuple(results)
