"""How holdings move together, and what each adds to the volatility of what is held."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from dashboard.domain import risk
from dashboard.domain.calendar import Period
from dashboard.domain.holding_risk import (
    ContributionFigures,
    HoldingReturns,
    contribution_figures,
    holding_matrix,
    holding_returns,
)
from dashboard.domain.instruments import Split
from dashboard.domain.measures import Status
from dashboard.domain.valuation import PortfolioHistory
from tests.unit.domain.ledgers import daily, history, market, rates

DRAW = np.random.default_rng(8)
STEPS = DRAW.normal(0.0, 0.01, (39, 3))
LEVELS = np.vstack((np.ones(3), np.cumprod(1 + STEPS, axis=0)))
DOLLARS = LEVELS[:, 2] * 0.9
LEDGER = """
2024-01-01 deposit 10000
2024-01-01 buy A 40 100
2024-01-01 buy B 30 50
2024-01-01 exchange 1000 1100 USD
"""


def _portfolio(ledger: str = LEDGER, days: int = 40) -> PortfolioHistory:
    prices = {"A": daily("2024-01-01", *(100 * LEVELS[:days, 0])), "B": daily("2024-01-01", *(50 * LEVELS[:days, 1]))}
    fx = {("USD", "EUR"): rates("2024-01-01", *DOLLARS[:days])}
    return history(ledger, market(prices, fx=fx), str(np.datetime64("2024-01-01") + days - 1))


def _returns(found: PortfolioHistory) -> HoldingReturns:
    return holding_returns(found, Period(date(2024, 1, 2), found.days[-1].item()))


def _named(found: ContributionFigures) -> dict[str, float | None]:
    return {item.symbol: item.component.value for item in found.items}


def test_the_components_of_holdings_and_of_foreign_cash_sum_to_the_volatility() -> None:
    found = _portfolio()
    figures = contribution_figures(_returns(found))
    components = _named(figures)
    assert list(components) == ["A", "B", "USD"]
    assert sum(value or 0.0 for value in components.values()) == pytest.approx(figures.volatility.value)
    assert sum(item.percent.value or 0.0 for item in figures.items) == pytest.approx(1.0)


def test_the_volatility_is_that_of_the_weights_at_the_end_held_all_along() -> None:
    found = _portfolio()
    figures = contribution_figures(_returns(found))
    worth = np.array([4000 * LEVELS[-1, 0], 1500 * LEVELS[-1, 1], 1100 * DOLLARS[-1]])
    weights = worth / (worth.sum() + 10_000 - 4000 - 1500 - 1000)
    assert [item.weight for item in figures.items] == pytest.approx(weights.tolist())
    assert figures.volatility.value == pytest.approx(risk.volatility(STEPS @ weights, 365))
    assert figures.observations == 39


def test_the_matrix_is_of_holdings_alone() -> None:
    found = holding_matrix(_returns(_portfolio()), "correlation")
    assert found.symbols == ("A", "B")
    assert found.values[0, 1] == pytest.approx(risk.correlation(STEPS[:, 0], STEPS[:, 1]))
    covariance = holding_matrix(_returns(_portfolio()), "covariance")
    assert np.sqrt(covariance.values[0, 0]) == pytest.approx(risk.volatility(STEPS[:, 0], 365))


def test_a_split_is_no_return() -> None:
    halved = 100 * LEVELS[:, 0] * np.where(np.arange(40) >= 20, 0.5, 1.0)
    prices = market({"A": daily("2024-01-01", *halved)}, splits={"A": (Split(date(2024, 1, 21), Decimal(2)),)})
    found = history("2024-01-01 deposit 4000\n2024-01-01 buy A 40 100", prices, "2024-02-09")
    assert _returns(found).returns[:, 0].tolist() == pytest.approx(STEPS[:, 0].tolist())


def test_a_holding_with_too_few_prices_is_left_out_and_named() -> None:
    prices = market(
        {"A": daily("2024-01-01", *(100 * LEVELS[:, 0])), "NEW": daily("2024-02-01", *(50 * LEVELS[:9, 1]))}
    )
    text = "2024-01-01 deposit 9000\n2024-01-01 buy A 40 100\n2024-02-01 buy NEW 10 50"
    found = _returns(history(text, prices, "2024-02-09"))
    assert found.names == ("A",)
    assert found.too_short == (("NEW", 8),)


def test_fewer_than_twenty_returns_are_insufficient() -> None:
    found = _returns(_portfolio(days=15))
    figures = contribution_figures(found)
    assert (figures.volatility.value, figures.volatility.status) == (None, Status.INSUFFICIENT_DATA)
    assert holding_matrix(found, "correlation").fault is not None
    assert {count for _, count in found.too_short} == {14}


def test_an_empty_portfolio_has_no_parts() -> None:
    found = _returns(history("2024-01-01 deposit 10", market(), "2024-02-09"))
    assert found.names == ()
    assert contribution_figures(found).items == ()
    assert holding_matrix(found, "covariance").values.shape == (0, 0)
