"""The risk of a period, measured on the series that is shown, each figure with its status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from dashboard.domain import risk
from dashboard.domain.arrays import Days, Floats, date_of
from dashboard.domain.benchmarks import Benchmark
from dashboard.domain.calendar import Period
from dashboard.domain.drawdown import Episode, episodes, wealth
from dashboard.domain.measures import Measure, Status
from dashboard.domain.returns import aggregate_returns
from dashboard.domain.series import DailyReturns, Series, bars_of, periods_per_year
from dashboard.domain.valuation import PortfolioHistory

LEAST_RETURNS = 20


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
    judge = _Judge(len(returns), daily.undefined)
    rate = per_period(risk_free, per_year)
    deepest = _deepest(returns) if judge.good else None
    peak, trough, recovery = _dates(deepest, series.dates, period)
    months = _months(returns, series.dates) if judge.good else np.empty(0)
    return RiskFigures(
        observations=len(returns),
        periods_per_year=per_year,
        volatility=judge(risk.volatility, returns, per_year),
        downside_deviation=judge(risk.downside_deviation, returns, rate, per_year),
        sharpe=judge(risk.sharpe_ratio, returns, rate, per_year),
        sortino=judge(risk.sortino_ratio, returns, rate, per_year),
        calmar=judge.of(_calmar(annualized, deepest)),
        max_drawdown=judge.of(Measure(deepest.depth if deepest else 0.0)),
        max_drawdown_peak=peak,
        max_drawdown_trough=trough,
        max_drawdown_recovery=recovery,
        max_drawdown_days=((recovery or period.end) - peak).days if peak else None,
        ulcer_index=judge(risk.ulcer_index, returns),
        omega=judge(risk.omega_ratio, returns, rate),
        tail_ratio=judge(risk.tail_ratio, returns),
        skew=judge(risk.skewness, returns),
        kurtosis=judge(risk.excess_kurtosis, returns),
        win_rate=judge(risk.win_rate, returns),
        best_day=judge(np.max, returns),
        worst_day=judge(np.min, returns),
        best_month=judge(np.max, months),
        worst_month=judge(np.min, months),
        **_tails(judge, returns),
        **_against(history, period, daily, risk_free, benchmark),
    )


def per_period(annual: float, periods: float) -> float:
    """An annual rate as the rate of one of ``periods`` a year: (1 + annual)^(1/N) − 1."""
    return float((1.0 + annual) ** (1.0 / periods) - 1.0)


class _Judge:
    """Turns numbers into measures: insufficient below twenty returns, undefined across a day without a return."""

    def __init__(self, count: int, undefined: str) -> None:
        self._fault: Measure | None = None
        if undefined:
            self._fault = Measure.undefined(undefined)
        elif count < LEAST_RETURNS:
            self._fault = Measure.insufficient(f"{count} returns; risk is measured from {LEAST_RETURNS} on.")

    @property
    def good(self) -> bool:
        """Whether there is something to measure."""
        return self._fault is None

    def of(self, found: Measure) -> Measure:
        """``found``, unless nothing can be measured."""
        return self._fault or found

    def __call__(self, function: object, *arguments: object) -> Measure:
        """The measure that ``function`` gives; undefined where it is nan."""
        if self._fault is not None:
            return self._fault
        assert callable(function)  # noqa: S101
        value = float(function(*arguments))
        return Measure(value) if np.isfinite(value) else Measure.undefined("The returns do not define it.")


def _tails(judge: _Judge, returns: Floats) -> dict[str, Measure]:
    """Value at risk and what lies beyond it, by level and method."""
    found: dict[str, Measure] = {}
    for level in (95, 99):
        for method, suffix in (("historical", ""), ("normal", "_normal")):
            found[f"var_{level}{suffix}"] = judge(risk.value_at_risk, returns, level / 100, method)
            found[f"cvar_{level}{suffix}"] = judge(risk.conditional_value_at_risk, returns, level / 100, method)
    return found


def _deepest(returns: Floats) -> Episode | None:
    return min(episodes(wealth(returns)), key=lambda episode: episode.depth, default=None)


def _dates(deepest: Episode | None, dates: Days, period: Period) -> tuple[date | None, date | None, date | None]:
    if deepest is None:
        return None, None, None

    def on(position: int) -> date:
        return date_of(dates[position - 1]) if position else period.start - timedelta(days=1)

    recovery = None if deepest.recovery is None else on(deepest.recovery)
    return on(deepest.peak), on(deepest.trough), recovery


def _calmar(annualized: Measure, deepest: Episode | None) -> Measure:
    if annualized.value is None:
        return annualized
    if deepest is None:
        return Measure.undefined("There was no drawdown.")
    return Measure(annualized.value / abs(deepest.depth))


def _months(returns: Floats, dates: Days) -> Floats:
    return aggregate_returns(pd.Series(returns, index=pd.DatetimeIndex(dates)), "monthly").to_numpy()


def _against(
    history: PortfolioHistory, period: Period, daily: DailyReturns, risk_free: float, benchmark: Benchmark | None
) -> dict[str, Measure]:
    """The figures against a benchmark, on its own sessions, the portfolio compounded between them."""
    names = ("beta", "alpha", "r_squared", "correlation", "tracking_error", "information_ratio")
    if benchmark is None:
        return dict.fromkeys((*names, "up_capture", "down_capture"), Measure(None, Status.UNDEFINED, "No benchmark."))
    points = bars_of(benchmark.sessions, history, period)
    start = history.position(period.before)
    levels = benchmark.levels[start : history.position(period.end) + 1]
    returns, other = _between(daily.growth, points), _between(levels, points)
    known = ~np.isnan(other)
    returns, other, points = returns[known], other[known], points[known]
    per_year = periods_per_year(daily.days[points])
    judge = _Judge(len(other), daily.undefined)
    rate = per_period(risk_free, per_year)
    related = judge(risk.correlation, returns, other)
    return {
        "beta": judge(risk.beta, returns, other, rate),
        "alpha": judge(risk.alpha, returns, other, rate, per_year),
        "r_squared": related if related.value is None else Measure(related.value**2),
        "correlation": related,
        "tracking_error": judge(risk.tracking_error, returns, other, per_year),
        "information_ratio": judge(risk.information_ratio, returns, other, per_year),
        "up_capture": judge(risk.up_capture, returns, other),
        "down_capture": judge(risk.down_capture, returns, other),
    }


def _between(levels: Floats, points: np.typing.NDArray[np.intp]) -> Floats:
    """Returns from the close before the period to the first of ``points`` and between them, shape (k,)."""
    seen = levels[np.concatenate(([0], points + 1))]
    steps: Floats = seen[1:] / seen[:-1] - 1.0
    return steps
