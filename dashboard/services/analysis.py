"""Performance and risk in depth: what follows from a summary's series, of the portfolio and of its benchmark."""

from __future__ import annotations

import numpy as np

from dashboard.domain import risk
from dashboard.domain.arrays import Days, Floats
from dashboard.domain.drawdown import max_drawdown
from dashboard.domain.measures import Measure
from dashboard.domain.return_calendar import ReturnYear, distribution, drawdowns_of, return_calendar, steps_of
from dashboard.domain.risk_judge import Judge
from dashboard.domain.series import periods_per_year
from dashboard.results.analysis import Analysis
from dashboard.results.performance import BenchmarkResult, PerformanceSummary

DAYS_A_YEAR = 365


def analysis(summary: PerformanceSummary) -> Analysis:
    """The calendar and the spread of a summary's returns, and its benchmark's own figures on the same days."""
    dates = np.array(summary.series.dates, "datetime64[D]")
    returns = steps_of(np.array(summary.series.time_weighted))
    months = return_calendar(dates, returns)
    other = summary.benchmark
    if other is None or not other.dates:
        return Analysis(months, (), distribution(returns), {}, ())
    cumulative = np.array(other.time_weighted_series)
    steps = steps_of(cumulative)
    days = np.array(other.dates, "datetime64[D]")
    return Analysis(
        months=months,
        excess=tuple(map(_less, months, return_calendar(days, steps))),
        distribution=distribution(returns),
        benchmark=_figures(other, days, steps, summary.period.days),
        benchmark_drawdown=tuple(drawdowns_of(cumulative).tolist()),
    )


def _less(own: ReturnYear, other: ReturnYear) -> ReturnYear:
    pairs = zip(own.months, other.months, strict=True)
    return ReturnYear(own.year, tuple(_difference(*pair) for pair in pairs), _difference(own.total, other.total))


def _difference(own: float | None, other: float | None) -> float | None:
    return None if own is None or other is None else own - other


def _figures(found: BenchmarkResult, dates: Days, steps: Floats, days: int) -> dict[str, Measure]:
    per_year = periods_per_year(dates)
    judge = Judge(len(steps), "" if np.isfinite(steps).all() else "A price of the benchmark is missing.")
    whole = found.time_weighted
    return {
        "time_weighted": whole,
        "time_weighted_annualized": _yearly(whole, days),
        "volatility": judge(risk.volatility, steps, per_year),
        "sharpe": judge(risk.sharpe_ratio, steps, 0.0, per_year),
        "sortino": judge(risk.sortino_ratio, steps, 0.0, per_year),
        "max_drawdown": judge(max_drawdown, steps),
        "var_95": judge(risk.value_at_risk, steps),
        "cvar_95": judge(risk.conditional_value_at_risk, steps),
    }


def _yearly(whole: Measure, days: int) -> Measure:
    if whole.value is None or days < DAYS_A_YEAR:
        return whole if whole.value is None else Measure.insufficient("The period is shorter than a year.")
    return Measure((1.0 + whole.value) ** (DAYS_A_YEAR / days) - 1.0, whole.status, whole.reason)
