"""How far back a view looks, and the day on which it begins."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import StrEnum


class Timeframe(StrEnum):
    """How far back a view looks."""

    DAY = "1D"
    WEEK = "5D"
    MONTH = "1M"
    QUARTER = "3M"
    HALF = "6M"
    YEAR_TO_DATE = "YTD"
    YEAR = "1Y"
    THREE_YEARS = "3Y"
    FIVE_YEARS = "5Y"
    MAX = "MAX"
    CUSTOM = "custom"


MONTHS = {
    Timeframe.MONTH: 1,
    Timeframe.QUARTER: 3,
    Timeframe.HALF: 6,
    Timeframe.YEAR: 12,
    Timeframe.THREE_YEARS: 36,
    Timeframe.FIVE_YEARS: 60,
}


def start_of(timeframe: Timeframe, end: date, first: date | None = None) -> date:
    """The first day of ``timeframe`` up to and with ``end``; ``first`` is where everything begins.

    A custom timeframe has days of its own: all there is stands in for it.
    """
    if timeframe in MONTHS:
        return months_before(end, MONTHS[timeframe]) + timedelta(days=1)
    if timeframe is Timeframe.YEAR_TO_DATE:
        return end.replace(month=1, day=1)
    if timeframe in (Timeframe.MAX, Timeframe.CUSTOM):
        return first or months_before(end, 600)
    return weekdays_before(end, 4 if timeframe is Timeframe.WEEK else 0)


def months_before(day: date, months: int) -> date:
    """The same day of the month, ``months`` earlier; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def weekdays_before(day: date, count: int) -> date:
    """The weekday ``count`` weekdays before ``day`` (before the Friday, where ``day`` is on a weekend)."""
    day -= timedelta(days=max(0, day.weekday() - 4))
    for _ in range(count):
        day -= timedelta(days=3 if day.weekday() == 0 else 1)
    return day
