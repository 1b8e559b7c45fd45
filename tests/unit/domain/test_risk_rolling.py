"""Rolling measures: every window equals the measure of its own returns, whatever is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain import risk, risk_rolling
from dashboard.domain.returns import cumulative_return
from dashboard.errors import InvalidInput

NAN = float("nan")
DRAW = np.random.default_rng(11)
RETURNS = DRAW.normal(0.0004, 0.011, 300)
BENCHMARK = 0.7 * RETURNS + DRAW.normal(0.0, 0.006, 300)
GAPPED = np.where(DRAW.random(300) < 0.2, NAN, RETURNS)


def _by_window(measure: object, window: int, *vectors: np.ndarray) -> list[float]:
    assert callable(measure)
    count = len(vectors[0])
    found = [measure(*(vector[end - window : end] for vector in vectors)) for end in range(window, count + 1)]
    return [NAN] * (window - 1) + found


@pytest.mark.parametrize("returns", [RETURNS, GAPPED], ids=["whole", "with gaps"])
@pytest.mark.parametrize("window", [2, 20, 250, 300])
def test_all_windows_at_once_are_the_windows_one_by_one(returns: np.ndarray, window: int) -> None:
    for found, expected in (
        (risk_rolling.rolling_volatility(returns, window), _by_window(risk.volatility, window, returns)),
        (risk_rolling.rolling_sharpe(returns, window), _by_window(risk.sharpe_ratio, window, returns)),
        (risk_rolling.rolling_beta(returns, BENCHMARK, window), _by_window(risk.beta, window, returns, BENCHMARK)),
        (
            risk_rolling.rolling_correlation(returns, BENCHMARK, window),
            _by_window(risk.correlation, window, returns, BENCHMARK),
        ),
    ):
        assert found.tolist() == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_a_rolling_return_compounds_each_window() -> None:
    expected = _by_window(cumulative_return, 20, RETURNS)
    assert risk_rolling.rolling_return(RETURNS, 20).tolist() == pytest.approx(expected, nan_ok=True)


def test_a_window_longer_than_the_series_is_never_full() -> None:
    assert np.isnan(risk_rolling.rolling_volatility(RETURNS[:5], 6)).all()


def test_a_window_of_equal_returns_has_no_volatility_and_no_ratio() -> None:
    flat = np.full(8, 0.001)
    assert risk_rolling.rolling_volatility(flat, 4)[3:].tolist() == [0.0] * 5
    assert np.isnan(risk_rolling.rolling_sharpe(flat, 4)).all()
    assert np.isnan(risk_rolling.rolling_beta(RETURNS[:8], flat, 4)).all()


def test_a_window_of_one_return_is_refused() -> None:
    with pytest.raises(InvalidInput, match="two returns"):
        risk_rolling.rolling_volatility(RETURNS, 1)
    with pytest.raises(InvalidInput, match="two returns"):
        risk.rolling(risk.ulcer_index, RETURNS, 1)


def test_the_risk_free_rate_and_the_year_are_as_given() -> None:
    expected = risk.sharpe_ratio(RETURNS[-30:], 0.0001, 12)
    assert risk_rolling.rolling_sharpe(RETURNS, 30, 0.0001, 12)[-1] == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.just(NAN), st.floats(-0.2, 0.2)), min_size=3, max_size=40), st.integers(2, 12))
def test_the_general_rolling_function_takes_the_fast_way_with_the_same_result(values: list[float], window: int) -> None:
    series = pd.Series(values, pd.date_range("2024-01-01", periods=len(values)))
    quick = risk.rolling(risk.volatility, series, window)
    slow = risk.rolling(lambda seen: risk.volatility(seen), series, window)
    assert quick.tolist() == pytest.approx(slow.tolist(), rel=1e-9, abs=1e-12, nan_ok=True)
