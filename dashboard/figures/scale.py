"""Axes: round ticks with compact labels, and how often a time axis names a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import ceil, floor, isfinite, log10

from dashboard.figures.colors import Figure
from dashboard.formatting.numbers import DEFAULT_LOCALE, compact, percent

NOISE = 1e-6
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
MOST_DIGITS = 8
DAYS_AND_TICKS: tuple[tuple[int, str | int, str], ...] = (
    (12, 86_400_000, "%d %b"),
    (70, 604_800_000, "%d %b"),
    (500, "M1", "%b ’%y"),
    (1200, "M3", "%b ’%y"),
    (2500, "M6", "%b ’%y"),
    (5500, "M12", "%Y"),
    (12000, "M24", "%Y"),
)
WIDEST_TICKS = ("M60", "%Y")
COMPACT_EVERY: dict[str | int, str | int] = {
    86_400_000: 172_800_000, 604_800_000: 1_209_600_000,
    "M1": "M3", "M3": "M6", "M6": "M12", "M12": "M24", "M24": "M48", "M60": "M120",
}  # fmt: skip


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """About ``count`` round numbers between ``low`` and ``high``; none where there is no span."""
    if not (isfinite(low) and isfinite(high)) or high <= low or count < 1:
        return []
    raw = (high - low) / count
    magnitude = 10.0 ** floor(log10(raw))
    step = next(factor * magnitude for factor in STEPS if factor * magnitude >= raw * (1 - 1e-9))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [float(f"{index * step:.12g}") + 0.0 for index in range(first, last + 1)]  # no tick is −0


def without_near(ticks: Sequence[float], value: float | None, distance: float) -> list[float]:
    """The ticks that a tag at ``value`` does not cover."""
    return [tick for tick in ticks if value is None or abs(tick - value) > distance]


def money_labels(ticks: Sequence[float], currency: str, locale: str = DEFAULT_LOCALE) -> list[str]:
    """``€1.15M``: three significant digits, more where a tick needs them."""
    digits = _significant_digits(ticks)
    return [compact(tick, currency, digits=digits, locale=locale) for tick in ticks]


def percent_labels(ticks: Sequence[float], locale: str = DEFAULT_LOCALE) -> list[str]:
    """``−10%``: as few decimals as say every tick exactly."""
    decimals = next((few for few in range(MOST_DIGITS) if all(_says(tick, few + 2) for tick in ticks)), MOST_DIGITS)
    return [percent(tick, decimals, signed=True, locale=locale) for tick in ticks]


def price_labels(ticks: Sequence[float], locale: str = DEFAULT_LOCALE) -> list[str]:
    """Prices without a currency, which stands above the chart."""
    digits = _significant_digits(ticks)
    return [compact(tick, digits=digits, locale=locale) for tick in ticks]


def date_ticks(first: dt.date, last: dt.date, *, narrow: bool = False) -> Figure:
    """How often a time axis between two days names a date, and how."""
    days = (last - first).days
    every, form = next(((tick, form) for limit, tick, form in DAYS_AND_TICKS if days <= limit), WIDEST_TICKS)
    return {"dtick": COMPACT_EVERY.get(every, every) if narrow else every, "tickformat": form}


def padded(low: float, high: float) -> tuple[float, float]:
    """``low`` and ``high``, apart from each other even where they are one number but for what rounding leaves."""
    if high - low > NOISE * abs(high):
        return low, high
    margin = abs(high) * 0.02 or 1.0
    return low - margin, high + margin


def _significant_digits(ticks: Sequence[float]) -> int:
    return next(
        (few for few in range(3, MOST_DIGITS) if all(float(f"{tick:.{few}g}") == tick for tick in ticks)), MOST_DIGITS
    )


def _says(tick: float, decimals: int) -> bool:
    return abs(round(tick, decimals) - tick) < 10.0 ** -(decimals + 3)
