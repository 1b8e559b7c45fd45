"""Trend followers drawn over the price, in its unit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import talib

from dashboard.domain.arrays import Floats, Mask
from dashboard.domain.indicators.bars import Line, Prices, factor, highest, line, lines, lowest, whole
from dashboard.domain.indicators.ratchet import ratchet
from dashboard.errors import InvalidInput


class Ichimoku(NamedTuple):
    """Conversion and base line, the two edges of the cloud (shifted ahead), the close shifted back."""

    conversion: Line
    base: Line
    span_a: Line
    span_b: Line
    lagging: Line


class Supertrend(NamedTuple):
    """The stop that follows the price, and 1 while the trend is up, −1 while it is down."""

    line: Line
    direction: Line


def ichimoku(
    high: Prices,
    low: Prices,
    close: Prices,
    conversion: int = 9,
    base: int = 26,
    span: int = 52,
    displacement: int = 26,
) -> Ichimoku:
    """Ichimoku cloud of midpoints M(n) = (highest high + lowest low)/2 of n bars.

    Conversion M(conversion), base M(base); span A = (conversion + base)/2 and span B = M(span), both ``displacement``
    bars ahead of the bars they are made of; lagging: the close ``displacement`` bars later, NaN in the last ones.
    Warm-up: n − 1 bars, for the spans and ``displacement`` more. All 1 or more. Unit: of the price.
    Source: StockCharts ChartSchool, Ichimoku Cloud (Hosoda).
    """
    conversion, base, span = whole(conversion, 1, "conversion"), whole(base, 1, "base"), whole(span, 1, "span")
    shift = whole(displacement, 1, "displacement")

    def compute(tops: Floats, bottoms: Floats, closes: Floats) -> tuple[Floats, ...]:
        turning, standard, wide = (_middle(tops, bottoms, length) for length in (conversion, base, span))
        return turning, standard, _ahead((turning + standard) / 2.0, shift), _ahead(wide, shift), _back(closes, shift)

    return Ichimoku(*lines(compute, 1, high, low, close, count=5))


def parabolic_sar(high: Prices, low: Prices, acceleration: float = 0.02, maximum: float = 0.2) -> Line:
    """Parabolic stop and reverse: SAR ← SAR + AF · (extreme − SAR), AF up by ``acceleration`` to ``maximum``.

    Warm-up: one bar; the first trend is that of the first directional movement. Unit: of the price.
    Source: Wilder, New Concepts in Technical Trading Systems, section II.
    """
    acceleration, maximum = factor(acceleration, "acceleration"), factor(maximum, "maximum")
    if maximum < acceleration:
        raise InvalidInput("The maximum must not be below the acceleration.", field="maximum")
    return line(lambda tops, bottoms: talib.SAR(tops, bottoms, acceleration, maximum), 2, high, low)


def supertrend(high: Prices, low: Prices, close: Prices, length: int = 10, multiplier: float = 3.0) -> Supertrend:
    """Supertrend: (H + L)/2 ± ``multiplier`` · ATR(``length``), each band moving only towards the price until broken.

    The line is the lower band while the trend is up, the upper one while it is down; a close beyond the upper band of
    the bar turns it up, one beyond the lower band down. It starts up. Warm-up: ``length`` (1 or more) bars. Unit: of
    the price; the direction is 1 or −1. Source: Seban, Tout le monde mérite d'être riche, as TradingView has it.
    """
    length, multiplier = whole(length, 1), factor(multiplier, "multiplier")

    def compute(tops: Floats, bottoms: Floats, closes: Floats) -> tuple[Floats, ...]:
        found = np.empty((2, len(tops)))
        found[:, :length] = np.nan
        upper, lower = found[:, length:]
        reach = talib.ATR(tops, bottoms, closes, length)[length:]
        reach *= multiplier
        np.add(tops[length:], bottoms[length:], out=lower)
        lower *= 0.5
        np.add(lower, reach, out=upper)
        lower -= reach
        ratchet(upper, lower, closes[length:])
        up = _direction(closes[length:], upper, lower)
        np.copyto(upper, lower, where=up)
        lower.fill(-1.0)
        lower[up] = 1.0
        return found[0], found[1]

    return Supertrend(*lines(compute, length + 1, high, low, close, count=2))


def _direction(closes: Floats, upper: Floats, lower: Floats) -> Mask:
    """Whether the trend is up, shape (n,): the last band that a close went beyond decides; up before the first."""
    beyond = (closes > upper).view(np.int8) - (closes < lower).view(np.int8)
    turns = np.flatnonzero(beyond)
    up: Mask = np.ones(len(closes), np.bool_)
    if len(turns):
        up[turns[0] :] = np.repeat(beyond[turns] > 0, np.diff(turns, append=len(closes)))
    return up


def _middle(tops: Floats, bottoms: Floats, length: int) -> Floats:
    if length > len(tops):
        return np.full(len(tops), np.nan)
    return (highest(tops, length) + lowest(bottoms, length)) * 0.5


def _ahead(values: Floats, shift: int) -> Floats:
    moved = np.full(len(values), np.nan)
    moved[shift:] = values[: max(len(values) - shift, 0)]
    return moved


def _back(values: Floats, shift: int) -> Floats:
    moved = np.full(len(values), np.nan)
    moved[: max(len(values) - shift, 0)] = values[shift:]
    return moved
