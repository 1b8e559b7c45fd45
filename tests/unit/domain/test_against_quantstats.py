"""Our measures against quantstats': equal where the definitions agree, by a known amount where they do not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.domain import risk
from dashboard.domain.drawdown import max_drawdown, worst_drawdowns
from dashboard.domain.returns import aggregate_returns, annualized_return, cumulative_return
from tests.unit.domain.comparison import benchmark_series, daily_series

# It asks pandas and its plotting libraries in ways that they will drop, at import and in use.
pytestmark = pytest.mark.filterwarnings("ignore::Warning")

RETURNS = daily_series(seed=12)
BENCHMARK = benchmark_series(RETURNS)


@pytest.fixture(scope="module")
def stats() -> Any:  # Any: the library has no types
    """quantstats' functions; the library is slow to load, so that only this module waits for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from quantstats import stats as module

    return module


SAME: dict[str, tuple[Callable[[], float], Callable[[Any], float]]] = {
    "cumulative return": (lambda: cumulative_return(RETURNS), lambda stats: stats.comp(RETURNS)),
    "annualised return": (lambda: annualized_return(RETURNS), lambda stats: stats.cagr(RETURNS)),
    "volatility": (lambda: risk.volatility(RETURNS), lambda stats: stats.volatility(RETURNS)),
    "sharpe": (
        lambda: risk.sharpe_ratio(RETURNS, 1.02 ** (1 / 252) - 1),
        lambda stats: stats.sharpe(RETURNS, rf=0.02),
    ),
    "sortino": (
        lambda: risk.sortino_ratio(RETURNS, 1.02 ** (1 / 252) - 1),
        lambda stats: stats.sortino(RETURNS, rf=0.02),
    ),
    "calmar": (lambda: risk.calmar_ratio(RETURNS), lambda stats: stats.calmar(RETURNS)),
    "max drawdown": (lambda: max_drawdown(RETURNS), lambda stats: stats.max_drawdown(RETURNS)),
    "omega": (lambda: risk.omega_ratio(RETURNS), lambda stats: stats.omega(RETURNS)),
    "tail ratio": (lambda: risk.tail_ratio(RETURNS), lambda stats: stats.tail_ratio(RETURNS)),
    "skew": (lambda: risk.skewness(RETURNS), lambda stats: stats.skew(RETURNS)),
    "kurtosis": (lambda: risk.excess_kurtosis(RETURNS), lambda stats: stats.kurtosis(RETURNS)),
    "win rate": (lambda: risk.win_rate(RETURNS), lambda stats: stats.win_rate(RETURNS)),
    "normal value at risk": (
        lambda: risk.value_at_risk(RETURNS, 0.95, "normal"),
        lambda stats: stats.value_at_risk(RETURNS),
    ),
    "normal value at risk 99": (
        lambda: risk.value_at_risk(RETURNS, 0.99, "normal"),
        lambda stats: stats.value_at_risk(RETURNS, confidence=0.99),
    ),
    "normal conditional value at risk": (
        lambda: risk.conditional_value_at_risk(RETURNS, 0.95, "normal"),
        lambda stats: stats.conditional_value_at_risk(RETURNS),
    ),
    "conditional value at risk": (
        lambda: risk.conditional_value_at_risk(RETURNS, 0.95),
        lambda stats: stats.conditional_value_at_risk(RETURNS, method="historical"),
    ),
    "beta": (lambda: risk.beta(RETURNS, BENCHMARK), lambda stats: stats.greeks(RETURNS, BENCHMARK)["beta"]),
    "alpha": (lambda: risk.alpha(RETURNS, BENCHMARK), lambda stats: stats.greeks(RETURNS, BENCHMARK)["alpha"]),
    "r squared": (
        lambda: risk.correlation(RETURNS, BENCHMARK) ** 2,
        lambda stats: stats.r_squared(RETURNS, BENCHMARK),
    ),
    "best month": (
        lambda: float(aggregate_returns(RETURNS, "monthly").max()),
        lambda stats: stats.best(RETURNS, aggregate="eom"),
    ),
    "worst month": (
        lambda: float(aggregate_returns(RETURNS, "monthly").min()),
        lambda stats: stats.worst(RETURNS, aggregate="eom"),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_where_the_definitions_agree_the_numbers_do(name: str, stats: Any) -> None:
    ours, theirs = SAME[name]
    assert ours() == pytest.approx(float(theirs(stats)), rel=1e-9, abs=1e-13)


def test_the_worst_drawdowns_are_as_deep_and_have_the_same_trough(stats: Any) -> None:
    details = stats.drawdown_details(stats.to_drawdown_series(RETURNS)).sort_values("max drawdown").head(5)
    found = worst_drawdowns(RETURNS, 5)
    assert [one.depth * 100 for one in found] == pytest.approx(details["max drawdown"].tolist())
    assert [str(getattr(one.trough, "date", lambda: None)()) for one in found] == details["valley"].tolist()


def test_a_drawdown_begins_at_its_peak_and_theirs_on_the_first_day_under_it(stats: Any) -> None:
    details = stats.drawdown_details(stats.to_drawdown_series(RETURNS)).sort_values("max drawdown")
    (deepest,) = worst_drawdowns(RETURNS, 1)
    days = [str(day.date()) for day in pd.DatetimeIndex(RETURNS.index)]
    peak = days.index(str(pd.Timestamp(str(deepest.peak)).date()))
    assert days[peak + 1] == details["start"].iloc[0]


def test_the_ulcer_index_is_a_root_mean_square_and_theirs_divides_by_one_less(stats: Any) -> None:
    count = len(RETURNS)
    assert risk.ulcer_index(RETURNS) == pytest.approx(stats.ulcer_index(RETURNS) * np.sqrt((count - 1) / count))


def test_the_information_ratio_is_annualised_and_theirs_is_of_a_day(stats: Any) -> None:
    theirs = stats.information_ratio(RETURNS, BENCHMARK)
    assert risk.information_ratio(RETURNS, BENCHMARK) == pytest.approx(theirs * np.sqrt(252))


def test_alpha_is_over_the_risk_free_rate_and_theirs_over_nothing(stats: Any) -> None:
    slope = risk.beta(RETURNS, BENCHMARK)
    theirs = stats.greeks(RETURNS, BENCHMARK)["alpha"]
    assert risk.alpha(RETURNS, BENCHMARK, 0.0001) == pytest.approx(theirs - 252 * 0.0001 * (1.0 - slope))


def test_a_best_month_is_one_of_the_calendar_and_theirs_of_all_years_together_unless_asked(stats: Any) -> None:
    months = (1.0 + RETURNS).groupby(RETURNS.index.to_series().dt.month).prod() - 1.0
    assert stats.best(RETURNS, aggregate="month") == pytest.approx(float(months.max()))
    assert float(aggregate_returns(RETURNS, "monthly").max()) != pytest.approx(float(months.max()), rel=1e-3)
