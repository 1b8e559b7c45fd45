"""Every indicator by name, for pages, interface and command line: parameters with bounds, pane, unit, lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from dashboard.domain.indicators.averages import ema, macd, sma, wma
from dashboard.domain.indicators.bands import atr, bollinger, donchian, keltner
from dashboard.domain.indicators.bars import Line, Prices
from dashboard.domain.indicators.oscillators import cci, directional, rsi, stochastic
from dashboard.domain.indicators.pivots import pivots
from dashboard.domain.indicators.trend import ichimoku, parabolic_sar, supertrend
from dashboard.domain.indicators.volume import mfi, obv, vwap
from dashboard.errors import InvalidInput

Compute = Callable[..., "Line | tuple[Line, ...]"]


class Pane(StrEnum):
    """Where an indicator is drawn: over the price, or below it on a scale of its own."""

    OVERLAY = "overlay"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that an indicator takes, its default and its bounds; ``whole``: a number of bars."""

    name: str
    default: float
    least: float = 1
    most: float = 1000
    whole: bool = True

    def parsed(self, value: str | float) -> float:
        """The number that is meant. Raises InvalidInput outside the bounds."""
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not (isfinite(number) and self.least <= number <= self.most and (number.is_integer() or not self.whole)):
            kind = "a whole number" if self.whole else "a number"
            text = f"{self.name} must be {kind} from {self.least:g} to {self.most:g}, not {value}."
            raise InvalidInput(text, field=self.name)
        return int(number) if self.whole else number


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. ``inputs`` are columns of the bars, ``outputs`` its lines, ``levels`` what its pane marks."""

    name: str
    title: str
    short: str
    pane: Pane
    unit: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    compute: Compute
    levels: tuple[float, ...] = ()

    def lines(self, columns: Mapping[str, Prices], values: Mapping[str, float]) -> dict[str, Line]:
        """The lines by name, each as long as the columns. Raises InvalidInput for a bad parameter."""
        found = self.compute(*(columns[name] for name in self.inputs), **values)
        return dict(zip(self.outputs, found if isinstance(found, tuple) else (found,), strict=True))


@dataclass(frozen=True, slots=True)
class Chosen:
    """An indicator with its parameters; ``key`` is how an address names it: ``sma-50``, ``macd-12-26-9``."""

    indicator: Indicator
    values: tuple[float, ...]

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {parameter.name: value for parameter, value in zip(self.indicator.parameters, self.values, strict=True)}

    @property
    def key(self) -> str:
        """The name and the parameters."""
        return "-".join([self.indicator.name, *(f"{value:g}" for value in self.values)])

    @property
    def label(self) -> str:
        """What a reader calls it: ``SMA 50``."""
        numbers = ", ".join(f"{value:g}" for value in self.values)
        return f"{self.indicator.short} {numbers}" if numbers else self.indicator.short


def choose(name: str, given: Mapping[str, str | float] | None = None) -> Chosen:
    """The indicator ``name`` with what is ``given``, defaults else. Raises InvalidInput."""
    indicator = INDICATORS.get(name)
    if indicator is None:
        raise InvalidInput(f"There is no indicator {name}. There are: {', '.join(INDICATORS)}.", field="name")
    asked = dict(given or {})
    values = tuple(parameter.parsed(asked.pop(parameter.name, parameter.default)) for parameter in indicator.parameters)
    if asked:
        names = ", ".join(parameter.name for parameter in indicator.parameters) or "none"
        unknown = next(iter(asked))
        raise InvalidInput(f"{indicator.title} has no parameter {unknown}. It takes: {names}.", field=unknown)
    return Chosen(indicator, values)


def parse(key: str) -> Chosen:
    """The indicator that an address names; missing parameters are the defaults. Raises InvalidInput."""
    name, *numbers = key.strip().lower().split("-")
    indicator = INDICATORS.get(name)
    if indicator is not None and len(numbers) > len(indicator.parameters):
        raise InvalidInput(f"{indicator.title} takes {len(indicator.parameters)} parameters: {key}.", field="name")
    names = [parameter.name for parameter in indicator.parameters] if indicator else []
    return choose(name, dict(zip(names, numbers, strict=False)))


def _length(default: int, least: int = 2, name: str = "length") -> Parameter:
    return Parameter(name, default, least)


def _factor(name: str, default: float, least: float = 0.1, most: float = 10.0) -> Parameter:
    return Parameter(name, default, least, most, whole=False)


def _pivots(name: str, title: str, short: str, count: int) -> Indicator:
    def compute(high: Prices, low: Prices, close: Prices) -> tuple[Line, ...]:
        found = pivots(high, low, close, "classic" if name == "pivots" else name.removeprefix("pivots_"))  # type: ignore[arg-type]  # the three names below
        return tuple(found[: len(outputs)])

    outputs = ("pivot", "r1", "r2", "r3", "s1", "s2", "s3", "r4", "s4")[:count]
    return Indicator(name, title, short, Pane.OVERLAY, PRICE, HLC, outputs, (), compute)


PRICE, PERCENT, PLAIN, UNITS = "price", "0 to 100", "none", "volume"
C, HL, HLC, HLCV = ("close",), ("high", "low"), ("high", "low", "close"), ("high", "low", "close", "volume")
BAND = ("upper", "middle", "lower")
OVER, OWN = Pane.OVERLAY, Pane.OWN
_ALL = (
    Indicator("sma", "Simple moving average", "SMA", OVER, PRICE, C, ("sma",), (_length(50),), sma),
    Indicator("ema", "Exponential moving average", "EMA", OVER, PRICE, C, ("ema",), (_length(20),), ema),
    Indicator("wma", "Weighted moving average", "WMA", OVER, PRICE, C, ("wma",), (_length(20),), wma),
    Indicator(
        "bollinger", "Bollinger bands", "BB", OVER, PRICE, C, BAND, (_length(20), _factor("width", 2.0)), bollinger
    ),
    Indicator(
        "keltner", "Keltner channels", "KC", OVER, PRICE, HLC, BAND,
        (_length(20), _factor("multiplier", 2.0), _length(10, 1, "atr_length")), keltner,
    ),
    Indicator("donchian", "Donchian channel", "DC", OVER, PRICE, HL, BAND, (_length(20),), donchian),
    Indicator("vwap", "Volume-weighted average price", "VWAP", OVER, PRICE, HLCV, ("vwap",), (_length(20, 1),), vwap),
    Indicator(
        "ichimoku", "Ichimoku cloud", "Ichimoku", OVER, PRICE, HLC,
        ("conversion", "base", "span_a", "span_b", "lagging"),
        (_length(9, 1, "conversion"), _length(26, 1, "base"), _length(52, 1, "span"), _length(26, 1, "displacement")),
        ichimoku,
    ),
    Indicator(
        "parabolic_sar", "Parabolic SAR", "SAR", OVER, PRICE, HL, ("sar",),
        (_factor("acceleration", 0.02, 0.001, 1.0), _factor("maximum", 0.2, 0.001, 1.0)), parabolic_sar,
    ),
    Indicator(
        "supertrend", "Supertrend", "Supertrend", OVER, PRICE, HLC, ("line", "direction"),
        (_length(10, 1), _factor("multiplier", 3.0)), supertrend,
    ),
    _pivots("pivots", "Pivot points, classic", "Pivots", 7),
    _pivots("pivots_fibonacci", "Pivot points, Fibonacci", "Pivots Fib", 7),
    _pivots("pivots_camarilla", "Pivot points, Camarilla", "Pivots Cam", 9),
    Indicator("rsi", "Relative strength index", "RSI", OWN, PERCENT, C, ("rsi",), (_length(14),), rsi, (30.0, 70.0)),
    Indicator(
        "macd", "MACD", "MACD", OWN, PRICE, C, ("macd", "signal", "histogram"),
        (_length(12, 2, "fast"), _length(26, 2, "slow"), _length(9, 1, "signal")), macd, (0.0,),
    ),
    Indicator(
        "stochastic", "Stochastic oscillator", "Stochastic", OWN, PERCENT, HLC, ("k", "d"),
        (_length(14, 1), _length(3, 1, "smooth"), _length(3, 1, "signal")), stochastic, (20.0, 80.0),
    ),
    Indicator("atr", "Average true range", "ATR", OWN, PRICE, HLC, ("atr",), (_length(14, 1),), atr),
    Indicator(
        "adx", "Average directional index", "ADX", OWN, PERCENT, HLC, ("adx", "plus", "minus"), (_length(14),),
        directional, (25.0,),
    ),
    Indicator("cci", "Commodity channel index", "CCI", OWN, PLAIN, HLC, ("cci",), (_length(20),), cci, (-100.0, 100.0)),
    Indicator("obv", "On-balance volume", "OBV", OWN, UNITS, ("close", "volume"), ("obv",), (), obv),
    Indicator("mfi", "Money flow index", "MFI", OWN, PERCENT, HLCV, ("mfi",), (_length(14),), mfi, (20.0, 80.0)),
)  # fmt: skip
INDICATORS: Mapping[str, Indicator] = {indicator.name: indicator for indicator in _ALL}
