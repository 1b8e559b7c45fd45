"""Our measures against empyrical-reloaded's: equal where the definitions agree, by a known amount where they do not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dashboard.domain import risk
from dashboard.domain.drawdown import drawdown_series, max_drawdown
from dashboard.domain.returns import (
    AggregationPeriod,
    aggregate_returns,
    annualized_return,
    cumulative_return,
    cumulative_returns,
)
from tests.unit.domain.comparison import benchmark_series, daily_series

# Its optional readers of market data warn when they are absent; nothing here reads any.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:empyrical")
empyrical = pytest.importorskip("empyrical")

RETURNS = daily_series()
BENCHMARK = benchmark_series(RETURNS)
GAPPED = RETURNS.where(np.arange(len(RETURNS)) % 7 != 3)
RATE = 0.0001
SAME: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "cumulative return": (
        lambda: cumulative_return(RETURNS),
        lambda: empyrical.cum_returns_final(RETURNS),
    ),
    "annualised return": (lambda: annualized_return(RETURNS), lambda: empyrical.annual_return(RETURNS)),
    "volatility": (lambda: risk.volatility(RETURNS), lambda: empyrical.annual_volatility(RETURNS)),
    "volatility with gaps": (lambda: risk.volatility(GAPPED), lambda: empyrical.annual_volatility(GAPPED)),
    "monthly volatility": (
        lambda: risk.volatility(RETURNS, 12),
        lambda: empyrical.annual_volatility(RETURNS, annualization=12),
    ),
    "sharpe": (lambda: risk.sharpe_ratio(RETURNS, RATE), lambda: empyrical.sharpe_ratio(RETURNS, RATE)),
    "sharpe with gaps": (lambda: risk.sharpe_ratio(GAPPED), lambda: empyrical.sharpe_ratio(GAPPED)),
    "sortino": (lambda: risk.sortino_ratio(RETURNS, RATE), lambda: empyrical.sortino_ratio(RETURNS, RATE)),
    "downside deviation": (
        lambda: risk.downside_deviation(RETURNS, RATE),
        lambda: empyrical.downside_risk(RETURNS, RATE),
    ),
    "max drawdown": (lambda: max_drawdown(RETURNS), lambda: empyrical.max_drawdown(RETURNS)),
    "calmar": (lambda: risk.calmar_ratio(RETURNS), lambda: empyrical.calmar_ratio(RETURNS)),
    "omega": (lambda: risk.omega_ratio(RETURNS, RATE), lambda: empyrical.omega_ratio(RETURNS, risk_free=RATE)),
    "tail ratio": (lambda: risk.tail_ratio(RETURNS), lambda: empyrical.tail_ratio(RETURNS)),
    "tail ratio with gaps": (lambda: risk.tail_ratio(GAPPED), lambda: empyrical.tail_ratio(GAPPED)),
    "value at risk": (lambda: risk.value_at_risk(RETURNS, 0.95), lambda: empyrical.value_at_risk(RETURNS, 0.05)),
    "value at risk 99": (lambda: risk.value_at_risk(RETURNS, 0.99), lambda: empyrical.value_at_risk(RETURNS, 0.01)),
    "conditional value at risk": (
        lambda: risk.conditional_value_at_risk(RETURNS, 0.95),
        lambda: empyrical.conditional_value_at_risk(RETURNS, 0.05),
    ),
    "beta": (lambda: risk.beta(RETURNS, BENCHMARK), lambda: empyrical.beta(RETURNS, BENCHMARK)),
    "beta with gaps": (lambda: risk.beta(GAPPED, BENCHMARK), lambda: empyrical.beta(GAPPED, BENCHMARK)),
    "rolling volatility": (
        lambda: risk.rolling(risk.volatility, RETURNS, 60)[59:],
        lambda: empyrical.roll_annual_volatility(RETURNS, window=60),
    ),
    "rolling sharpe": (
        lambda: risk.rolling(risk.sharpe_ratio, RETURNS, 60)[59:],
        lambda: empyrical.roll_sharpe_ratio(RETURNS, window=60),
    ),
    "rolling beta": (
        lambda: risk.rolling(risk.beta, RETURNS, 60, BENCHMARK)[59:],
        lambda: empyrical.roll_beta(RETURNS, BENCHMARK, window=60),
    ),
    "rolling drawdown": (
        lambda: risk.rolling(max_drawdown, RETURNS, 60)[59:],
        lambda: empyrical.roll_max_drawdown(RETURNS, window=60),
    ),
    "cumulative returns": (lambda: cumulative_returns(RETURNS), lambda: empyrical.cum_returns(RETURNS)),
    "drawdowns": (lambda: drawdown_series(RETURNS), lambda: empyrical.stats.drawdown_series(RETURNS)),
}


@pytest.mark.parametrize("name", SAME)
def test_where_the_definitions_agree_the_numbers_do(name: str) -> None:
    ours, theirs = SAME[name]
    found, expected = np.asarray(ours(), np.float64), np.asarray(theirs(), np.float64)
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("period", ["weekly", "monthly", "quarterly", "yearly"])
def test_returns_of_calendar_periods_are_theirs(period: AggregationPeriod) -> None:
    found = aggregate_returns(RETURNS, period).to_numpy()
    assert found.tolist() == pytest.approx(empyrical.aggregate_returns(RETURNS, period).tolist())


def test_alpha_is_the_daily_intercept_times_the_days_and_theirs_compounds_it() -> None:
    ours, theirs = risk.alpha(RETURNS, BENCHMARK), empyrical.alpha(RETURNS, BENCHMARK)
    assert theirs == pytest.approx((1.0 + ours / 252) ** 252 - 1.0)
    assert theirs != pytest.approx(ours, rel=1e-4)


def test_the_information_ratio_is_annualised_and_theirs_is_of_a_day() -> None:
    theirs = empyrical.excess_sharpe(RETURNS, BENCHMARK)
    assert risk.information_ratio(RETURNS, BENCHMARK) == pytest.approx(theirs * np.sqrt(252))


def test_capture_is_a_ratio_of_geometric_means_and_theirs_of_annualised_returns() -> None:
    for ours, theirs, chosen in (
        (risk.up_capture, empyrical.up_capture, BENCHMARK > 0.0),
        (risk.down_capture, empyrical.down_capture, BENCHMARK < 0.0),
    ):
        one, other = annualized_return(RETURNS[chosen], 1), annualized_return(BENCHMARK[chosen], 1)
        assert ours(RETURNS, BENCHMARK) == pytest.approx(one / other)
        assert theirs(RETURNS, BENCHMARK) == pytest.approx(((1 + one) ** 252 - 1) / ((1 + other) ** 252 - 1))


def test_a_missing_return_shortens_our_year_count_and_theirs_counts_the_row() -> None:
    rows, seen = len(GAPPED), int(GAPPED.count())
    growth = 1.0 + cumulative_return(GAPPED)
    assert annualized_return(GAPPED) == pytest.approx(growth ** (252 / seen) - 1.0)
    assert empyrical.annual_return(GAPPED) == pytest.approx(growth ** (252 / rows) - 1.0)
