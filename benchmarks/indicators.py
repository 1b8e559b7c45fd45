"""How long indicators take over 100,000 bars: a ratio to bare TA-Lib where it has them, else ms.

``python -m benchmarks.indicators`` prints one JSON: medians of 5 of the fastest of three calls, in processor time, so
that what else the machine does counts less.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import talib
from talib._ta_lib import MA_Type

from dashboard.domain import indicators
from dashboard.domain.arrays import Floats

BARS, ROUNDS, CALLS = 100_000, 5, 3
MEAN = MA_Type.SMA
Timed = Callable[[], object]


def bars(count: int = BARS) -> dict[str, Floats]:
    """A random walk as high, low, close and volume."""
    random = np.random.default_rng(7)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, count)))
    reach = close * np.abs(random.normal(0.0, 0.006, (2, count)))
    volume = random.integers(1_000, 1_000_000, count).astype(np.float64)
    return {"high": close + reach[0], "low": close - reach[1], "close": close, "volume": volume}


def against_talib(data: dict[str, Floats]) -> dict[str, tuple[Timed, Timed]]:
    """Ours and bare TA-Lib's, by name."""
    h, l, c, v = data["high"], data["low"], data["close"], data["volume"]  # noqa: E741  as in every text on bars
    return {
        "sma": (lambda: indicators.sma(c, 20), lambda: talib.SMA(c, 20)),
        "ema": (lambda: indicators.ema(c, 20), lambda: talib.EMA(c, 20)),
        "wma": (lambda: indicators.wma(c, 20), lambda: talib.WMA(c, 20)),
        "bollinger": (lambda: indicators.bollinger(c, 20, 2.0), lambda: talib.BBANDS(c, 20, 2.0, 2.0)),
        "rsi": (lambda: indicators.rsi(c, 14), lambda: talib.RSI(c, 14)),
        "macd": (lambda: indicators.macd(c), lambda: talib.MACD(c, 12, 26, 9)),
        "stochastic": (
            lambda: indicators.stochastic(h, l, c, 14, 3, 3),
            lambda: talib.STOCH(h, l, c, 14, 3, MEAN, 3, MEAN),
        ),
        "atr": (lambda: indicators.atr(h, l, c, 14), lambda: talib.ATR(h, l, c, 14)),
        "adx": (lambda: indicators.adx(h, l, c, 14), lambda: talib.ADX(h, l, c, 14)),
        "cci": (lambda: indicators.cci(h, l, c, 20), lambda: talib.CCI(h, l, c, 20)),
        "obv": (lambda: indicators.obv(c, v), lambda: talib.OBV(c, v)),
        "mfi": (lambda: indicators.mfi(h, l, c, v, 14), lambda: talib.MFI(h, l, c, v, 14)),
        "parabolic_sar": (lambda: indicators.parabolic_sar(h, l), lambda: talib.SAR(h, l, 0.02, 0.2)),
    }


def by_themselves(data: dict[str, Floats]) -> dict[str, Timed]:
    """Those that TA-Lib has not."""
    h, l, c, v = data["high"], data["low"], data["close"], data["volume"]  # noqa: E741  as in every text on bars
    return {
        "keltner": lambda: indicators.keltner(h, l, c),
        "donchian": lambda: indicators.donchian(h, l),
        "vwap": lambda: indicators.vwap(h, l, c, v),
        "vwap_20": lambda: indicators.vwap(h, l, c, v, 20),
        "ichimoku": lambda: indicators.ichimoku(h, l, c),
        "supertrend": lambda: indicators.supertrend(h, l, c),
        "pivots": lambda: indicators.pivots(h, l, c),
        "pivots_camarilla": lambda: indicators.pivots(h, l, c, "camarilla"),
    }


def milliseconds(work: Timed) -> float:
    """Processor time of the fastest of a few calls."""
    spent = []
    for _ in range(CALLS):
        begun = time.thread_time()
        work()
        spent.append(time.thread_time() - begun)
    return min(spent) * 1000


def measured() -> dict[str, object]:
    """The ratios and the times."""
    data = bars()
    ratios = {
        name: statistics.median(milliseconds(ours) / milliseconds(bare) for _ in range(ROUNDS))
        for name, (ours, bare) in against_talib(data).items()
    }
    times = {
        name: statistics.median(milliseconds(work) for _ in range(ROUNDS)) for name, work in by_themselves(data).items()
    }
    return {
        "bars": BARS,
        "ratio_to_talib": {name: round(value, 3) for name, value in ratios.items()},
        "milliseconds": {name: round(value, 3) for name, value in times.items()},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(), indent=2) + "\n")
