"""Risk measures against their definitions, computed by other means, and where they are undefined."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from dashboard.domain import risk
from dashboard.domain.drawdown import drawdown_series, max_drawdown, worst_drawdowns

RETURNS = [0.010, -0.020, 0.015, 0.003, -0.007, 0.021, -0.013, 0.004, 0.000, 0.011]
BENCHMARK = [0.008, -0.015, 0.010, 0.001, -0.004, 0.018, -0.017, 0.006, 0.002, 0.007]
NAN = float("nan")


def test_volatility_is_the_sample_deviation_a_year() -> None:
    assert risk.volatility(RETURNS) == pytest.approx(statistics.stdev(RETURNS) * math.sqrt(252))
    assert risk.volatility(RETURNS, 12) == pytest.approx(statistics.stdev(RETURNS) * math.sqrt(12))


def test_the_sharpe_ratio_takes_the_risk_free_rate_a_period() -> None:
    expected = (statistics.mean(RETURNS) - 0.0001) / statistics.stdev(RETURNS) * math.sqrt(252)
    assert risk.sharpe_ratio(RETURNS, 0.0001) == pytest.approx(expected)


def test_downside_deviation_counts_every_observation() -> None:
    under = math.sqrt(sum(min(value - 0.001, 0) ** 2 for value in RETURNS) / len(RETURNS)) * math.sqrt(252)
    assert risk.downside_deviation(RETURNS, 0.001) == pytest.approx(under)
    expected = (statistics.mean(RETURNS) - 0.001) * 252 / under
    assert risk.sortino_ratio(RETURNS, 0.001) == pytest.approx(expected)


def test_value_at_risk_is_a_signed_linear_quantile() -> None:
    worst, second = sorted(RETURNS)[:2]
    limit = worst + 0.45 * (second - worst)
    assert risk.value_at_risk(RETURNS, 0.95) == pytest.approx(limit)
    assert risk.conditional_value_at_risk(RETURNS, 0.95) == worst


def test_the_normal_value_at_risk_comes_from_mean_and_deviation() -> None:
    mean, deviation = statistics.mean(RETURNS), statistics.stdev(RETURNS)
    assert risk.value_at_risk(RETURNS, 0.99, "normal") == pytest.approx(mean - 2.3263478740 * deviation)
    density = math.exp(-(2.3263478740**2) / 2) / math.sqrt(2 * math.pi)
    expected = mean - deviation * density / 0.01
    assert risk.conditional_value_at_risk(RETURNS, 0.99, "normal") == pytest.approx(expected)


def test_skew_and_kurtosis_are_bias_corrected() -> None:
    series = pd.Series(RETURNS)
    assert risk.skewness(RETURNS) == pytest.approx(series.skew())
    assert risk.excess_kurtosis(RETURNS) == pytest.approx(series.kurt())


def test_omega_tail_win_rate_and_ulcer() -> None:
    gains, losses = sum(max(r, 0) for r in RETURNS), sum(max(-r, 0) for r in RETURNS)
    assert risk.omega_ratio(RETURNS) == pytest.approx(gains / losses)
    assert risk.win_rate(RETURNS) == pytest.approx(6 / 9)
    low, high = np.percentile(RETURNS, [5, 95])
    assert risk.tail_ratio(RETURNS) == pytest.approx(abs(high / low))
    wealth, peak, squares = 1.0, 1.0, 0.0
    for value in RETURNS:
        wealth *= 1 + value
        peak = max(peak, wealth)
        squares += (wealth / peak - 1) ** 2
    assert risk.ulcer_index(RETURNS) == pytest.approx(math.sqrt(squares / len(RETURNS)))


def test_figures_against_a_benchmark_are_a_regression() -> None:
    fit = statistics.linear_regression(BENCHMARK, RETURNS)
    assert risk.beta(RETURNS, BENCHMARK) == pytest.approx(fit.slope)
    assert risk.alpha(RETURNS, BENCHMARK) == pytest.approx(fit.intercept * 252)
    excess = statistics.linear_regression([b - 0.0002 for b in BENCHMARK], [r - 0.0002 for r in RETURNS])
    assert risk.alpha(RETURNS, BENCHMARK, 0.0002) == pytest.approx(excess.intercept * 252)
    assert risk.correlation(RETURNS, BENCHMARK) == pytest.approx(statistics.correlation(RETURNS, BENCHMARK))
    active = [r - b for r, b in zip(RETURNS, BENCHMARK, strict=True)]
    assert risk.tracking_error(RETURNS, BENCHMARK) == pytest.approx(statistics.stdev(active) * math.sqrt(252))
    expected = statistics.mean(active) / statistics.stdev(active) * math.sqrt(252)
    assert risk.information_ratio(RETURNS, BENCHMARK) == pytest.approx(expected)


def test_capture_compares_geometric_means() -> None:
    up = [(r, b) for r, b in zip(RETURNS, BENCHMARK, strict=True) if b > 0]
    one = math.prod(1 + r for r, _ in up) ** (1 / len(up)) - 1
    other = math.prod(1 + b for _, b in up) ** (1 / len(up)) - 1
    assert risk.up_capture(RETURNS, BENCHMARK) == pytest.approx(one / other)
    assert risk.down_capture(BENCHMARK, BENCHMARK) == pytest.approx(1.0)


def test_missing_observations_are_skipped_in_pairs_and_series_join_on_their_index() -> None:
    assert risk.volatility([*RETURNS, NAN]) == pytest.approx(risk.volatility(RETURNS))
    assert risk.beta([*RETURNS, NAN, 0.5], [*BENCHMARK, 0.5, NAN]) == pytest.approx(risk.beta(RETURNS, BENCHMARK))
    one = pd.Series(RETURNS, index=range(10))
    other = pd.Series([0.9, *BENCHMARK], index=[99, *range(10)])
    assert risk.beta(one, other) == pytest.approx(risk.beta(RETURNS, BENCHMARK))


@pytest.mark.parametrize(
    "measure",
    [
        risk.volatility,
        risk.downside_deviation,
        risk.sharpe_ratio,
        risk.sortino_ratio,
        risk.calmar_ratio,
        risk.omega_ratio,
        risk.tail_ratio,
        risk.ulcer_index,
        risk.value_at_risk,
        risk.conditional_value_at_risk,
        risk.skewness,
        risk.excess_kurtosis,
    ],
)
@pytest.mark.parametrize("returns", [[], [0.01], [NAN, 0.01]])
def test_one_observation_defines_no_risk(measure: Callable[[list[float]], float], returns: list[float]) -> None:
    assert math.isnan(measure(returns))


@pytest.mark.parametrize("measure", [risk.sharpe_ratio, risk.sortino_ratio, risk.calmar_ratio, risk.skewness])
def test_returns_that_do_not_vary_define_no_ratio(measure: Callable[[list[float]], float]) -> None:
    assert math.isnan(measure([0.001] * 30))
    assert risk.volatility([0.001] * 30) == 0.0


def test_a_benchmark_that_does_not_vary_defines_no_beta() -> None:
    assert math.isnan(risk.beta(RETURNS, [0.001] * 10))
    assert math.isnan(risk.alpha(RETURNS, [0.001] * 10))
    assert math.isnan(risk.correlation(RETURNS, [0.001] * 10))
    assert math.isnan(risk.information_ratio(RETURNS, RETURNS))
    assert math.isnan(risk.up_capture(RETURNS, [-0.001] * 10))


def test_a_rolling_measure_has_the_shape_of_its_input() -> None:
    found = risk.rolling(risk.volatility, np.array(RETURNS), 4)
    assert np.isnan(found).tolist() == [True] * 3 + [False] * 7
    assert found[5] == pytest.approx(risk.volatility(RETURNS[2:6]))
    series = pd.Series(RETURNS, pd.date_range("2024-01-01", periods=10))
    against = risk.rolling(risk.beta, series, 4, pd.Series(BENCHMARK, series.index))
    assert against.index.equals(series.index)
    assert against.iloc[-1] == pytest.approx(risk.beta(RETURNS[-4:], BENCHMARK[-4:]))


def test_a_drawdown_is_counted_from_the_start_too() -> None:
    assert max_drawdown([-0.1, 0.05]) == pytest.approx(-0.1)
    assert max_drawdown([0.1, 0.05]) == 0.0
    assert math.isnan(max_drawdown([]))
    assert drawdown_series(np.array([0.1, -0.5, NAN, 0.2])).tolist() == pytest.approx([0, -0.5, NAN, -0.4], nan_ok=True)


def test_the_worst_drawdowns_come_with_their_dates() -> None:
    days = pd.date_range("2024-01-01", periods=8)
    returns = pd.Series([0.10, -0.10, -0.10, 0.30, -0.20, 0.30, -0.05, 0.01], days)
    first, second, third = worst_drawdowns(returns, 5)
    assert (first.peak, first.trough, first.recovery) == (days[3], days[4], days[5])
    assert (first.depth, second.depth) == pytest.approx((-0.2, -0.19))
    assert (second.peak, second.trough, second.recovery) == (days[0], days[2], days[3])
    assert (first.days, second.days) == (2, 3)
    assert (third.peak, third.recovery, third.days) == (days[5], None, 2)
    assert len(worst_drawdowns(returns, 1)) == 1


def test_a_drawdown_from_the_start_has_no_peak_among_the_labels() -> None:
    (found,) = worst_drawdowns([-0.1, 0.2])
    assert (found.peak, found.trough, found.recovery, found.days) == (None, 0, 1, 2)
