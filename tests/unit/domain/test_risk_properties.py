"""What holds for every series of returns: scales, shifts, signs and bounds of the measures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dashboard.domain import risk
from dashboard.domain.drawdown import drawdown_series, max_drawdown, worst_drawdowns

RETURNS = st.lists(st.floats(-0.3, 0.3).map(lambda value: round(value, 6)), min_size=3, max_size=60)
SOME = settings(max_examples=80, deadline=None)


def _varied(values: list[float]) -> np.ndarray:
    found = np.array(values)
    assume(np.ptp(found) > 1e-4)
    return found


@SOME
@given(RETURNS, st.floats(0.1, 3.0))
def test_deviations_scale_with_the_returns_and_ratios_do_not(values: list[float], factor: float) -> None:
    returns = _varied(values)
    assert risk.volatility(returns * factor) == pytest.approx(factor * risk.volatility(returns))
    assert risk.downside_deviation(returns * factor) == pytest.approx(factor * risk.downside_deviation(returns))
    for ratio in (risk.sharpe_ratio, risk.sortino_ratio, risk.omega_ratio, risk.tail_ratio, risk.skewness):
        assert ratio(returns * factor) == pytest.approx(ratio(returns), rel=1e-7, abs=1e-9, nan_ok=True)


@SOME
@given(RETURNS, st.floats(-0.05, 0.05))
def test_a_risk_free_rate_shifts_the_mean_and_no_deviation(values: list[float], rate: float) -> None:
    returns = _varied(values)
    assert risk.sharpe_ratio(returns, rate) == pytest.approx(risk.sharpe_ratio(returns - rate), rel=1e-7, abs=1e-9)
    assert risk.volatility(returns - rate) == pytest.approx(risk.volatility(returns), rel=1e-9)


@SOME
@given(RETURNS)
def test_the_mean_beyond_a_limit_is_no_better_than_the_limit(values: list[float]) -> None:
    returns = _varied(values)
    methods: tuple[risk.VarMethod, ...] = ("historical", "normal")
    for method in methods:
        for level in (0.95, 0.99):
            limit = risk.value_at_risk(returns, level, method)
            beyond = risk.conditional_value_at_risk(returns, level, method)
            assert beyond <= limit + 1e-12
    assert risk.value_at_risk(returns, 0.99) <= risk.value_at_risk(returns, 0.95) + 1e-12


@SOME
@given(RETURNS)
def test_drawdowns_lie_between_nothing_and_everything_and_the_worst_is_the_deepest(values: list[float]) -> None:
    falls = drawdown_series(np.array(values))
    assert ((falls <= 0.0) & (falls > -1.0)).all()
    assert max_drawdown(values) == falls.min()
    episodes = worst_drawdowns(values, 100)
    assert [one.depth for one in episodes] == sorted(one.depth for one in episodes)
    assert [one.depth for one in worst_drawdowns(values, 2)] == [one.depth for one in episodes[:2]]
    assert risk.ulcer_index(values) <= -max_drawdown(values) + 1e-12


@SOME
@given(RETURNS, st.floats(-2.0, 2.0), st.floats(-0.01, 0.01))
def test_a_line_through_the_benchmark_is_its_beta_and_its_alpha(
    values: list[float], slope: float, intercept: float
) -> None:
    benchmark = _varied(values)
    returns = intercept + slope * benchmark
    assert risk.beta(returns, benchmark) == pytest.approx(slope, abs=1e-7)
    assert risk.alpha(returns, benchmark) == pytest.approx(intercept * 252, abs=1e-6)
    if abs(slope) > 1e-3:
        assert risk.correlation(returns, benchmark) == pytest.approx(math.copysign(1.0, slope))


@SOME
@given(RETURNS, st.integers(0, 2**32 - 1))
def test_the_order_of_the_returns_matters_to_drawdowns_alone(values: list[float], seed: int) -> None:
    returns = _varied(values)
    shuffled = np.random.default_rng(seed).permutation(returns)
    for measure in (risk.volatility, risk.sharpe_ratio, risk.value_at_risk, risk.omega_ratio, risk.win_rate):
        assert measure(shuffled) == pytest.approx(measure(returns), rel=1e-7, abs=1e-9, nan_ok=True)


@SOME
@given(RETURNS)
def test_a_portfolio_captures_all_of_itself(values: list[float]) -> None:
    returns = _varied(values)
    for capture, there in ((risk.up_capture, (returns > 0).any()), (risk.down_capture, (returns < 0).any())):
        assert capture(returns, returns) == (pytest.approx(1.0) if there else pytest.approx(math.nan, nan_ok=True))
    assert risk.tracking_error(returns, returns) == 0.0
