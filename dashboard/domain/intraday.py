"""Bars within a day: their intervals, for how long they are kept, and longer bars made of shorter ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.domain.arrays import Floats

Moments = npt.NDArray[np.datetime64]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BarInterval(StrEnum):
    """How much time a bar covers."""

    MINUTE = "1m"
    FIVE_MINUTES = "5m"
    QUARTER_HOUR = "15m"
    HALF_HOUR = "30m"
    HOUR = "1h"

    @property
    def minutes(self) -> int:
        """Its length."""
        return MINUTES[self]

    @property
    def length(self) -> np.timedelta64:
        """Its length, timedelta64[s]."""
        return np.timedelta64(60 * MINUTES[self], "s")


MINUTES: Mapping[BarInterval, int] = {
    BarInterval.MINUTE: 1,
    BarInterval.FIVE_MINUTES: 5,
    BarInterval.QUARTER_HOUR: 15,
    BarInterval.HALF_HOUR: 30,
    BarInterval.HOUR: 60,
}
# No source has them for longer, and nothing shows shorter bars over longer times.
MOST_DAYS: Mapping[BarInterval, int] = {
    BarInterval.MINUTE: 30,
    BarInterval.FIVE_MINUTES: 60,
    BarInterval.QUARTER_HOUR: 60,
    BarInterval.HALF_HOUR: 60,
    BarInterval.HOUR: 730,
}


@dataclass(frozen=True, slots=True)
class IntradayBars:
    """Bars by the moment at which each begins (datetime64[s], UTC, ascending and unique), arrays of one length.

    ``close`` is finite and positive; ``open``, ``high``, ``low`` and ``volume`` are NaN where the source gave none.
    """

    at: Moments
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, index: slice | npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> IntradayBars:
        return IntradayBars(
            self.at[index],
            self.open[index],
            self.high[index],
            self.low[index],
            self.close[index],
            self.volume[index],
        )


def no_bars() -> IntradayBars:
    """None."""
    nothing = np.empty(0)
    return IntradayBars(np.empty(0, dtype="datetime64[s]"), nothing, nothing, nothing, nothing, nothing)


def local_times(at: Moments, zone: str) -> Moments:
    """Moments (UTC) as the clocks of ``zone`` show them, datetime64[s]."""
    return pd.DatetimeIndex(at).tz_localize("UTC").tz_convert(zone).tz_localize(None).to_numpy().astype("datetime64[s]")


def zoned(at: Moments, zone: str) -> list[datetime]:
    """Moments (UTC) by the clock of a time zone, aware."""
    clock = ZoneInfo(zone)
    return [moment.replace(tzinfo=UTC).astimezone(clock) for moment in at.astype("datetime64[s]").tolist()]


def kept_days(interval: BarInterval, wanted: int) -> int:
    """For how many days bars of ``interval`` are kept where ``wanted`` are asked for."""
    return min(wanted, MOST_DAYS[interval])


def aligned(moment: datetime, interval: BarInterval) -> datetime:
    """The first moment from ``moment`` on, UTC, at which a bar of ``interval`` of the hour begins."""
    length = timedelta(minutes=interval.minutes)
    return _EPOCH - (_EPOCH - moment) // length * length


def coarser(bars: IntradayBars, interval: BarInterval) -> IntradayBars:
    """First open, highest high, lowest low, last close and all the volume of each ``interval`` of the hour.

    Open, high and low that a source did not give count as the close; a volume is NaN where no bar of it has one.
    """
    if not len(bars):
        return bars
    keys = bars.at.astype("datetime64[s]").astype(np.int64) // (60 * interval.minutes)
    starts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    ends = np.append(starts[1:], len(bars)) - 1
    known = np.add.reduceat(np.isfinite(bars.volume).astype(np.int64), starts) > 0
    return IntradayBars(
        at=(keys[starts] * 60 * interval.minutes).astype("datetime64[s]"),
        open=_filled(bars.open, bars.close)[starts],
        high=np.maximum.reduceat(_filled(bars.high, bars.close), starts),
        low=np.minimum.reduceat(_filled(bars.low, bars.close), starts),
        close=bars.close[ends],
        volume=np.where(known, np.add.reduceat(np.nan_to_num(bars.volume), starts), np.nan),
    )


def _filled(values: Floats, closes: Floats) -> Floats:
    return np.where(np.isfinite(values), values, closes)
