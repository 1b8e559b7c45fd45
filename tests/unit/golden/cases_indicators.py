"""Indicators as published: ChartSchool's examples, TA-Lib's regression values, and bars that a hand can work out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dashboard.domain import indicators
from dashboard.domain.indicators import Line
from tests.golden import GoldenCase

CHARTSCHOOL = "StockCharts, ChartSchool"
RSI_CLOSES = [
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931,
    46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521,
    45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
]  # fmt: skip
RSI = {14: 70.53, 15: 66.32, 16: 66.55, 17: 69.41, 18: 66.36, 19: 57.97, 24: 54.71, 26: 39.99, 31: 33.08, 32: 37.77}
AVERAGE_CLOSES = [
    22.2734, 22.1940, 22.0847, 22.1741, 22.1840, 22.1344, 22.2337, 22.4323, 22.2436, 22.2933, 22.1542,
    22.3926, 22.3816, 22.6109, 23.3558, 24.0519, 23.7530, 23.8324, 23.9516, 23.6338, 23.8225, 23.8722,
    23.6537, 23.1870, 23.0976, 23.3260, 22.6805, 23.0976, 22.4025, 22.1725,
]  # fmt: skip
SMA = {9: 22.22, 10: 22.21, 14: 22.42, 15: 22.61, 20: 23.38, 29: 23.13}
EMA = {9: 22.22, 10: 22.21, 11: 22.24, 14: 22.52, 15: 22.80, 19: 23.34, 29: 22.92}
# TA_SREF_close_daily_ref_0, the first 40 of its 252 closes.
TALIB = "Fortier, TA-Lib"
TALIB_CLOSES = [
    91.5, 94.815, 94.375, 95.095, 93.78, 94.625, 92.53, 92.75, 90.315, 92.47, 96.125, 97.25, 98.5, 89.875, 91.0,
    92.815, 89.155, 89.345, 91.625, 89.875, 88.375, 87.625, 84.78, 83.0, 83.5, 81.375, 84.44, 89.25, 86.375,
    86.25, 85.25, 87.125, 85.815, 88.97, 88.47, 86.875, 86.815, 84.875, 84.19, 83.875,
]  # fmt: skip
# Bars for a hand: high, low, close, volume.
HAND = "Plain arithmetic"
HIGH, LOW = [10.0, 12.0, 13.0, 12.0, 15.0], [8.0, 9.0, 11.0, 10.0, 11.0]
CLOSE, VOLUME = [9.0, 11.0, 12.0, 11.0, 14.0], [100.0, 200.0, 300.0, 400.0, 500.0]


def at(place: int, line: Callable[[], Line]) -> Callable[[], float]:
    """The value of a line at one place."""
    return lambda: float(np.asarray(line())[place])


def _cases(
    name: str, source: str, line: Callable[[], Line], expected: dict[int, float], tolerance: float
) -> tuple[GoldenCase, ...]:
    return tuple(
        GoldenCase(f"{name}, bar {place + 1}", source, at(place, line), value, tolerance)
        for place, value in expected.items()
    )


PIVOTS = {
    "classic": {"pivot": 31 / 3, "r1": 38 / 3, "r2": 43 / 3, "r3": 50 / 3, "s1": 26 / 3, "s2": 19 / 3, "s3": 14 / 3},
    "fibonacci": {"r1": 31 / 3 + 0.382 * 4, "r2": 31 / 3 + 0.618 * 4, "r3": 43 / 3, "s1": 31 / 3 - 1.528},
    "camarilla": {"r1": 11 + 4.4 / 12, "r2": 11 + 4.4 / 6, "r3": 12.1, "r4": 13.2, "s4": 8.8},
}  # fmt: skip


def _pivot_cases() -> tuple[GoldenCase, ...]:
    """The bar with high 12, low 8 and close 11."""
    return tuple(
        GoldenCase(
            f"{method} pivot points, {level}",
            f"{CHARTSCHOOL}, Pivot Points, formulas of the method",
            lambda method=method, level=level: float(  # type: ignore[misc]  # bound early, by name
                np.asarray(getattr(indicators.pivots([12.0, 1.0], [8.0, 1.0], [11.0, 1.0], method), level))[1]
            ),
            value,
            1e-12,
        )
        for method, levels in PIVOTS.items()
        for level, value in levels.items()
    )


CASES = (
    *_cases("rsi 14", f"{CHARTSCHOOL}, RSI, table", lambda: indicators.rsi(RSI_CLOSES, 14), RSI, 0.0051),
    *_cases(
        "sma 10", f"{CHARTSCHOOL}, Moving Averages, table", lambda: indicators.sma(AVERAGE_CLOSES, 10), SMA, 0.0051
    ),
    *_cases(
        "ema 10", f"{CHARTSCHOOL}, Moving Averages, table", lambda: indicators.ema(AVERAGE_CLOSES, 10), EMA, 0.0051
    ),
    *_cases(
        "bollinger 20, upper", f"{TALIB}, ta_regtest, test_bbands.c", lambda: indicators.bollinger(TALIB_CLOSES).upper,
        {19: 98.0734}, 5.1e-5,
    ),
    *_cases(
        "bollinger 20, middle", f"{TALIB}, ta_regtest, test_bbands.c",
        lambda: indicators.bollinger(TALIB_CLOSES).middle, {19: 92.8910}, 5.1e-5,
    ),
    *_cases(
        "bollinger 20, lower", f"{TALIB}, ta_regtest, test_bbands.c", lambda: indicators.bollinger(TALIB_CLOSES).lower,
        {19: 87.7086}, 5.1e-5,
    ),
    *_cases(
        "macd 12 26 9", f"{TALIB}, ta_regtest, test_macd.c", lambda: indicators.macd(TALIB_CLOSES).macd,
        {33: -1.9738}, 5.1e-5,
    ),
    *_cases(
        "macd 12 26 9, signal", f"{TALIB}, ta_regtest, test_macd.c", lambda: indicators.macd(TALIB_CLOSES).signal,
        {33: -2.7071}, 5.1e-5,
    ),
    *_cases(
        "rsi 14 of TA-Lib's closes", f"{TALIB}, ta_regtest, test_rsi.c", lambda: indicators.rsi(TALIB_CLOSES, 14),
        {14: 49.14, 15: 52.32, 16: 46.07}, 0.01,
    ),
    *_cases(
        "wma 2 of TA-Lib's closes", f"{TALIB}, ta_regtest, test_ma.c", lambda: indicators.wma(TALIB_CLOSES, 2),
        {1: 93.71, 2: 94.52}, 0.0051,
    ),
    *_cases(
        "atr 2", f"{HAND}, true ranges 3, 2, 2, 4: mean(3, 2), then (2.5 + 2)/2, (2.25 + 4)/2",
        lambda: indicators.atr(HIGH, LOW, CLOSE, 2), {2: 2.5, 3: 2.25, 4: 3.125}, 1e-12,
    ),
    *_cases(
        "donchian 3, middle", f"{HAND}, highest 15 and lowest 10 of the last three bars",
        lambda: indicators.donchian(HIGH, LOW, 3).middle, {4: 12.5}, 1e-12,
    ),
    *_cases(
        "obv", f"{HAND}, 100 + 200 + 300 − 400 + 500", lambda: indicators.obv(CLOSE, VOLUME), {3: 200.0, 4: 700.0},
        1e-12,
    ),
    *_cases(
        "vwap", f"{HAND}, typical prices 9, 32/3, 12 over 600 units: (900 + 6400/3 + 3600)/600",
        lambda: indicators.vwap(HIGH, LOW, CLOSE, VOLUME), {2: (900 + 6400 / 3 + 3600) / 600}, 1e-12,
    ),
    *_cases(
        "vwap of two bars", f"{HAND}, typical prices 11 and 40/3 over 900 units: (4400 + 20000/3)/900",
        lambda: indicators.vwap(HIGH, LOW, CLOSE, VOLUME, 2), {4: (4400 + 20000 / 3) / 900}, 1e-12,
    ),
    *_cases(
        "mfi 3", f"{HAND}, typical prices rise to 32/3 and 12, fall to 11: 100·(6400/3 + 3600)/(6400/3 + 3600 + 4400)",
        lambda: indicators.mfi(HIGH, LOW, CLOSE, VOLUME, 3),
        {3: 100 * (6400 / 3 + 3600) / (6400 / 3 + 3600 + 4400)}, 1e-9,
    ),
    *_cases(
        "fast stochastic 3", f"{HAND}, close 14 in 10 to 15: 80, close 11 in 9 to 13: 50",
        lambda: indicators.stochastic(HIGH, LOW, CLOSE, 3, 1, 1).k, {3: 50.0, 4: 80.0}, 1e-12,
    ),
    *_cases(
        "cci 3", f"{HAND}, typical prices 12, 11, 40/3: mean 109/9, mean distance 22/27, last one 11/9 above",
        lambda: indicators.cci(HIGH, LOW, CLOSE, 3), {4: (11 / 9) / (0.015 * 22 / 27)}, 1e-9,
    ),
    *_cases(
        "ichimoku, conversion 3", f"{HAND}, (15 + 10)/2", lambda: indicators.ichimoku(HIGH, LOW, CLOSE, 3, 4, 5, 1)[0],
        {4: 12.5}, 1e-12,
    ),
    *_cases(
        "ichimoku, span A a bar ahead", f"{HAND}, of bar 4: ((13 + 9)/2 + (13 + 8)/2)/2",
        lambda: indicators.ichimoku(HIGH, LOW, CLOSE, 3, 4, 5, 1).span_a, {4: 10.75}, 1e-12,
    ),
    *_cases(
        "keltner 2, upper", f"{HAND}, EMA 2 of 9, 11, 12: 10 then 10 + 2·2/3, and twice the range of 2.5",
        lambda: indicators.keltner(HIGH, LOW, CLOSE, 2, 2.0, 2).upper, {2: 10 + 4 / 3 + 5.0}, 1e-12,
    ),
    *_pivot_cases(),
)  # fmt: skip
