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
_GRID = 300
_STEPS = 200
_TOLERANCE = 1e-14
_MANY = 512
_BUCKETS_A_YEAR = 8
_TERMS = 5
_FREE_STEPS = 30
_FREE_TOLERANCE = 1e-13
_ROUNDING = 1e-13

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

    def values(self, log_rates: Floats) -> Floats:
        """The value at many points, shape (m,); of many flows nearly: these are summed in buckets first.

        Within a bucket about c, e^(−u·t) is taken as e^(−u·c) times five terms of e^(−u·(t − c)).
        """
        if len(self.times) <= _MANY:
            near: Floats = np.exp(-np.outer(log_rates, self.times)) @ self.amounts
            return near
        longest = float(self.times[-1])
        count = int(np.clip(longest * _BUCKETS_A_YEAR, _BUCKETS_A_YEAR, _MANY)) + 1
        bucket = np.minimum((self.times * (count / longest)).astype(np.intp), count - 1)
        centres = (np.arange(count) + 0.5) * (longest / count)
        offsets = self.times - centres[bucket]
        moments = [self.amounts]
        for _ in range(_TERMS - 1):
            moments.append(moments[-1] * offsets)
        in_buckets = np.column_stack([summed(bucket, moment, count) for moment in moments])
        terms = np.exp(-np.outer(log_rates, centres)) @ in_buckets
        found = terms[:, -1]
        for term in range(_TERMS - 1, 0, -1):
            found = terms[:, term - 1] - found * log_rates / term
        return found

    @property
    def sign_changes(self) -> int:
        """How often the amounts change sign in time: no more rates than that can solve the equation."""
        signs = np.sign(self.amounts[self.amounts != 0.0])
        return int(np.count_nonzero(signs[1:] != signs[:-1]))


def xirr(dates: DatesLike, amounts: npt.ArrayLike) -> float:
    """The annual rate r with Σ a·(1 + r)^(−days/365) = 0, Excel's XIRR; the one nearest 0 of several, nan of none."""
    found = solve_xirr(dates, amounts)
    return float("nan") if found.value is None else found.value


def solve_xirr(dates: DatesLike, amounts: npt.ArrayLike, unit_days: float = DAYS_A_YEAR) -> Measure:
    """As ``xirr``, with the status: ``estimated`` where several rates solve the equation, and why there is none.

    The rate is that of ``unit_days`` days.
    """
    days, flows = _dated(dates, amounts)
    return _solve(_netted(days, flows, unit_days))


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
    """Day numbers and amounts by date, without those that lack either."""
    when = np.asarray(dates, dtype="datetime64[D]")
    days = when.astype(np.float64)
    flows = np.asarray(amounts, dtype=np.float64)
    if days.shape != flows.shape:
        raise InvalidInput(f"{len(days)} dates for {len(flows)} amounts.", field="dates")
    seen = ~(np.isnan(flows) | np.isnat(when))
    if not seen.all():
        days, flows = days[seen], flows[seen]
    if np.all(days[1:] >= days[:-1]):
        return days, flows
    order = np.argsort(days, kind="stable")
    return days[order], flows[order]


def _netted(days: Floats, amounts: Floats, unit_days: float) -> _Flows:
    """Flows of one day as one, days on which they cancel out left out; ``days`` ascend."""
    if not len(days):
        return _Flows(days, amounts)
    offsets = (days - days[0]).astype(np.intp)
    net = summed(offsets, amounts, int(offsets[-1]) + 1)
    moved = np.flatnonzero(net)
    return _Flows(moved / unit_days, net[moved])


def _solve(flows: _Flows) -> Measure:
    changes = flows.sign_changes
    if changes == 0:
        return Measure.undefined("No rate solves the equation: the flows never change sign.")
    longest = float(flows.times[-1])
    low, high = max(LOWEST_LOG, -600.0 / longest), float(np.log1p(HIGHEST_RATE))
    known = _free_newton(flows, low, high)
    if known is not None and _is_only_root(flows, known):
        return Measure(float(np.expm1(known)))
    if changes == 1:
        roots = _roots(flows, np.array([low, 0.0, high]), known)
    else:
        grid = np.unique(np.concatenate((np.linspace(low, 3.0, _GRID), [0.0, high])))
        roots = _roots(flows, np.union1d(grid, _turning_points(flows, grid)), known)
    if not roots:
        return Measure.undefined("No rate between -100 % and 100,000,000 % solves the equation.")
    rates = sorted((float(np.expm1(root)) for root in roots), key=abs)
    if len(rates) == 1:
        return Measure(rates[0])
    others = ", ".join(f"{rate:.2%}" for rate in rates[1:])
    return Measure(rates[0], Status.ESTIMATED, f"Several rates solve the equation; the others are {others}.")


def _is_only_root(flows: _Flows, root: float) -> bool:
    """Whether no other rate can solve the equation.

    None can when the balance that grows at this rate never changes sign: f(u) is then (u − root) times an integral of
    one sign. Source: Teichroew, Robichek and Montalbano, 1965, who call it a pure investment.
    """
    present = flows.amounts * np.exp(-root * flows.times)
    rounding = _ROUNDING * float(np.abs(present).sum())
    balances = np.cumsum(present)
    # A balance that could be of either sign leaves the question open: the whole range is then searched.
    one_sign = bool(balances[:-1].max() < -rounding or balances[:-1].min() > rounding)
    return one_sign and abs(float(balances[-1])) <= rounding


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


def _turning_points(flows: _Flows, grid: Floats) -> list[float]:
    """Where the value comes nearest to 0 between two points at which it has one sign: two roots may lie there."""
    slopes = _Flows(flows.times, -flows.amounts * flows.times)
    signs, turns = np.sign(flows.values(grid)), np.sign(slopes.values(grid))
    nearing = (signs[:-1] == signs[1:]) & (turns[:-1] == -signs[:-1]) & (turns[1:] == signs[1:])
    found = []
    for at in np.flatnonzero(nearing).tolist():
        left, right = float(grid[at]), float(grid[at + 1])
        at_left = slopes.value(left)
        if np.sign(at_left) == -np.sign(slopes.value(right)):
            found.append(_newton(slopes, left, right, at_left))
    return found


def _roots(flows: _Flows, grid: Floats, known: float | None) -> list[float]:
    """One root in each interval of ``grid`` across which the value changes sign; ``known`` is one already found."""
    signs = np.sign(flows.values(grid))
    found: list[float] = []
    for at in np.flatnonzero(signs[:-1] != signs[1:]).tolist():
        left, right = float(grid[at]), float(grid[at + 1])
        at_left, at_right = flows.value(left), flows.value(right)
        if at_left == 0.0:
            found.append(left)
        elif np.sign(at_left) == -np.sign(at_right):
            found.append(known if known is not None and left < known < right else _newton(flows, left, right, at_left))
    return [*found, float(grid[-1])] if flows.value(float(grid[-1])) == 0.0 else found


def _newton(flows: _Flows, low: float, high: float, at_low: float) -> float:
    """Newton's method, with bisection wherever a step leaves the bracket or is not half of the one before."""
    point = 0.0 if low < 0.0 < high else (low + high) / 2.0
    if low == 0.0:
        point = min(0.1, high / 2.0)
    elif high == 0.0:
        point = max(-0.1, low / 2.0)
    last = high - low
    for _ in range(_STEPS):
        value = flows.value(point)
        if value == 0.0:
            break
        low, high = (point, high) if np.sign(value) == np.sign(at_low) else (low, point)
        slope = flows.slope(point)
        following = point - value / slope if slope else low
        if not low < following < high or abs(following - point) > abs(last) / 2.0:
            following = (low + high) / 2.0
        last = following - point
        if abs(last) <= _TOLERANCE * max(1.0, abs(point)):
            return following
        point = following
    return point
