"""Returns before and after costs, and the reconciliation of the four returns in money."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.attribution import attribute
from dashboard.domain.calendar import Period
from dashboard.domain.period_returns import period_returns
from dashboard.domain.reconciliation import Reconciliation, reconcile
from dashboard.domain.return_variants import ReturnVariant, VariantReturns, variant_returns
from dashboard.domain.series import daily_returns
from dashboard.domain.valuation import PortfolioHistory
from tests.unit.domain.ledgers import daily, history, market, rates

COSTS = """
2024-01-01 deposit  1000
2024-01-01 buy      ACME 9 100 fee=9
2024-01-03 dividend ACME 30 tax=6
2024-01-04 fee      3
2024-01-05 tax      2
"""


def _variants(found: PortfolioHistory, start: str, end: str) -> dict[ReturnVariant, VariantReturns]:
    period = Period(date.fromisoformat(start), date.fromisoformat(end))
    gain = attribute(found, period).portfolio
    return {item.variant: item for item in variant_returns(found, period, gain)}


def _reconciled(found: PortfolioHistory, start: str | None = None) -> Reconciliation:
    first = date.fromisoformat(start) if start else found.days[1].item()
    period = Period(first, found.days[-1].item())
    days = daily_returns(found, period)
    gain = attribute(found, period).portfolio.total
    return reconcile(found, period, days, period_returns(found, period, days, gain), gain)


def _tracked() -> PortfolioHistory:
    return history(COSTS, market({"ACME": daily("2024-01-01", 100, 102, 102, 102, 110)}), "2024-01-05")


def test_each_variant_puts_back_its_own_costs() -> None:
    found = _variants(_tracked(), "2024-01-01", "2024-01-05")
    net = 90 - 9 + 30 - 6 - 3 - 2
    assert {variant: item.gain for variant, item in found.items()} == pytest.approx(
        {
            ReturnVariant.NET: net,
            ReturnVariant.GROSS_OF_FEES: net + 12,
            ReturnVariant.BEFORE_STANDING_FEES: net + 3,
            ReturnVariant.BEFORE_WITHHOLDING_TAX: net + 6,
            ReturnVariant.GROSS: net + 12 + 8,
            ReturnVariant.PRICE_ONLY: 90,
        }
    )


def test_a_cost_is_put_back_on_the_day_that_it_fell() -> None:
    found = _variants(_tracked(), "2024-01-01", "2024-01-05")
    net = (1000 - 9 + 18 + 24 - 3 + 72 - 2) / 1000 - 1
    gross = (1000 / 1000) * (1009 / 991) * ((1033 + 6) / 1009) * ((1030 + 3) / 1033) * ((1100 + 2) / 1030) - 1
    assert found[ReturnVariant.NET].returns.time_weighted.value == pytest.approx(net)
    assert found[ReturnVariant.GROSS].returns.time_weighted.value == pytest.approx(gross)


def test_without_tracked_cash_the_fee_of_a_purchase_is_put_back_too() -> None:
    prices = market({"ACME": daily("2024-01-01", 100, 100)})
    found = _variants(
        history("2024-01-01 buy ACME 9 100 fee=9", prices, "2024-01-02", cash=False), "2024-01-01", "2024-01-02"
    )
    assert found[ReturnVariant.NET].returns.time_weighted.value == pytest.approx(900 / 909 - 1)
    assert found[ReturnVariant.GROSS_OF_FEES].returns.time_weighted.value == pytest.approx(0.0, abs=1e-12)
    assert found[ReturnVariant.GROSS_OF_FEES].gain == pytest.approx(0.0, abs=1e-9)


def test_price_only_of_a_holding_is_its_price_and_currency() -> None:
    text = "2024-01-01 buy ACME 10 100\n2024-01-02 dividend ACME 50"
    found = _variants(
        history(text, market({"ACME": daily("2024-01-01", 100, 95, 99)}), "2024-01-03", cash=False),
        "2024-01-01",
        "2024-01-03",
    )
    price_only = found[ReturnVariant.PRICE_ONLY].returns
    assert price_only.time_weighted.value == pytest.approx(-0.01)
    assert found[ReturnVariant.NET].returns.time_weighted.value == pytest.approx(990 / 950 - 1)


def test_a_variant_is_annualised_only_from_a_year_on() -> None:
    prices = market({"ACME": daily("2023-01-01", *[100.0] * 364, 110.0, 110.0)})
    shorter = history("2023-01-01 deposit 1000\n2023-01-01 buy ACME 10 100", prices, "2023-12-30")
    assert {
        item.returns.time_weighted_annualized.value for item in _variants(shorter, "2023-01-01", "2023-12-30").values()
    } == {None}
    year = history("2023-01-01 deposit 1000\n2023-01-01 buy ACME 10 100", prices, "2023-12-31")
    for item in _variants(year, "2023-01-01", "2023-12-31").values():
        assert item.returns.time_weighted_annualized.value == pytest.approx(0.1)


def test_every_variant_names_itself() -> None:
    assert len({variant.description for variant in ReturnVariant}) == len(ReturnVariant)
    assert all(variant.description for variant in ReturnVariant)


def test_the_parts_of_a_reconciliation_are_worked_out_by_hand() -> None:
    """1,000 earns 1 %; then 1,000 more comes in, in cash, on a day on which the holding earns 2 %."""
    text = "2024-01-01 deposit 1000\n2024-01-01 buy ACME 10 100\n2024-01-03 deposit 1000"
    found = _reconciled(
        history(text, market({"ACME": daily("2024-01-01", 100, 101, 103.02)}), "2024-01-03"), "2024-01-02"
    )
    grown = {line.name: line.amount for line in found.grown}
    last_day = 20.2 / 2010
    assert grown["start_value"] == pytest.approx(1000 * (1.01 * (1 + last_day) - 1))
    assert grown["inflows"] == pytest.approx(1000 * last_day)
    assert sum(grown.values()) == pytest.approx(30.2)
    steps = {line.name: line.amount for line in found.steps}
    assert steps["at_time_weighted"] == pytest.approx(1500 * (1.01 * (1 + last_day) - 1))
    assert sum(steps.values()) == pytest.approx(30.2)
    assert list(steps) == ["at_time_weighted", "timing", "compounding"]
    capitals = {line.name: line.capital for line in found.capitals}
    assert (capitals["modified_dietz"], capitals["simple"]) == pytest.approx((1500, 2000))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-0.08, 0.08), min_size=6, max_size=20),
    st.lists(st.tuples(st.integers(0, 5), st.integers(-400, 900)), max_size=6),
    st.booleans(),
)
def test_both_readings_sum_to_the_gain(moves: list[float], flows: list[tuple[int, int]], tracked: bool) -> None:
    closes = (100 * np.cumprod([1.0, *(1 + move for move in moves)])).round(4).tolist()
    rows = ["2024-01-01 deposit 5000", "2024-01-01 buy ACME 40 100 fee=5", "2024-01-03 fee 4", "2024-01-04 tax 3"]
    for day, amount in flows:
        kind = "deposit" if amount >= 0 else "withdrawal"
        rows.append(f"2024-01-{day + 1:02} {kind} {max(abs(amount), 1)}")
    rows.append("2024-01-05 sell ACME 7 99 fee=2")
    found = history("\n".join(rows), market({"ACME": daily("2024-01-01", *closes)}), "2024-01-25", cash=tracked)
    for start in (None, "2024-01-03"):
        result = _reconciled(found, start)
        assert sum(line.amount for line in result.grown) == pytest.approx(result.gain, abs=1e-6)
        assert sum(line.amount for line in result.steps) == pytest.approx(result.gain, abs=1e-6)


def test_what_is_gained_with_nothing_at_work_has_a_line_of_its_own() -> None:
    text = """
    2024-01-01 deposit 100
    2024-01-01 buy ACME 1 100
    2024-01-02 sell ACME 1 100
    2024-01-02 withdrawal 99.99
    2024-01-03 dividend ACME 27.40
    """
    found = _reconciled(history(text, market({"ACME": daily("2024-01-01", 100, 100, 100)}), "2024-01-03"))
    grown = {line.name: line.amount for line in found.grown}
    assert grown["idle"] == pytest.approx(27.40)
    assert sum(grown.values()) == pytest.approx(found.gain) == pytest.approx(27.40)


def test_an_unknown_rate_leaves_no_parts_and_says_why() -> None:
    found = _reconciled(
        history(
            "2024-01-01 deposit 100 ccy=USD",
            market(fx={("USD", "CHF"): rates("2024-01-01", 0.9)}),
            "2024-01-02",
        )
    )
    assert (found.grown, found.steps) == ((), ())
    assert "exchange rate" in found.steps_reason
    assert "exchange rate" in found.grown_reason
    assert all(line.capital is None for line in found.capitals)
