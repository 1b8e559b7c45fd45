"""Covariance, correlation, regression, and the parts of a portfolio's volatility."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain import risk
from dashboard.domain.risk_matrix import correlation_matrix, covariance_matrix, risk_contributions
from dashboard.domain.risk_regression import regress
from dashboard.errors import InvalidInput

NAN = float("nan")
DRAW = np.random.default_rng(3)
RETURNS = DRAW.normal(0.0003, 0.01, (120, 4)) @ DRAW.normal(0.5, 0.4, (4, 4))


def test_a_covariance_is_annualised_and_its_diagonal_is_the_variance() -> None:
    found = np.asarray(covariance_matrix(RETURNS))
    assert found[0, 1] == pytest.approx(252 * statistics.covariance(RETURNS[:, 0].tolist(), RETURNS[:, 1].tolist()))
    assert np.sqrt(np.diag(found)).tolist() == pytest.approx([risk.volatility(RETURNS[:, at]) for at in range(4)])


def test_a_frame_keeps_its_labels() -> None:
    frame = pd.DataFrame(RETURNS, columns=list("ABCD"))
    found = correlation_matrix(frame)
    assert isinstance(found, pd.DataFrame)
    assert found.index.tolist() == found.columns.tolist() == list("ABCD")
    assert found.loc["A", "C"] == pytest.approx(risk.correlation(RETURNS[:, 0], RETURNS[:, 2]))


def test_only_periods_that_all_have_count_so_that_the_matrix_can_be_one() -> None:
    gapped = RETURNS.copy()
    gapped[5, 0] = gapped[9, 3] = NAN
    kept = np.delete(RETURNS, [5, 9], axis=0)
    assert np.allclose(covariance_matrix(gapped), covariance_matrix(kept), rtol=0, atol=1e-16)


def test_a_series_that_does_not_vary_is_correlated_with_nothing() -> None:
    flat = np.column_stack((RETURNS[:, :2], np.full(120, 0.1)))
    found = np.asarray(correlation_matrix(flat))
    assert np.isnan(found[2]).all() and np.isnan(found[:, 2]).all()
    assert found[0, 0] == 1.0
    assert np.asarray(covariance_matrix(flat))[2].tolist() == [0.0] * 3


def test_one_period_has_no_covariance_and_a_vector_is_no_matrix() -> None:
    assert np.isnan(np.asarray(covariance_matrix(RETURNS[:1]))).all()
    assert np.isnan(np.asarray(correlation_matrix(RETURNS[:0]))).all()
    with pytest.raises(InvalidInput, match="matrix"):
        covariance_matrix(RETURNS[:, 0])


def test_contributions_are_marginal_times_weight() -> None:
    """σ² = 0.25·0.04 + 0.25·0.09 + 2·0.25·0.012 = 0.0385 for weights of a half."""
    found = risk_contributions([0.5, 0.5], [[0.04, 0.012], [0.012, 0.09]])
    assert found.volatility == pytest.approx(math.sqrt(0.0385))
    assert found.marginal.tolist() == pytest.approx([0.026 / math.sqrt(0.0385), 0.051 / math.sqrt(0.0385)])
    assert found.percent.tolist() == pytest.approx([0.013 / 0.0385, 0.0255 / 0.0385])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=4, max_size=4), st.floats(0.1, 10))
def test_components_sum_to_the_volatility_and_scale_with_the_weights(weights: list[float], factor: float) -> None:
    covariance = np.asarray(covariance_matrix(RETURNS))
    found = risk_contributions(weights, covariance)
    held = RETURNS @ np.array(weights)
    assert found.volatility == pytest.approx(risk.volatility(held), rel=1e-9, abs=1e-9)
    assert found.component.sum() == pytest.approx(found.volatility, rel=1e-9, abs=1e-12)
    larger = risk_contributions(np.array(weights) * factor, covariance)
    assert larger.volatility == pytest.approx(found.volatility * factor, rel=1e-9, abs=1e-9)


def test_a_portfolio_without_risk_has_no_parts_and_unknown_risk_stays_unknown() -> None:
    hedged = risk_contributions([1.0, -1.0], [[0.04, 0.04], [0.04, 0.04]])
    assert (hedged.volatility, hedged.component.tolist()) == (0.0, [0.0, 0.0])
    assert np.isnan(hedged.percent).all()
    assert math.isnan(risk_contributions([1.0, 1.0], np.full((2, 2), NAN)).volatility)
    with pytest.raises(InvalidInput, match="2 weights"):
        risk_contributions([1.0, 1.0], np.eye(3))


def test_one_regressor_is_beta_and_alpha() -> None:
    found = regress(RETURNS[:, 0], RETURNS[:, 1])
    assert found.coefficients.tolist() == pytest.approx([risk.beta(RETURNS[:, 0], RETURNS[:, 1])])
    assert found.intercept == pytest.approx(risk.alpha(RETURNS[:, 0], RETURNS[:, 1], periods_per_year=1))
    assert found.r_squared == pytest.approx(risk.correlation(RETURNS[:, 0], RETURNS[:, 1]) ** 2)


def test_several_regressors_solve_the_normal_equations() -> None:
    factors = RETURNS[:, 1:]
    found = regress(RETURNS[:, 0], factors)
    design = np.column_stack((np.ones(120), factors))
    inverse = np.linalg.inv(design.T @ design)
    expected = inverse @ design.T @ RETURNS[:, 0]
    residual = RETURNS[:, 0] - design @ expected
    errors = np.sqrt(np.diag(inverse) * (residual @ residual) / (120 - 4))
    assert [found.intercept, *found.coefficients] == pytest.approx(expected.tolist(), abs=1e-9)
    assert [found.intercept_error, *found.standard_errors] == pytest.approx(errors.tolist(), rel=1e-6)
    assert found.t_statistics.tolist() == pytest.approx((expected / errors)[1:].tolist(), rel=1e-6)
    assert found.observations == 120


@pytest.mark.parametrize(
    "factors",
    [
        np.column_stack((RETURNS[:, 1], 2.0 * RETURNS[:, 1])),
        np.column_stack((RETURNS[:, 1], np.full(120, 0.5))),
    ],
    ids=["a combination of the other", "a constant"],
)
def test_regressors_that_say_the_same_determine_nothing(factors: np.ndarray) -> None:
    found = regress(RETURNS[:, 0], factors)
    assert np.isnan(found.coefficients).all()
    assert math.isnan(found.intercept) and math.isnan(found.r_squared)


def test_rows_with_a_gap_are_skipped_and_too_few_rows_determine_nothing() -> None:
    gapped = RETURNS.copy()
    gapped[3, 1] = NAN
    assert regress(gapped[:, 0], gapped[:, 1:]).observations == 119
    assert np.isnan(regress(RETURNS[:4, 0], RETURNS[:4, 1:]).coefficients).all()
    with pytest.raises(InvalidInput, match="120 returns"):
        regress(RETURNS[:, 0], RETURNS[:50, 1:])
