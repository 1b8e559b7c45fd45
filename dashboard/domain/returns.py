"""Returns: daily time-weighted returns from values and flows, and how returns compound.

Arrays or pandas Series in, arrays, Series or floats out; missing observations (NaN) are skipped; ``nan`` where a
measure is undefined. Returns are fractions: 0.05 is 5 %.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.domain.arrays import Days, Floats
from dashboard.errors import InvalidInput

SeriesOrArray = TypeVar("SeriesOrArray", pd.Series, Floats)
AggregationPeriod = Literal["weekly", "monthly", "quarterly", "yearly"]
LEAST_AT_WORK = 1.0


def observations(values: object) -> Floats:
    """``values`` as a float64 vector without its missing observations, shape (k,)."""
    array = np.asarray(values, dtype=np.float64).ravel()
    return array[~np.isnan(array)]


def time_weighted_returns(
    values: npt.ArrayLike,
    inflows: npt.ArrayLike,
    outflows: npt.ArrayLike,
    costs: npt.ArrayLike = 0.0,
    least: float = LEAST_AT_WORK,
) -> Floats:
    """``r = (V + O − C) / (V₋₁ + I) − 1`` of n periods, shape (n,).

    ``values`` are n + 1 (the first the start value), ``inflows`` I come in at the start of each period, ``outflows`` O
    go out at its end, ``costs`` C are paid from outside. With less than ``least`` at work (V₋₁ + I) r is 0; NaN where
    r ≤ −1, or where the denominator is not positive although there is value at work.
    """
    worth = np.asarray(values, dtype=np.float64)
    coming = np.broadcast_to(np.asarray(inflows, dtype=np.float64), (len(worth) - 1,))
    going = np.asarray(outflows, dtype=np.float64) - np.asarray(costs, dtype=np.float64)
    before = worth[:-1] + coming
    idle = (before < least) & ~((before <= 0.0) & (np.abs(worth[:-1]) + coming >= least))
    usable = (before > 0.0) & ~idle
    result = np.full(len(before), np.nan)
    np.divide(worth[1:] + going, before, out=result, where=usable)
    result -= 1.0
    result[~np.isnan(result) & (result <= -1.0)] = np.nan
    result[idle] = np.where(np.isnan(worth[1:][idle]), np.nan, 0.0)
    return result


def simple_returns(prices: SeriesOrArray) -> SeriesOrArray:
    """``Pₜ / Pₜ₋₁ − 1`` between observed prices: n − 1 of n, on the index of a Series without its first."""
    if isinstance(prices, pd.Series):
        return prices.dropna().pct_change().iloc[1:]
    seen = observations(prices)
    return seen[1:] / seen[:-1] - 1.0


def cumulative_returns(returns: SeriesOrArray) -> SeriesOrArray:
    """Π(1 + r) − 1 up to each observation, in the shape of the input; NaN stays NaN and is otherwise skipped."""
    array = np.asarray(returns, dtype=np.float64)
    grown: Floats = np.cumprod(1.0 + np.where(np.isnan(array), 0.0, array), dtype=np.float64) - 1.0
    grown = np.where(np.isnan(array), np.nan, grown)
    return pd.Series(grown, index=returns.index, name=returns.name) if isinstance(returns, pd.Series) else grown


def cumulative_return(returns: npt.ArrayLike | pd.Series) -> float:
    """Π(1 + r) − 1 of all observations; nan of none."""
    seen = observations(returns)
    return float(np.prod(1.0 + seen) - 1.0) if len(seen) else float("nan")


def annualized_return(returns: npt.ArrayLike | pd.Series, periods_per_year: float = 252) -> float:
    """(Π(1 + r))^(N/n) − 1 for n observations and N = ``periods_per_year``; nan of none or after a total loss."""
    seen = observations(returns)
    growth = float(np.prod(1.0 + seen)) if len(seen) else float("nan")
    return float(growth ** (periods_per_year / len(seen)) - 1.0) if growth > 0.0 else float("nan")


def aggregate_returns(returns: pd.Series, period: AggregationPeriod) -> pd.Series:
    """Returns compounded by calendar period; the index holds each period's last day. Needs a date index."""
    if period not in _LAST_DAYS:
        raise InvalidInput(f"Returns are aggregated {', '.join(_LAST_DAYS)}, not {period}.", field="period")
    if not isinstance(returns.index, pd.DatetimeIndex):
        raise InvalidInput("Returns need dates to be aggregated.", field="returns")
    seen = returns.dropna().astype(np.float64)
    seen = seen if seen.index.is_monotonic_increasing else seen.sort_index()
    index = pd.DatetimeIndex(seen.index)
    if not len(seen):
        return seen
    last_days = _LAST_DAYS[period](index.tz_localize(None).to_numpy().astype("datetime64[D]"))
    firsts = np.flatnonzero(np.concatenate(([True], last_days[1:] != last_days[:-1])))
    grown = np.multiply.reduceat(1.0 + seen.to_numpy(), firsts)
    return pd.Series(grown - 1.0, pd.DatetimeIndex(last_days[firsts], tz=index.tz), name=returns.name)


def _last_of_months(days: Days, months: int) -> Days:
    """The last day of the calendar period of so many months that each of ``days`` is in."""
    numbers = days.astype("datetime64[M]").astype(np.int64)
    following: Days = ((numbers // months + 1) * months).astype("datetime64[M]").astype("datetime64[D]")
    return following - 1


def _last_of_weeks(days: Days) -> Days:
    """The Sunday of each week."""
    number = days.astype(np.int64)  # day 0, 1970-01-01, was a Thursday
    sundays: Days = days + (3 - number) % 7
    return sundays


_LAST_DAYS: dict[str, Callable[[Days], Days]] = {
    "weekly": _last_of_weeks,
    "monthly": partial(_last_of_months, months=1),
    "quarterly": partial(_last_of_months, months=3),
    "yearly": partial(_last_of_months, months=12),
}
