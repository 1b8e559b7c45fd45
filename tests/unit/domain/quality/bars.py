"""Hand-made series: weekdays from 2024-01-02 on, a close that wobbles around 100, and what is done to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np

from dashboard.domain.arrays import Days
from dashboard.domain.instruments import Dividend, Split
from dashboard.domain.quality import Finding, FindingKind, ObservedSeries, check_series

FIRST = np.datetime64("2024-01-02", "D")
# Moves of 0 to 3 per cent there and back, without a pattern that a rule could lean on.
WOBBLE = (0, 1, -1, 2, 0, -2, 1, 3, 1, -1, 0, 2, -2, -1, 1)


def weekdays(count: int) -> Days:
    """The first ``count`` weekdays from ``FIRST`` on."""
    return np.busday_offset(FIRST, np.arange(count)).astype("datetime64[D]")


def wobbling(count: int = 80, *, level: float = 100.0, volume: float = 1000.0) -> ObservedSeries:
    """``count`` sound bars, checked on the last one's day."""
    closes = level * (1 + np.array([WOBBLE[index % len(WOBBLE)] for index in range(count)]) / 100)
    dates = weekdays(count)
    return ObservedSeries(
        dates, closes * 0.999, closes * 1.005, closes * 0.995, closes, np.full(count, volume), dates[-1].item()
    )


def times(series: ObservedSeries, factors: Mapping[int, float]) -> ObservedSeries:
    """The series with all prices of some bars multiplied."""
    by = np.ones(len(series))
    by[list(factors)] = list(factors.values())
    return series.scaled(by)


def split(day: str, ratio: str) -> Split:
    """A split, from text."""
    return Split(date.fromisoformat(day), Decimal(ratio))


def paid(series: ObservedSeries, amounts: Mapping[int, float], currency: str = "USD") -> ObservedSeries:
    """The series with distributions on some bars."""
    dividends = tuple(Dividend(series.dates[index].item(), amount, currency) for index, amount in amounts.items())
    return replace(series, dividends=dividends, currency=currency)


def found(series: ObservedSeries, kind: FindingKind | None = None) -> Sequence[Finding]:
    """The findings of one kind, or all."""
    return [finding for finding in check_series(series) if kind is None or finding.kind is kind]


def positions(series: ObservedSeries, findings: Sequence[Finding]) -> list[int]:
    """Where the findings' days are among the bars."""
    return [int(np.searchsorted(series.dates, np.datetime64(finding.date, "D"))) for finding in findings]
