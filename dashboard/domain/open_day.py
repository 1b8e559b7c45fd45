"""The last day of a valuation while it goes on: what a value of now makes of a time-weighted return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.domain.arrays import date_of
from dashboard.domain.calendar import Period
from dashboard.domain.returns import LEAST_AT_WORK, time_weighted_returns
from dashboard.domain.series import daily_returns
from dashboard.domain.valuation import PortfolioHistory


@dataclass(frozen=True, slots=True)
class OpenDay:
    """The value at the close before the day, the day's netted flow and standing costs, its return at stored prices.

    ``stored`` is NaN where the day has no return. ``is_estimated``: a price before it was that of a last trade.
    """

    before: float
    inflow: float
    outflow: float
    costs: float
    stored: float
    is_estimated: bool = False

    def growth(self, value: float) -> float | None:
        """(1 + r) ÷ (1 + r₀), r the day's return at ``value`` and r₀ that at the stored prices.

        It turns the time-weighted return T₀ of a period that ends with the day into that up to now:
        1 + T = (1 + T₀) · growth. 1 with nothing at work; None where either return is undefined, or all was lost.
        """
        if np.isnan(self.stored) or self.stored <= -1.0:
            return None
        if self.before + self.inflow < LEAST_AT_WORK:
            return 1.0
        now = float(time_weighted_returns([self.before, value], [self.inflow], [self.outflow], self.costs)[0])
        return None if np.isnan(now) else (1.0 + now) / (1.0 + self.stored)


def open_day(history: PortfolioHistory, day: int) -> OpenDay:
    """The day at the calendar position ``day``, which has one before it."""
    held = history.quantities[day - 1] != 0.0
    on = date_of(history.days[day])
    return OpenDay(
        before=float(history.value[day - 1]),
        inflow=float(history.inflows[day]),
        outflow=float(history.outflows[day]),
        costs=float(history.standing_costs[day]),
        stored=float(daily_returns(history, Period(on, on)).returns[0]),
        is_estimated=bool(history.estimated[day - 1][held].any()),
    )
