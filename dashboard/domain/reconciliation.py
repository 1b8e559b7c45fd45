"""Why the returns of one period differ, in money: one gain, over different ideas of the capital that earned it.

Two readings, each of which sums to the gain exactly. The first lets the start value and every flow grow at the daily
time-weighted returns until the end: V₁ = V₀·G(0, T) + Σ I·G(d₋₁, T) − Σ (O − C)·G(d, T). The second starts from the
average capital K of Modified Dietz: K·TWR, then K·(MWR − TWR) for the timing of the flows, then K·(Dietz − MWR) for
compounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.domain.calendar import Period
from dashboard.domain.money_weighted import dietz_capital
from dashboard.domain.period_returns import Returns
from dashboard.domain.series import DailyReturns, Level

NOTHING_AT_WORK = "Nothing was invested on average."


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """One line: a stable ``name``, what it is in words, and the amount in the report's currency."""

    name: str
    label: str
    amount: float


@dataclass(frozen=True, slots=True)
class CapitalLine:
    """The capital that turns a return into the gain: gain = capital × return; None where there is no such return."""

    name: str
    label: str
    capital: float | None
    rate: float | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A gain in two readings, ``grown`` and ``steps``, which sum to it; empty with a reason where undefined."""

    gain: float
    capitals: tuple[CapitalLine, ...]
    grown: tuple[MoneyLine, ...]
    grown_reason: str
    steps: tuple[MoneyLine, ...]
    steps_reason: str


def reconcile(level: Level, period: Period, daily: DailyReturns, returns: Returns, gain: float) -> Reconciliation:
    """The reconciliation of the ``returns`` of ``period`` with its ``gain``, for a portfolio or a part of one."""
    average = _average_capital(level, period)
    grown = () if daily.undefined or np.isnan(gain) else _grown(level, period, daily)
    steps, reason = _steps(average, returns, gain)
    return Reconciliation(
        gain=gain,
        capitals=_capitals(level, period, average, returns, gain),
        grown=grown,
        grown_reason="" if grown else daily.undefined or _unknown(),
        steps=steps,
        steps_reason=reason,
    )


def _unknown() -> str:
    return "A value or a flow is not known: an exchange rate is missing."


def _average_capital(level: Level, period: Period) -> float:
    span = slice(level.position(period.before) + 1, level.position(period.end) + 1)
    net = level.inflows[span] - level.outflows[span]
    start_value = float(level.value[level.position(period.before)])
    if np.isnan(net).any():
        return float("nan")
    return dietz_capital(start_value, level.days[span], net, period.start, period.end)


def _grown(level: Level, period: Period, daily: DailyReturns) -> tuple[MoneyLine, ...]:
    start = level.position(period.before)
    span = slice(start + 1, level.position(period.end) + 1)
    start_value = float(level.value[start])
    growth = daily.growth
    earned = growth[-1] / growth - 1.0  # from each close to the end
    inflows, outflows, costs = level.inflows[span], level.outflows[span], level.standing_costs[span]
    return (
        MoneyLine("start_value", "The start value at the time-weighted return", start_value * float(earned[0])),
        MoneyLine("inflows", "What came in, at the returns from then on", float(inflows @ earned[:-1])),
        MoneyLine("outflows", "What went out and so did not earn", -float(outflows @ earned[1:])),
        MoneyLine("standing_costs", "Costs that were paid from outside", float(costs @ earned[1:])),
        MoneyLine("idle", "Gained with nothing at work", float(daily.idle_gain @ (1.0 + earned[1:]))),
    )


def _steps(average: float, returns: Returns, gain: float) -> tuple[tuple[MoneyLine, ...], str]:
    if np.isnan(gain) or np.isnan(average):
        return (), _unknown()
    if average <= 0.0:
        return (), NOTHING_AT_WORK
    time_weighted, money_weighted = returns.time_weighted, returns.money_weighted_period
    if time_weighted.value is None:
        return (), time_weighted.reason
    first = MoneyLine(
        "at_time_weighted", "The average capital at the time-weighted return", average * time_weighted.value
    )
    if money_weighted.value is None:
        return (first, MoneyLine("timing", "When money came and went", gain - first.amount)), ""
    timing = average * (money_weighted.value - time_weighted.value)
    return (
        first,
        MoneyLine("timing", "When money came and went", timing),
        MoneyLine("compounding", "Gains that earned in turn", gain - average * money_weighted.value),
    ), ""


def _capitals(level: Level, period: Period, average: float, returns: Returns, gain: float) -> tuple[CapitalLine, ...]:
    start = level.position(period.before)
    span = slice(start + 1, level.position(period.end) + 1)
    running = level.value[start] + np.concatenate(([0.0], np.cumsum(level.inflows[span] - level.outflows[span])))
    rows = (
        ("time_weighted", "What the time-weighted return would need", None, returns.time_weighted.value),
        (
            "money_weighted_period",
            "What the money-weighted return would need",
            None,
            returns.money_weighted_period.value,
        ),
        ("modified_dietz", "The average capital", average, returns.modified_dietz.value),
        ("simple", "The most that was invested at once", float(running.max()), returns.simple.value),
    )
    return tuple(CapitalLine(name, label, _needed(given, rate, gain), rate) for name, label, given, rate in rows)


def _needed(given: float | None, rate: float | None, gain: float) -> float | None:
    """The capital that is known, else the one that follows from the gain; None where neither is."""
    found = given if given is not None else (gain / rate if rate else None)
    return found if found is not None and np.isfinite(found) else None
