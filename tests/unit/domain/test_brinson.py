"""Attribution by group: effects sum to the active return, of one period and of many, in numbers and in ledgers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dashboard.domain.active_return import ActiveReturn, GroupEffect, active_return
from dashboard.domain.arrays import Floats
from dashboard.domain.benchmarks import blend_on
from dashboard.domain.brinson import Linking, brinson_fachler, brinson_hood_beebower, effects_of_contributions, linked
from dashboard.domain.calendar import Period
from dashboard.domain.contribution import carino_factors, daily_contributions, linked_contributions
from dashboard.domain.groups import Dimension
from dashboard.domain.instruments import AssetClass, Instrument
from dashboard.domain.prices import MarketData
from dashboard.domain.transactions import Transaction
from dashboard.domain.valuation import PortfolioHistory
from dashboard.errors import InvalidInput
from tests.unit.domain.any_ledger import CURRENCIES, DAYS, END, MARKET, START, ledgers, valued
from tests.unit.domain.ledgers import daily, history, market

weights = arrays(np.float64, (4, 3), elements=st.floats(0.01, 1.0))
rates = arrays(np.float64, (4, 3), elements=st.floats(-0.3, 0.5))


def shares(found: Floats) -> Floats:
    normal: Floats = found / found.sum(axis=1, keepdims=True)
    return normal


@given(weights, rates, weights, rates)
def test_effects_sum_to_the_active_return_of_each_period_and_linked_to_that_of_all(
    own: Floats, returns: Floats, other: Floats, others: Floats
) -> None:
    own, other = shares(own), shares(other)
    for how in (brinson_fachler, brinson_hood_beebower):
        effects = how(own, returns, other, others)
        one, two = (own * returns).sum(axis=1), (other * others).sum(axis=1)
        assert effects.total.sum(axis=1) == pytest.approx(one - two, abs=1e-12)
        active = np.prod(1 + one) - np.prod(1 + two)
        for linking in Linking:
            assert linked(effects.total, one, two, linking).sum() == pytest.approx(active, abs=1e-12)
    again = effects_of_contributions(own, own * returns, other, other * others)
    fachler = brinson_fachler(own, returns, other, others)
    for name in ("allocation", "selection", "interaction"):
        assert getattr(again, name) == pytest.approx(getattr(fachler, name), abs=1e-12)


@given(rates)
def test_contributions_link_to_the_compounded_return(parts: Floats) -> None:
    returns = parts.sum(axis=1)
    assume((returns > -0.99).all())
    assert linked_contributions(parts).sum() == pytest.approx(np.prod(1 + returns) - 1, abs=1e-12)


def test_the_factor_of_no_return_is_one_and_there_is_none_of_a_total_loss() -> None:
    found = carino_factors([0.0, 1e-12, -1.0])
    assert found[:2] == pytest.approx([1.0, 1.0])
    assert np.isnan(found[2])
    assert linked_contributions(np.zeros((3, 2))).tolist() == [0.0, 0.0]
    assert np.isnan(linked_contributions([[-1.0, 0.0]])).all()


def test_a_day_without_a_return_has_no_contributions_and_an_idle_day_none_at_all() -> None:
    found = daily_contributions([[1.0, 2.0], [3.0, 4.0], [5.0, 5.0]], [100.0, 0.5, 100.0], [0.03, 0.0, np.nan])
    assert found[:2].tolist() == [[0.01, 0.02], [0.0, 0.0]]
    assert np.isnan(found[2]).all()


def test_a_group_that_one_side_does_not_hold() -> None:
    own, other = np.array([[0.5, 0.5, 0.0]]), np.array([[0.6, 0.0, 0.4]])
    found = effects_of_contributions(own, own * [[0.1, 0.2, 0.0]], other, other * [[0.05, 0.0, 0.02]])
    whole = 0.6 * 0.05 + 0.4 * 0.02
    assert found.allocation[0] == pytest.approx([-0.1 * (0.05 - whole), 0.5 * (0.2 - whole), -0.4 * (0.02 - whole)])
    assert found.selection[0] == pytest.approx([0.6 * 0.05, 0.0, 0.0])
    assert found.interaction[0] == pytest.approx([-0.1 * 0.05, 0.0, 0.0])


def by_group(found: ActiveReturn) -> dict[str, GroupEffect]:
    return {one.name: one for one in found.groups}


PERIOD = Period(date(2024, 1, 2), date(2024, 1, 3))
BUYS = "2024-01-01 deposit 1000\n2024-01-01 buy S 5 100\n2024-01-01 buy G 3 100\n"


def classified() -> MarketData:
    kinds = {"S": AssetClass.EQUITY, "G": AssetClass.BOND, "W": AssetClass.ETF, "X": AssetClass.ETF}
    prices = {
        "S": daily("2024-01-01", 100, 120, 120),
        "G": daily("2024-01-01", 100, 100, 110),
        "W": daily("2024-01-01", 100, 110, 110),
        "X": daily("2024-01-01", 100, 102, 104.04),
    }
    instruments = {symbol: Instrument(symbol, "EUR", asset_class=kind) for symbol, kind in kinds.items()}
    return replace(market(prices), instruments=instruments)


def attributed(text: str, **more: object) -> ActiveReturn:
    found = history(text, classified(), "2024-01-03")
    blend = blend_on(found, "W=0.6,X=0.4@daily")
    linking = more.get("linking", Linking.CARINO)
    assert isinstance(linking, Linking)
    return active_return(
        found, blend, PERIOD, Dimension.ASSET_CLASS, mapping={"W": "equity", "X": "bond"}, linking=linking
    )


def test_a_day_of_a_portfolio_is_attributed_as_by_hand() -> None:
    found = history(BUYS, classified(), "2024-01-03")
    blend = blend_on(found, "W=0.6,X=0.4@daily")
    day = Period(date(2024, 1, 2), date(2024, 1, 2))
    result = active_return(found, blend, day, Dimension.ASSET_CLASS, mapping={"W": "equity", "X": "bond"})
    groups = by_group(result)
    whole = 0.6 * 0.1 + 0.4 * 0.02
    equity, bond, cash = groups["equity"], groups["bond"], groups["cash"]
    assert (equity.weight, bond.weight, cash.weight) == pytest.approx((0.5, 0.3, 0.2))
    assert equity.allocation == pytest.approx((0.5 - 0.6) * (0.1 - whole))
    assert equity.selection == pytest.approx(0.6 * (0.2 - 0.1))
    assert equity.interaction == pytest.approx((0.5 - 0.6) * (0.2 - 0.1))
    assert bond.allocation == pytest.approx((0.3 - 0.4) * (0.02 - whole))
    assert bond.selection == pytest.approx(0.4 * (0.0 - 0.02))
    assert cash.allocation == pytest.approx(0.2 * (0.0 - whole))
    assert (cash.selection, cash.interaction) == (0.0, 0.0)
    assert sum(one.active for one in result.groups) == pytest.approx(0.1 - whole)


@pytest.mark.parametrize("linking", list(Linking))
def test_two_days_are_linked_and_costs_are_a_line(linking: Linking) -> None:
    result = attributed(BUYS + "2024-01-03 fee 11", linking=linking)
    assert result.portfolio.value == pytest.approx(1.1 * (1 + (30 - 11) / 1100) - 1)
    assert result.benchmark.value == pytest.approx(1.068 * 1.008 - 1)
    assert result.active.value is not None
    assert sum(one.active for one in result.groups) == pytest.approx(result.active.value, abs=1e-12)
    costs = by_group(result)["costs"]
    assert (costs.allocation, costs.selection, costs.interaction, costs.weight) == (0.0, 0.0, 0.0, 0.0)
    assert costs.costs < 0
    assert costs.costs == pytest.approx(costs.active)


def test_what_is_bought_from_another_group_is_financed_by_cash_for_the_day() -> None:
    result = attributed(BUYS + "2024-01-03 sell S 5 120\n2024-01-03 buy G 6 100")
    weights = {one.name: one.weight for one in result.groups}
    assert sum(weights.values()) == pytest.approx(1)
    assert result.active.value is not None
    assert sum(one.active for one in result.groups) == pytest.approx(result.active.value, abs=1e-12)


def test_a_benchmark_without_a_price_leaves_nothing_to_attribute_and_says_when() -> None:
    data = classified()
    late = replace(data, prices={**data.prices, "W": daily("2024-01-02", 110, 110)})
    found = history(BUYS, late, "2024-01-03")
    result = active_return(found, blend_on(found, "W=0.6,X=0.4@daily"), PERIOD, Dimension.ASSET_CLASS)
    assert (result.groups, result.active.value) == ((), None)
    assert "2024-01-02" in result.active.reason


def test_a_sleeve_that_the_benchmark_has_not_and_levels_that_lines_have_not_are_refused() -> None:
    found = history(BUYS, classified(), "2024-01-03")
    blend = blend_on(found, "W")
    with pytest.raises(InvalidInput, match="no sleeve Q"):
        active_return(found, blend, PERIOD, Dimension.ASSET_CLASS, mapping={"Q": "equity"})
    with pytest.raises(InvalidInput):
        active_return(found, blend, PERIOD, Dimension.ACCOUNT)


PRICED = replace(
    MARKET,
    prices={
        symbol: daily(str(START - timedelta(days=1)), *np.random.default_rng(number).uniform(90, 110, DAYS + 1))
        for number, symbol in enumerate(CURRENCIES)
    },
)
DIMENSIONS = [Dimension.HOLDING, Dimension.ASSET_CLASS, Dimension.CURRENCY, Dimension.TAG]


@settings(max_examples=60, deadline=None)
@given(
    ledgers(),
    st.booleans(),
    st.sampled_from(DIMENSIONS),
    st.sampled_from(list(Linking)),
    st.sampled_from(["A", "A=0.5,B=0.3,C=0.2@daily", "A=0.5,B=0.5@monthly", "N=0.9,C=0.1@never"]),
)
def test_effects_of_any_ledger_sum_to_the_active_return(
    found: list[Transaction], cash: bool, by: Dimension, linking: Linking, text: str
) -> None:
    whole: PortfolioHistory = valued(found, cash=cash, market=PRICED)
    period = Period(START + timedelta(days=2), END)
    result = active_return(whole, blend_on(whole, text), period, by, linking=linking)
    if result.active.value is None:
        return
    size = sum(abs(one.allocation) + abs(one.selection) + abs(one.interaction) for one in result.groups)
    assert sum(one.active for one in result.groups) == pytest.approx(result.active.value, abs=1e-11 * (1.0 + size))
    assert result.portfolio.value is not None
    own = sum(one.contribution for one in result.groups)
    assert own == pytest.approx(result.portfolio.value, abs=1e-11 * (1.0 + size))
