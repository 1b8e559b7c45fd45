"""The bars within the last sessions, for the shortest timeframes: where there are any, and they are new enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.domain.arrays import date_of
from dashboard.domain.indicators.registry import Chosen
from dashboard.domain.intraday import BarInterval
from dashboard.results.indicators import IndicatorSeries
from dashboard.results.instruments import Bars, InstrumentDetail
from dashboard.services import indicators, market_data
from dashboard.web.state import Timeframe

# How long the bars of a timeframe are, and how many sessions it shows.
LENGTHS: Mapping[Timeframe, tuple[BarInterval, int]] = {
    Timeframe.DAY: (BarInterval.FIVE_MINUTES, 1),
    Timeframe.WEEK: (BarInterval.QUARTER_HOUR, 5),
}
FEWEST_BARS = 2
DAILY = "Daily bars: there are none within the day."


@dataclass(frozen=True, slots=True)
class ShortBars:
    """Bars within the last sessions, and ``every`` one that is kept, which warm indicators up."""

    interval: BarInterval
    bars: Bars
    every: Bars


def of_timeframe(detail: InstrumentDetail, timeframe: Timeframe, *, adjusted: bool) -> tuple[ShortBars | None, str]:
    """The bars that a timeframe shows with the clock that they are by; None, and why, where daily ones stand in."""
    if timeframe not in LENGTHS:
        return None, ""
    interval, sessions = LENGTHS[timeframe]
    every, zone = market_data.session_bars(detail.symbol, interval, adjusted=adjusted)
    days = np.unique(every.dates.astype("datetime64[D]"))
    if not len(days) or (detail.last_date is not None and date_of(days[-1]) < detail.last_date):
        return None, DAILY
    shown = slice(int(np.searchsorted(every.dates, days[-sessions:][0])), None)
    if len(every.dates[shown]) < FEWEST_BARS:
        return None, DAILY
    return ShortBars(interval, every.part(shown), every), f"{interval.minutes} minutes, {place_of(zone)} time"


def change(short: ShortBars, daily: Bars) -> float | None:
    """The change of the close since the daily close before the first bar, both split-adjusted where bars are."""
    before = int(np.searchsorted(daily.dates, short.bars.dates[0].astype("datetime64[D]"))) - 1
    start = float(daily.close[before]) if before >= 0 and short.bars.adjusted else float(short.bars.open[0])
    return float(short.bars.close[-1]) / start - 1.0 if np.isfinite(start) and start > 0 else None


def lines(short: ShortBars, wanted: Sequence[Chosen]) -> tuple[IndicatorSeries, ...]:
    """The indicators on the bars, warmed up by those of the sessions before."""
    return indicators.over(short.every, wanted) if wanted else ()


def place_of(zone: str) -> str:
    """``New York`` of ``America/New_York``."""
    return zone.rpartition("/")[2].replace("_", " ")
