"""Daily bars as bars of a week or a month."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from dashboard.results.instruments import Bars

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


class Interval(StrEnum):
    """How much time a bar covers."""

    DAY = "D"
    WEEK = "W"
    MONTH = "M"


def by_interval(bars: Bars, interval: Interval) -> Bars:
    """First open, highest high, lowest low, last close and all the volume of each week (Monday on) or month.

    A bar carries the day of its last close. Open, high and low that a source did not give count as the close; a volume
    is NaN where no day of the bar has one.
    """
    if interval is Interval.DAY or not len(bars.dates):
        return bars
    starts = _starts(bars.dates, interval)
    ends = np.append(starts[1:], len(bars.dates)) - 1
    known = np.add.reduceat(np.isfinite(bars.volume).astype(int), starts) > 0
    volume = np.add.reduceat(np.nan_to_num(bars.volume), starts)
    return replace(
        bars,
        dates=bars.dates[ends],
        open=_filled(bars.open, bars.close)[starts],
        high=np.maximum.reduceat(_filled(bars.high, bars.close), starts),
        low=np.minimum.reduceat(_filled(bars.low, bars.close), starts),
        close=bars.close[ends],
        volume=np.where(known, volume, np.nan),
    )


def _starts(days: npt.NDArray[np.datetime64], interval: Interval) -> Indices:
    """Indices of the first bar of each week or month."""
    if interval is Interval.MONTH:
        keys = days.astype("datetime64[M]").astype(int)
    else:
        keys = (days.astype("datetime64[D]").astype(int) + 3) // 7  # 1970-01-01 was a Thursday
    return np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))


def _filled(values: Floats, closes: Floats) -> Floats:
    return np.where(np.isfinite(values), values, closes)
