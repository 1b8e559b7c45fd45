"""The returns of a period of any level (a portfolio or a part of it), and what each of them rests on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dashboard.domain.arrays import Days, Floats
from dashboard.domain.calendar import Period
from dashboard.domain.measures import Measure, Status, no_better_than
from dashboard.domain.money_weighted import modified_dietz, solve_xirr
from dashboard.domain.series import DailyReturns, Level

DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Returns:
    """The returns of a period, fractions."""

    time_weighted: Measure
    time_weighted_annualized: Measure
    money_weighted: Measure
    money_weighted_period: Measure
    modified_dietz: Measure
    simple: Measure


def period_returns(level: Level, period: Period, daily: DailyReturns, gain: float) -> Returns:
    """The returns of ``level`` over ``period``; ``gain`` is its money gain, ``daily`` its daily returns."""
    twr = time_weighted(daily)
    yearly = annualized(twr, period)
    start, end = level.position(period.before), level.position(period.end)
    span = slice(start + 1, end + 1)
    days, net = level.days[span], level.inflows[span] - level.outflows[span]
    values = float(level.value[start]), float(level.value[end])
    if np.isnan(gain) or np.isnan(net).any():
        unknown = Measure.undefined("A value or a flow is not known: an exchange rate is missing.")
        return Returns(twr, yearly, unknown, unknown, unknown, unknown)
    moved = net != 0.0
    # Costs that were paid from outside lower the gain, but are no flows.
    kept = values[1] - float(level.standing_costs[span].sum())
    dietz = modified_dietz(values[0], kept, days[moved], net[moved], period.start, period.end)
    rate = money_weighted(level, period)
    own = rate if rate.value is not None or period.days >= DAYS_A_YEAR else _of_period(level, period)
    return Returns(
        time_weighted=twr,
        time_weighted_annualized=yearly,
        money_weighted=rate,
        money_weighted_period=_for_period(rate, period) if own is rate else own,
        modified_dietz=ratio(dietz, "Nothing was invested on average."),
        simple=_simple(gain, values[0] + np.concatenate(([0.0], np.cumsum(net)))),
    )


def time_weighted(daily: DailyReturns) -> Measure:
    """Π(1 + r) − 1 of the days; undefined where one of them is."""
    if daily.undefined:
        return Measure.undefined(daily.undefined)
    return Measure(float(daily.growth[-1] - 1.0))


def annualized(found: Measure, period: Period) -> Measure:
    """(1 + r)^(365 / days) − 1 from 365 days on."""
    if found.value is None:
        return found
    if period.days < DAYS_A_YEAR:
        return Measure.insufficient("The period is shorter than a year.")
    return Measure((1.0 + found.value) ** (DAYS_A_YEAR / period.days) - 1.0, found.status, found.reason)


def money_weighted(level: Level, period: Period) -> Measure:
    """XIRR of the start value, the flows and the end value, from the investor's side."""
    found = solve_xirr(*_investors_flows(level, period))
    if found.status is Status.OK and period.days < DAYS_A_YEAR:
        return Measure(found.value, found.status, "The yearly rate of a period that is shorter than a year.")
    return found


def _of_period(level: Level, period: Period) -> Measure:
    """The rate of a short period by itself: that of a year may be beyond all bounds where this one is ordinary."""
    return solve_xirr(*_investors_flows(level, period), unit_days=period.days)


def _investors_flows(level: Level, period: Period) -> tuple[Days, Floats]:
    start, end = level.position(period.before), level.position(period.end)
    span = slice(start + 1, end + 1)
    flows = level.outflows[span] - level.inflows[span] - level.standing_costs[span]
    amounts = np.concatenate(([-level.value[start]], flows, [level.value[end]]))
    dates = np.concatenate(([np.datetime64(period.before, "D")], level.days[span], [np.datetime64(period.end, "D")]))
    return dates[amounts != 0.0], amounts[amounts != 0.0]


def graded(returns: Returns, values: tuple[Measure, ...]) -> Returns:
    """Returns are no better than the values that they go from and to."""
    return Returns(**{field.name: no_better_than(getattr(returns, field.name), *values) for field in fields(Returns)})


def ratio(value: float, reason: str) -> Measure:
    """A ratio, undefined for ``reason`` where it is not finite."""
    return Measure(value) if np.isfinite(value) else Measure.undefined(reason)


def _simple(gain: float, invested: Floats) -> Measure:
    most = float(invested.max())
    return Measure(gain / most) if most > 0.0 else Measure.undefined("Nothing was invested.")


def _for_period(yearly: Measure, period: Period) -> Measure:
    if yearly.value is None:
        return yearly
    reason = yearly.reason if yearly.status is not Status.OK else ""
    return Measure((1.0 + yearly.value) ** (period.days / DAYS_A_YEAR) - 1.0, yearly.status, reason)
