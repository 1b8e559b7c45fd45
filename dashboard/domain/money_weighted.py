"""Money-weighted returns: XIRR and its family. Rates are fractions a year, or a period where there are no dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.domain.arrays import Floats, summed
from dashboard.domain.measures import Measure, Status
from dashboard.errors import InvalidInput

DAYS_A_YEAR = 365.0
HIGHEST_RATE = 1e6
LOWEST_LOG = -20.0  # r = e^-20 - 1, as near to a total loss as a rate can be told from it
_GRID = 400
_STEPS = 200
_TOLERANCE = 1e-14
_FREE_STEPS = 30
_FREE_TOLERANCE = 1e-13
_ROUNDING = 1e-10

DatesLike = Sequence[date] | npt.ArrayLike | pd.DatetimeIndex


@dataclass(frozen=True, slots=True)
class _Flows:
    """Amounts a_k at times t_k in years from the first: f(u) = Σ a·e^(−u·t) with u = log(1 + r)."""

    times: Floats
    amounts: Floats

    def value(self, log_rate: float) -> float:
        return float(self.amounts @ np.exp(-log_rate * self.times))

    def slope(self, log_rate: float) -> float:
        return float(-(self.amounts * self.times) @ np.exp(-log_rate * self.times))

    @property
    def sign_changes(self) -> int:
        """How often the amounts change sign in time: no more rates than that can solve the equation."""
        signs = np.sign(self.amounts[self.amounts != 0.0])
        return int(np.count_nonzero(signs[1:] != signs[:-1]))


def xirr(dates: DatesLike, amounts: npt.ArrayLike) -> float:
    """The annual rate r with Σ a·(1 + r)^(−days/365) = 0, Excel's XIRR; the one nearest 0 of several, nan of none."""
    found = solve_xirr(dates, amounts)
    return float("nan") if found.value is None else found.value


def solve_xirr(dates: DatesLike, amounts: npt.ArrayLike) -> Measure:
    """As ``xirr``, with the status: ``estimated`` where several rates solve the equation, and why there is none."""
    days, flows = _dated(dates, amounts)
    return _solve(_netted((days - days[0]) / DAYS_A_YEAR if len(days) else days, flows))


def irr(amounts: npt.ArrayLike) -> float:
    """The rate a period with Σ aₖ·(1 + r)^(−k) = 0, k = 0, 1, ...; the one nearest 0 of several, nan of none."""
    flows = np.asarray(amounts, dtype=np.float64)
    times = np.arange(len(flows), dtype=np.float64)
    seen = ~np.isnan(flows)
    found = _solve(_Flows(times[seen], flows[seen]))
    return float("nan") if found.value is None else found.value


def xnpv(rate: float, dates: DatesLike, amounts: npt.ArrayLike) -> float:
    """Σ a·(1 + rate)^(−days/365), days counted from the first date given; nan for a rate of −1 or less."""
    when = np.asarray(dates, dtype="datetime64[D]")
    flows = np.asarray(amounts, dtype=np.float64)
    if rate <= -1.0 or not len(flows):
        return float("nan")
    days = (when - when[0]).astype(np.float64)
    return float(np.nansum(flows * (1.0 + rate) ** (-days / DAYS_A_YEAR)))


def npv(rate: float, amounts: npt.ArrayLike) -> float:
    """Σ aₖ·(1 + rate)^(−k), the first amount (k = 0) undiscounted; nan for a rate of −1 or less."""
    flows = np.asarray(amounts, dtype=np.float64)
    if rate <= -1.0 or not len(flows):
        return float("nan")
    return float(np.nansum(flows * (1.0 + rate) ** -np.arange(len(flows), dtype=np.float64)))


def mirr(amounts: npt.ArrayLike, finance_rate: float, reinvest_rate: float) -> float:
    """Modified IRR: outlays discounted at ``finance_rate``, receipts grown at ``reinvest_rate``; nan without both."""
    flows = np.nan_to_num(np.asarray(amounts, dtype=np.float64))
    if len(flows) < 2:
        return float("nan")
    periods = len(flows) - 1
    receipts = npv(reinvest_rate, np.maximum(flows, 0.0)) * (1.0 + reinvest_rate) ** periods
    outlays = -npv(finance_rate, np.minimum(flows, 0.0))
    if not (receipts > 0.0 and outlays > 0.0):
        return float("nan")
    return float((receipts / outlays) ** (1.0 / periods) - 1.0)


def modified_dietz(
    start_value: float,
    end_value: float,
    dates: DatesLike,
    flows: npt.ArrayLike,
    start: date,
    end: date,
) -> float:
    """Gain ÷ (start value + Σ weighted flows); ``start`` is the first day of the period.

    An inflow of day d weighs (end − d + 1)/n, an outflow (end − d)/n, n = end − start + 1; flows of one day are netted
    first. nan where the denominator is not positive.
    """
    gain = end_value - start_value - float(np.nansum(np.asarray(flows, dtype=np.float64)))
    base = dietz_capital(start_value, dates, flows, start, end)
    return float(gain / base) if base > 0.0 else float("nan")


def dietz_capital(start_value: float, dates: DatesLike, flows: npt.ArrayLike, start: date, end: date) -> float:
    """The average capital of Modified Dietz, start value + Σ weighted flows, with the weights given there."""
    days, amounts = _dated(dates, flows)
    ordinals, groups = np.unique(days, return_inverse=True)
    net = summed(groups, amounts, len(ordinals))
    left = np.datetime64(end, "D").astype(np.float64) - ordinals
    weights = (left + (net > 0.0)) / ((end - start).days + 1)
    return float(start_value + weights @ net)


def _dated(dates: DatesLike, amounts: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Day numbers and amounts without missing ones, by date."""
    days = np.asarray(dates, dtype="datetime64[D]").astype(np.float64)
    flows = np.asarray(amounts, dtype=np.float64)
    if days.shape != flows.shape:
        raise InvalidInput(f"{len(days)} dates for {len(flows)} amounts.", field="dates")
    seen = ~np.isnan(flows)
    order = np.argsort(days[seen], kind="stable")
    return days[seen][order], flows[seen][order]


def _netted(times: Floats, amounts: Floats) -> _Flows:
    unique, groups = np.unique(times, return_inverse=True)
    return _Flows(unique, summed(groups, amounts, len(unique)))


def _solve(flows: _Flows) -> Measure:
    if flows.sign_changes == 0:
        return Measure.undefined("No rate solves the equation: the flows never change sign.")
    longest = float(flows.times[-1])
    low, high = max(LOWEST_LOG, -600.0 / longest), float(np.log1p(HIGHEST_RATE))
    only = _only_root(flows, low, high)
    if only is not None:
        return Measure(float(np.expm1(only)))
    if flows.sign_changes == 1:
        roots = _roots(flows, np.array([low, 0.0, high]))
    else:
        roots = _roots(flows, np.unique(np.concatenate((np.linspace(low, 3.0, _GRID), [0.0, high]))))
    if not roots:
        return Measure.undefined("No rate between -100 % and 100,000,000 % solves the equation.")
    rates = sorted((float(np.expm1(root)) for root in roots), key=abs)
    if len(rates) == 1:
        return Measure(rates[0])
    others = ", ".join(f"{rate:.2%}" for rate in rates[1:])
    return Measure(rates[0], Status.ESTIMATED, f"Several rates solve the equation; the others are {others}.")


def _only_root(flows: _Flows, low: float, high: float) -> float | None:
    """The root that Newton's method finds from 0 without a bracket, where it is certain to be the only one.

    It is when the balance that grows at this rate never changes sign: f(u) − f(u*) is then an integral of one sign
    (Teichroew, Robichek and Montalbano, 1965, call it a pure investment). None where that is not so.
    """
    point = _free_newton(flows, low, high)
    if point is None:
        return None
    balances = np.cumsum(flows.amounts * np.exp(-point * flows.times))
    rounding = _ROUNDING * float(np.abs(balances).max())
    if abs(balances[-1]) > rounding:
        return None
    inside = balances[:-1]
    return point if inside.max() <= rounding or inside.min() >= -rounding else None


def _free_newton(flows: _Flows, low: float, high: float) -> float | None:
    """Newton's method from 0; None as soon as it leaves the range or takes too long."""
    point = 0.0
    for _ in range(_FREE_STEPS):
        present = flows.amounts * np.exp(-point * flows.times)
        slope = float(present @ flows.times)
        if not slope:
            return None
        step = float(present.sum()) / slope
        point += step
        if not low < point < high:
            return None
        if abs(step) <= _FREE_TOLERANCE * max(1.0, abs(point)):
            return point
    return None


def _roots(flows: _Flows, grid: Floats) -> list[float]:
    """One root in each interval of ``grid`` across which the value changes sign."""
    values = [flows.value(float(point)) for point in grid]
    found: list[float] = []
    for left, right, at_left, at_right in zip(grid[:-1], grid[1:], values[:-1], values[1:], strict=True):
        if at_left == 0.0:
            found.append(float(left))
        elif at_left * at_right < 0.0:
            found.append(_newton(flows, float(left), float(right), at_left))
    return [*found, float(grid[-1])] if values[-1] == 0.0 else found


def _newton(flows: _Flows, low: float, high: float, at_low: float) -> float:
    """Newton's method, with bisection wherever a step would leave the bracket."""
    point = 0.0 if low < 0.0 < high else (low + high) / 2.0
    if low == 0.0:
        point = min(0.1, high / 2.0)
    elif high == 0.0:
        point = max(-0.1, low / 2.0)
    for _ in range(_STEPS):
        value = flows.value(point)
        if value == 0.0 or high - low < _TOLERANCE:
            break
        low, high = (point, high) if value * at_low > 0.0 else (low, point)
        slope = flows.slope(point)
        step = point - value / slope if slope else low
        following = step if low < step < high else (low + high) / 2.0
        if abs(following - point) <= _TOLERANCE * max(1.0, abs(point)):
            return following
        point = following
    return point
