"""The daily returns of a period, and the series that is shown and measured: one point a day with a bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, Mask, date_of
from dashboard.domain.calendar import Period
from dashboard.domain.drawdown import depths, wealth
from dashboard.domain.returns import LEAST_AT_WORK, time_weighted_returns
from dashboard.domain.valuation import PortfolioHistory


class Level(Protocol):
    """A portfolio or a part of it, day by day, shape (T,): its value and the net external flow of each day.

    ``inflows`` and ``outflows`` are of the day's netted flow, ``standing_costs`` are paid from outside the level.
    """

    @property
    def days(self) -> Days:
        """Consecutive calendar days."""
        ...

    @property
    def value(self) -> Floats:
        """Value at the close of each day."""
        ...

    @property
    def inflows(self) -> Floats:
        """What came in, at the start of the day."""
        ...

    @property
    def outflows(self) -> Floats:
        """What went out, at the end of the day."""
        ...

    @property
    def standing_costs(self) -> Floats:
        """Costs that were paid from outside."""
        ...

    def position(self, day: date) -> int:
        """The position of a day on the calendar, clamped to it."""
        ...


@dataclass(frozen=True, slots=True)
class DailyReturns:
    """Every calendar day of a period: n returns, NaN on a day that has none (``undefined`` says which and why).

    ``idle_gain`` is what was gained on days with less than one unit of the currency at work, whose return is 0.
    """

    days: Days
    returns: Floats
    idle_gain: Floats
    undefined: str

    @property
    def growth(self) -> Floats:
        """Wealth that starts at 1 at the close before the period, shape (n + 1,); NaN from an undefined day on."""
        return wealth(self.returns)


@dataclass(frozen=True, slots=True)
class Series:
    """Points of the series, shape (k,) each: value, return of the step, cumulative return and drawdown."""

    dates: Days
    value: Floats
    returns: Floats
    time_weighted: Floats
    drawdown: Floats

    @property
    def periods_per_year(self) -> int:
        """252, or 365 where the series has weekends."""
        return periods_per_year(self.dates)


def periods_per_year(dates: Days) -> int:
    """252, or 365 where ``dates`` has weekends."""
    return 252 if bool(np.all(np.is_busday(dates))) else 365


def daily_returns(history: PortfolioHistory, period: Period) -> DailyReturns:
    """The time-weighted return of each day, flows on their own dates."""
    return level_returns(history, period, partial(_gross, history))


def level_returns(level: Level, period: Period, gross: Callable[[Ints], Floats]) -> DailyReturns:
    """The time-weighted return of each day of a level; ``gross`` are its values without signs at positions."""
    start, end = level.position(period.before), level.position(period.end)
    span = slice(start + 1, end + 1)
    values = level.value[start : end + 1]
    inflows, outflows, costs = level.inflows[span], level.outflows[span], level.standing_costs[span]
    before = values[:-1] + inflows
    gains = values[1:] - before + outflows - costs
    returns = time_weighted_returns(values, inflows, outflows, costs)
    idle = before < LEAST_AT_WORK
    overdrawn = np.flatnonzero(before <= 0.0)
    # Holdings and borrowed money that cancel out are value at work although the net of them is not.
    at_work = gross(start + overdrawn) + inflows[overdrawn] >= LEAST_AT_WORK
    returns[overdrawn] = np.where(at_work, np.nan, np.where(np.isnan(gains[overdrawn]), np.nan, 0.0))
    idle_gain = np.where(idle & (returns == 0.0), gains, 0.0)
    return DailyReturns(level.days[span], returns, idle_gain, _why(level.days[span], returns, values, before))


def _gross(history: PortfolioHistory, days: Ints) -> Floats:
    """Holdings and balances without their signs at calendar positions, in the report's currency, shape (k,)."""
    balances = history.cash[days]
    cash = np.where(balances == 0.0, 0.0, balances * history.cash_rates[days])
    gross: Floats = np.abs(history.values[days]).sum(axis=1) + np.abs(cash).sum(axis=1)
    return gross


def _why(days: Days, returns: Floats, values: Floats, before: Floats) -> str:
    """Why the first undefined day has no return; empty when every day has one."""
    missing = np.flatnonzero(np.isnan(returns))
    if not len(missing):
        return ""
    first = missing[0]
    day = date_of(days[first])
    if np.isnan(values[first]) or np.isnan(values[first + 1]) or np.isnan(before[first]):
        return f"The value on {day} is not known: an exchange rate is missing."
    if before[first] <= 0.0:
        return f"On {day} the value at work was not positive."
    return f"On {day} all of the value, or more, was lost."


def shown_days(history: PortfolioHistory, period: Period) -> Ints:
    """Offsets into the period's days that have a point, shape (k,)."""
    start, end = history.position(period.before), history.position(period.end)
    return np.flatnonzero(history.has_bar[start + 1 : end + 1])


def compounded(growth: Floats, points: Ints) -> Floats:
    """Returns between ``points`` (offsets of days, from the close before the first), shape (k,).

    What lies between two points is compounded into the later one, what follows the last into the last.
    """
    if not len(points):
        return np.empty(0)
    levels = growth[np.concatenate(([0], points + 1))]
    levels[-1] = growth[-1]
    steps: Floats = levels[1:] / levels[:-1] - 1.0
    return steps


def series_of(history: PortfolioHistory, period: Period, daily: DailyReturns) -> Series:
    """The series of ``period``."""
    points = shown_days(history, period)
    returns = compounded(daily.growth, points)
    grown = wealth(returns)
    start = history.position(period.before)
    return Series(
        dates=daily.days[points],
        value=history.value[points + start + 1],
        returns=returns,
        time_weighted=grown[1:] - 1.0,
        drawdown=depths(grown)[1:],
    )


def bars_of(sessions: Mask, history: PortfolioHistory, period: Period) -> Ints:
    """Offsets into the period's days of a benchmark's sessions, shape (k,)."""
    start, end = history.position(period.before), history.position(period.end)
    return np.flatnonzero(sessions[start + 1 : end + 1])
