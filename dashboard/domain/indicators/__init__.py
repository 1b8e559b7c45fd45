"""Technical indicators on TA-Lib: arrays or pandas Series in, the same length out, NaN while warming up.

A missing bar (NaN or infinite in any input) is skipped: the indicator goes on over the bars that there are, and is NaN
in that one. A length that is merely longer than the data gives NaN throughout; one without meaning raises InvalidInput
with its ``field``. ``registry`` names them all for those who choose one by name.
"""

from dashboard.domain.indicators.averages import Macd, ema, macd, sma, wma
from dashboard.domain.indicators.bands import atr, bollinger, donchian, keltner
from dashboard.domain.indicators.bars import Bands, Line, Prices
from dashboard.domain.indicators.oscillators import Directional, Stochastic, adx, cci, directional, rsi, stochastic
from dashboard.domain.indicators.pivots import Pivots, pivots
from dashboard.domain.indicators.trend import Ichimoku, Supertrend, ichimoku, parabolic_sar, supertrend
from dashboard.domain.indicators.volume import mfi, obv, vwap

__all__ = [
    "Bands",
    "Directional",
    "Ichimoku",
    "Line",
    "Macd",
    "Pivots",
    "Prices",
    "Stochastic",
    "Supertrend",
    "adx",
    "atr",
    "bollinger",
    "cci",
    "directional",
    "donchian",
    "ema",
    "ichimoku",
    "keltner",
    "macd",
    "mfi",
    "obv",
    "parabolic_sar",
    "pivots",
    "rsi",
    "sma",
    "stochastic",
    "supertrend",
    "vwap",
    "wma",
]
