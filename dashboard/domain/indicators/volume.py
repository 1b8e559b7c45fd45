"""Indicators that weigh the price by what was traded."""

from __future__ import annotations

import numpy as np
import talib

from dashboard.domain.arrays import Floats
from dashboard.domain.indicators.bars import Line, Prices, line, whole


def obv(close: Prices, volume: Prices) -> Line:
    """On-balance volume: the running sum of the volume, + on a higher close, − on a lower one, 0 on an equal one.

    No warm-up: it starts with the first bar's volume. Unit: of the volume; only its changes mean something.
    Source: Granville, New Key to Stock Market Profits.
    """
    return line(talib.OBV, 1, close, volume)


def mfi(high: Prices, low: Prices, close: Prices, volume: Prices, length: int = 14) -> Line:
    """Money flow index: 100 · P/(P + N), the sums over ``length`` (2+) bars of TP · volume where TP rose and fell.

    Warm-up: ``length`` bars. Unit: 0 to 100. Source: Quong and Soudack, Volume-Weighted RSI: Money Flow, TASC 7:3.
    """
    length = whole(length, 2)

    def compute(tops: Floats, bottoms: Floats, closes: Floats, traded: Floats) -> Floats:
        return talib.MFI(tops, bottoms, closes, traded, length)

    return line(compute, length + 1, high, low, close, volume)


def vwap(high: Prices, low: Prices, close: Prices, volume: Prices, length: int | None = None) -> Line:
    """Volume-weighted average price, Σ TP · volume/Σ volume, TP = (H + L + C)/3: since the first bar, or of ``length``.

    Warm-up: none, length − 1 bars with a ``length`` (1 or more); NaN while nothing has been traded. Unit: of the price.
    Source: Berkowitz, Logue and Noser, The Total Cost of Transactions on the NYSE, Journal of Finance 43:1.
    """
    window = None if length is None else whole(length, 1)

    def compute(tops: Floats, bottoms: Floats, closes: Floats, traded: Floats) -> Floats:
        money = talib.TYPPRICE(tops, bottoms, closes) * traded
        if window is None:
            paid, units = np.cumsum(money), np.cumsum(traded)
        else:
            paid, units = (talib.SUM(part, window) if window > 1 else part for part in (money, traded))
        found: Floats = np.divide(paid, units, out=np.full(len(paid), np.nan), where=units > 0.0)
        return found

    return line(compute, window or 1, high, low, close, volume)
