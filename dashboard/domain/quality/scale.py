"""Prices a hundred times too large or small: pence and pounds mixed up, for one bar, a run, or one of its prices."""

from __future__ import annotations

import math

import numpy as np

from dashboard.domain.arrays import Floats, date_of
from dashboard.domain.quality.findings import Finding, FindingKind, MendedBar
from dashboard.domain.quality.levels import believed_height, heights, lowered, steps_of
from dashboard.domain.quality.observed import ObservedSeries

MINOR_PER_MAJOR = 100.0
# The day's own move comes on top of the slip. No sound price moves by two thirds of a hundred times.
SLIP_TOLERANCE = math.log(1.5)
CERTAIN, PROBABLE = 0.99, 0.9


def scale_factors(series: ObservedSeries) -> Floats:
    """What brings each close to the scale that is believed, shape (n,); ones where it is there."""
    if len(series) < 2:
        return np.ones(len(series))
    step = math.log(MINOR_PER_MAJOR)
    steps = steps_of(np.diff(series.log_levels()), step, SLIP_TOLERANCE)
    if not steps.any():
        return np.ones(len(series))
    standing = heights(steps)
    off = lowered(standing, believed_height(standing, series.volume))
    return np.asarray(np.power(MINOR_PER_MAJOR, -off.astype(np.float64)), dtype=np.float64)


def cell_factors(prices: Floats, closes: Floats) -> Floats:
    """What brings an open, high or low to the scale of its bar's close, shape (n,); ones where none is needed."""
    with np.errstate(invalid="ignore"):
        gaps = np.log(closes / prices)
    gaps = np.where(np.isfinite(gaps), gaps, 0.0)
    steps = steps_of(gaps, math.log(MINOR_PER_MAJOR), SLIP_TOLERANCE)
    return np.asarray(np.power(MINOR_PER_MAJOR, steps.astype(np.float64)), dtype=np.float64)


def scale_findings(series: ObservedSeries, factors: Floats) -> list[Finding]:
    """A finding for each bar of which the close, or another price of the bar, is off by hundreds."""
    closes = series.close * factors
    cells = {name: getattr(series, name) for name in ("open", "high", "low")}
    mended = {name: prices * cell_factors(prices, closes) for name, prices in cells.items()}
    wrong_cell = np.zeros(len(series), dtype=np.bool_)
    for name, prices in cells.items():
        wrong_cell |= np.isfinite(prices) & (mended[name] != prices)
    found = []
    for index in np.flatnonzero((factors != 1.0) | wrong_cell).tolist():
        bar = MendedBar(
            float(mended["open"][index]),
            float(mended["high"][index]),
            float(mended["low"][index]),
            float(closes[index]),
            float(series.volume[index]),
        )
        names = [
            name
            for name, prices in cells.items()
            if np.isfinite(prices[index]) and mended[name][index] != prices[index]
        ]
        found.append(
            Finding(
                date_of(series.dates[index]),
                FindingKind.SCALE,
                float(series.close[index]),
                float(closes[index]),
                _reason(float(factors[index]), names),
                CERTAIN if series.volume[index] > 0 or factors[index] == 1.0 else PROBABLE,
                quarantines=True,
                mended=bar,
            )
        )
    return found


def _reason(factor: float, names: list[str]) -> str:
    if factor == 1.0:
        return f"The {' and '.join(names)} {'is' if len(names) == 1 else 'are'} not of the scale of the bar's close."
    times = factor if factor > 1 else 1 / factor
    size = "small" if factor > 1 else "large"
    return f"The close is {times:.0f} times too {size} beside the bars around it: two units of the currency are mixed."
