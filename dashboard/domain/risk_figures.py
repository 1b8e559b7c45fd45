"""The risk of a period, measured on the series that is shown, each figure with its status."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
import pandas as pd

from dashboard.domain.arrays import Days, Floats, date_of
from dashboard.domain.benchmarks import Benchmark
from dashboard.domain.calendar import Period
from dashboard.domain.drawdown import episodes, wealth
from dashboard.domain.measures import Measure
from dashboard.domain.returns import aggregate_returns
from dashboard.domain.risk_judge import Judge, per_period
from dashboard.domain.risk_panel import MEASURES, measure_columns
from dashboard.domain.risk_relative import RelativeFigures, relative_figures
from dashboard.domain.series import DailyReturns, Series
from dashboard.domain.valuation import PortfolioHistory

NO_BENCHMARK = RelativeFigures.absent("No benchmark.")
# Those that the period has in a form of its own: its return, annualised by days, and its drawdown with dates.
NOT_OF_A_DAY = frozenset({"cumulative_return", "annualized_return", "calmar", "max_drawdown"})


@dataclass(frozen=True, slots=True)
class DatedDrawdown:
    """One fall of a portfolio: ``recovery`` is None while it lasts, ``days`` run from the peak to it or to the end.

    The peak is the close before the period where the portfolio fell from its start.
    """

    peak: date
    trough: date
    recovery: date | None
    depth: float
    days: int


@dataclass(frozen=True, slots=True)
class RiskFigures:
    """Risk figures of a period; ``observations`` counts the returns. Drawdown dates are None where there is none."""

    observations: int
    periods_per_year: int
    volatility: Measure
    downside_deviation: Measure
    sharpe: Measure
    sortino: Measure
    calmar: Measure
    max_drawdown: Measure
    max_drawdown_peak: date | None
    max_drawdown_trough: date | None
    max_drawdown_recovery: date | None
    max_drawdown_days: int | None
    ulcer_index: Measure
    omega: Measure
    tail_ratio: Measure
    var_95: Measure
    cvar_95: Measure
    var_99: Measure
    cvar_99: Measure
    var_95_normal: Measure
    cvar_95_normal: Measure
    var_99_normal: Measure
    cvar_99_normal: Measure
    skew: Measure
    kurtosis: Measure
    win_rate: Measure
    best_day: Measure
    worst_day: Measure
    best_month: Measure
    worst_month: Measure
    beta: Measure
    alpha: Measure
    r_squared: Measure
    correlation: Measure
    tracking_error: Measure
    information_ratio: Measure
    up_capture: Measure
    down_capture: Measure


def risk_figures(
    history: PortfolioHistory,
    period: Period,
    series: Series,
    daily: DailyReturns,
    annualized: Measure,
    risk_free: float,
    benchmark: Benchmark | None,
) -> RiskFigures:
    """Every risk figure of a period; ``risk_free`` is an annual rate, ``annualized`` the time-weighted return."""
    returns, per_year = series.returns, series.periods_per_year
    judge = Judge(len(returns), daily.undefined)
    rate = per_period(risk_free, per_year)
    deepest = next(iter(dated_drawdowns(returns, series.dates, period, 1)), None) if judge.good else None
    relative = relative_figures(history, period, daily, risk_free, benchmark) if benchmark else NO_BENCHMARK
    months = _months(returns, series.dates) if judge.good else np.empty(0)
    return RiskFigures(
        observations=len(returns),
        periods_per_year=per_year,
        calmar=judge.of(_calmar(annualized, deepest)),
        max_drawdown=judge.of(Measure(deepest.depth if deepest else 0.0)),
        max_drawdown_peak=deepest.peak if deepest else None,
        max_drawdown_trough=deepest.trough if deepest else None,
        max_drawdown_recovery=deepest.recovery if deepest else None,
        max_drawdown_days=deepest.days if deepest else None,
        best_month=judge(np.max, months),
        worst_month=judge(np.min, months),
        **_own(judge, returns, rate, per_year),
        **{field.name: getattr(relative, field.name) for field in fields(relative)},
    )


def _own(judge: Judge, returns: Floats, rate: float, per_year: int) -> dict[str, Measure]:
    """The figures that come from the returns alone, all in one pass over them."""
    names = {name: name for name in MEASURES if name not in NOT_OF_A_DAY}
    names |= {"best_day": names.pop("best"), "worst_day": names.pop("worst")}
    if not judge.good:
        return dict.fromkeys(names, judge.fault)
    found = measure_columns(returns, rate, per_year)
    return {name: judge.value(float(found[measure][0])) for name, measure in names.items()}


def dated_drawdowns(returns: Floats, dates: Days, period: Period, count: int) -> tuple[DatedDrawdown, ...]:
    """The ``count`` deepest drawdowns of the series, the deepest first; ``dates`` are those of the returns."""

    def on(position: int) -> date:
        return date_of(dates[position - 1]) if position else period.start - timedelta(days=1)

    found = []
    for episode in episodes(wealth(returns), count):
        peak, recovery = on(episode.peak), None if episode.recovery is None else on(episode.recovery)
        days = ((recovery or period.end) - peak).days
        found.append(DatedDrawdown(peak, on(episode.trough), recovery, episode.depth, days))
    return tuple(found)


def _calmar(annualized: Measure, deepest: DatedDrawdown | None) -> Measure:
    if annualized.value is None:
        return annualized
    if deepest is None:
        return Measure.undefined("There was no drawdown.")
    return Measure(annualized.value / abs(deepest.depth))


def _months(returns: Floats, dates: Days) -> Floats:
    return aggregate_returns(pd.Series(returns, index=pd.DatetimeIndex(dates)), "monthly").to_numpy()
