"""Risk of a portfolio: on its series, against one benchmark, against several, over time."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import numpy as np
import pytest

from dashboard.domain import risk
from dashboard.domain.benchmarks import benchmark_on
from dashboard.domain.calendar import Period
from dashboard.domain.measures import Measure, Status
from dashboard.domain.performance import PeriodPerformance, measure
from dashboard.domain.prices import PriceSeries
from dashboard.domain.risk_figures import RiskFigures, dated_drawdowns
from dashboard.domain.risk_relative import factor_model, paired_returns, relative_figures
from dashboard.domain.rolling_figures import rolling_against, rolling_figures
from dashboard.domain.series import daily_returns
from dashboard.domain.valuation import PortfolioHistory
from tests.unit.domain.ledgers import history, market

DAYS = np.arange("2024-01-01", "2024-04-01", dtype="datetime64[D]")
WEEKDAYS = DAYS[np.is_busday(DAYS)]
DRAW = np.random.default_rng(31)
STEPS = DRAW.normal(0.0005, 0.01, (len(WEEKDAYS), 2))
CLOSES = 100.0 * np.cumprod(1.0 + STEPS, axis=0, dtype=np.float64)
LAST = date(2024, 3, 29)


def _portfolio(days: np.ndarray = WEEKDAYS) -> PortfolioHistory:
    """Ten of A, held since the first day; X is there to compare with."""
    chosen = np.isin(WEEKDAYS, days)
    prices = {"A": PriceSeries(WEEKDAYS, CLOSES[:, 0]), "X": PriceSeries(days, CLOSES[chosen, 1])}
    return history(f"2024-01-01 buy A 10 {CLOSES[0, 0]:.10f}", market(prices), str(LAST), cash=False)


def _measured(found: PortfolioHistory, symbol: str | None = None, start: date = date(2024, 1, 2)) -> PeriodPerformance:
    benchmark = benchmark_on(found, symbol) if symbol else None
    return measure(found, Period(start, LAST), benchmark, risk_free=0.03)


def test_every_figure_is_that_of_the_function_of_its_name() -> None:
    figures, returns = _measured(_portfolio()).risk, STEPS[1:, 0]
    rate = 1.03 ** (1 / 252) - 1
    assert (figures.observations, figures.periods_per_year) == (len(returns), 252)
    for found, expected in (
        (figures.volatility, risk.volatility(returns)),
        (figures.sharpe, risk.sharpe_ratio(returns, rate)),
        (figures.sortino, risk.sortino_ratio(returns, rate)),
        (figures.omega, risk.omega_ratio(returns, rate)),
        (figures.cvar_99, risk.conditional_value_at_risk(returns, 0.99)),
        (figures.var_95_normal, risk.value_at_risk(returns, 0.95, "normal")),
        (figures.kurtosis, risk.excess_kurtosis(returns)),
        (figures.best_day, returns.max()),
        (figures.worst_day, returns.min()),
    ):
        assert found.value == pytest.approx(expected, rel=1e-7)


def test_a_portfolio_of_the_benchmark_alone_goes_with_it() -> None:
    figures = _measured(_portfolio(), "A").risk
    assert (figures.beta.value, figures.correlation.value, figures.r_squared.value) == pytest.approx((1, 1, 1))
    assert figures.alpha.value == pytest.approx(0.0, abs=1e-12)
    assert figures.tracking_error.value == pytest.approx(0.0, abs=1e-12)
    assert (figures.up_capture.value, figures.down_capture.value) == pytest.approx((1, 1))


def test_between_the_benchmarks_sessions_the_portfolio_compounds() -> None:
    some = WEEKDAYS[np.arange(len(WEEKDAYS)) % 3 != 1]
    found = _portfolio(some)
    period = Period(date(2024, 1, 2), LAST)
    daily = daily_returns(found, period)
    pairs = paired_returns(found, period, daily, [benchmark_on(found, "X")])
    assert pairs.dates.tolist() == some[1:].tolist()
    levels = CLOSES[np.isin(WEEKDAYS, some)]
    assert pairs.returns.tolist() == pytest.approx((levels[1:, 0] / levels[:-1, 0] - 1).tolist())
    assert pairs.benchmarks[:, 0].tolist() == pytest.approx((levels[1:, 1] / levels[:-1, 1] - 1).tolist())
    figures = relative_figures(found, period, daily, 0.0, benchmark_on(found, "X"))
    assert figures.beta.value == pytest.approx(risk.beta(pairs.returns, pairs.benchmarks[:, 0]))


def test_of_several_benchmarks_only_those_that_it_follows_have_a_beta() -> None:
    found = _portfolio()
    period = Period(date(2024, 1, 2), LAST)
    benchmarks = [benchmark_on(found, "X"), benchmark_on(found, "A")]
    model = factor_model(found, period, daily_returns(found, period), 0.02, benchmarks)
    assert [factor.symbol for factor in model.factors] == ["X", "A"]
    assert [factor.beta.value for factor in model.factors] == pytest.approx([0.0, 1.0], abs=1e-9)
    assert model.r_squared.value == pytest.approx(1.0)
    assert model.observations == len(WEEKDAYS) - 1


def test_a_benchmark_named_twice_determines_no_regression_and_says_so() -> None:
    found = _portfolio()
    period = Period(date(2024, 1, 2), LAST)
    model = factor_model(found, period, daily_returns(found, period), 0.0, [benchmark_on(found, "X")] * 2)
    assert {factor.beta.status for factor in model.factors} == {Status.UNDEFINED}
    assert model.alpha.value is None


def test_fewer_than_twenty_returns_are_insufficient_and_say_how_many_there_are() -> None:
    figures = _measured(_portfolio(), "X", date(2024, 3, 11)).risk
    assert figures.observations == 15
    measures = {field.name: getattr(figures, field.name) for field in fields(RiskFigures)}
    found = {name: one for name, one in measures.items() if isinstance(one, Measure)}
    assert {one.status for one in found.values()} == {Status.INSUFFICIENT_DATA}
    assert {one.reason for one in found.values()} == {"Needs 20 returns, has 15"}
    assert figures.max_drawdown_peak is None


def test_drawdowns_come_with_their_dates_and_one_from_the_start_with_the_close_before() -> None:
    dates = np.array(["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"], "datetime64[D]")
    period = Period(date(2024, 1, 2), date(2024, 1, 10))
    first, second = dated_drawdowns(np.array([-0.10, 0.20, -0.05, 0.01]), dates, period, 5)
    assert (first.peak, first.trough, first.recovery, first.days) == (
        date(2024, 1, 1),
        date(2024, 1, 2),
        date(2024, 1, 3),
        2,
    )
    assert (second.peak, second.recovery, second.days) == (date(2024, 1, 3), None, 7)
    assert first.depth == pytest.approx(-0.10)


def test_rolling_figures_are_those_of_their_last_returns() -> None:
    found = _portfolio()
    performance = _measured(found)
    own = rolling_figures(performance.series, 20, 0.03)
    last = STEPS[-20:, 0]
    assert own.values["volatility"][-1] == pytest.approx(risk.volatility(last))
    assert own.values["sharpe"][-1] == pytest.approx(risk.sharpe_ratio(last, 1.03 ** (1 / 252) - 1))
    assert own.values["return"][-1] == pytest.approx(np.prod(1 + last) - 1)
    period = Period(date(2024, 1, 2), LAST)
    pairs = paired_returns(found, period, daily_returns(found, period), [benchmark_on(found, "X")])
    against = rolling_against(pairs, 20)
    assert against.values["beta"][-1] == pytest.approx(risk.beta(last, STEPS[-20:, 1]))
    assert against.values["correlation"][-1] == pytest.approx(risk.correlation(last, STEPS[-20:, 1]))
