"""Bars that are none: without a positive price, of a day to come, or a second one of a day."""

from __future__ import annotations

import math

import numpy as np

from dashboard.domain.arrays import date_of, day_of
from dashboard.domain.quality.findings import Finding, FindingKind
from dashboard.domain.quality.observed import ObservedSeries

# Two values of one day that differ by less tell the same price with other digits.
SAME_VALUE = 1e-6


def usable_rows(series: ObservedSeries) -> tuple[ObservedSeries, list[Finding]]:
    """The series in the order of its dates with one usable bar a day, and findings for those left out.

    Of two bars of one day the later one in the file is kept; where they differ, the day is held back.
    """
    series = series.chosen(np.argsort(series.dates, kind="stable"))
    future = series.dates > day_of(series.as_of)
    worthless = ~(np.isfinite(series.close) & (series.close > 0)) & ~future
    found = [_future(series, index) for index in np.flatnonzero(future).tolist()]
    found += [_worthless(series, index) for index in np.flatnonzero(worthless).tolist()]
    series = series.chosen(~(future | worthless))
    twice = np.flatnonzero(series.dates[:-1] == series.dates[1:])
    found += [finding for index in twice.tolist() if (finding := _second(series, index)) is not None]
    last = np.ones(len(series), dtype=np.bool_)
    last[twice] = False
    return series.chosen(last), found


def _future(series: ObservedSeries, index: int) -> Finding:
    close = float(series.close[index])
    reason = f"The day has not come yet: the check was made on {series.as_of}."
    day = date_of(series.dates[index])
    return Finding(day, FindingKind.FUTURE, close if math.isfinite(close) else None, None, reason, 1.0, True)


def _worthless(series: ObservedSeries, index: int) -> Finding:
    close = float(series.close[index])
    shown = close if math.isfinite(close) else None
    reason = "The bar has no close." if shown is None else f"The close is {close:g}: a price is positive."
    return Finding(date_of(series.dates[index]), FindingKind.ZERO, shown, None, reason, 1.0, True)


def _second(series: ObservedSeries, index: int) -> Finding | None:
    first, second = float(series.close[index]), float(series.close[index + 1])
    if abs(first / second - 1) < SAME_VALUE:
        return None
    reason = f"There are two bars of the day, with closes of {first:g} and {second:g}."
    return Finding(date_of(series.dates[index]), FindingKind.DISAGREEMENT, second, None, reason, 1.0, True)
