"""Money-weighted returns: rates that solve an equation, and when there are none or several."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.measures import Status
from dashboard.domain.money_weighted import irr, mirr, modified_dietz, npv, solve_xirr, xirr, xnpv

DATES = [date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15), date(2009, 4, 1)]
AMOUNTS = [-10_000, 2_750, 4_250, 3_250, 2_750]


def test_the_spreadsheets_own_example() -> None:
    """Source: the documentation of XIRR and XNPV in Microsoft Excel."""
    assert xirr(DATES, AMOUNTS) == pytest.approx(0.373362535, abs=1e-8)
    assert xnpv(0.09, DATES, AMOUNTS) == pytest.approx(2086.647602, abs=1e-6)


def test_the_spreadsheets_example_of_mirr() -> None:
    """Source: the documentation of MIRR in Microsoft Excel."""
    flows = [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000]
    assert mirr(flows, 0.10, 0.12) == pytest.approx(0.126094, abs=1e-6)
    assert irr([-70_000, 12_000, 15_000, 18_000, 21_000, 26_000]) == pytest.approx(0.0866, abs=1e-4)


def test_the_rate_makes_the_present_value_zero_in_any_order_of_dates() -> None:
    rate = xirr(list(reversed(DATES)), list(reversed(AMOUNTS)))
    assert rate == pytest.approx(xirr(DATES, AMOUNTS))
    assert npv(irr([-100, 60, 60]), [-100, 60, 60]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("amounts", [[100, 50], [-100, -50], [0, 0], []])
def test_flows_of_one_sign_have_no_rate_and_say_so(amounts: list[float]) -> None:
    found = solve_xirr(DATES[: len(amounts)], amounts)
    assert (found.value, found.status) == (None, Status.UNDEFINED)
    assert "never change sign" in found.reason
    assert math.isnan(xirr(DATES[: len(amounts)], amounts))


def test_flows_of_one_day_have_no_rate() -> None:
    assert solve_xirr([DATES[0]] * 2, [-100, 110]).value is None


def test_flows_that_change_sign_without_a_root_have_no_rate() -> None:
    assert solve_xirr([date(2021, 1, 1), date(2022, 1, 1), date(2023, 1, 1)], [100, -100, 100]).value is None


@pytest.mark.parametrize("rate", [-0.999, -0.5, -1e-6, 0.0, 1e-6, 0.3, 50.0, 5e4])
def test_rates_from_nearly_all_lost_to_enormous_are_found(rate: float) -> None:
    assert xirr([date(2021, 1, 1), date(2022, 1, 1)], [-100, 100 * (1 + rate)]) == pytest.approx(
        rate, rel=1e-9, abs=1e-12
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3300), st.floats(1, 1e6)), min_size=1, max_size=20),
    st.floats(0.01, 5.0),
)
def test_an_investment_with_one_end_value_has_one_rate_that_solves_it(
    inflows: list[tuple[int, float]], multiple: float
) -> None:
    days = np.array([*(day for day, _ in inflows), 3700]).astype("datetime64[D]")
    amounts = [*(-amount for _, amount in inflows), multiple * sum(amount for _, amount in inflows)]
    found = solve_xirr(days, amounts)
    assert found.status is Status.OK
    assert found.value is not None
    moved = xnpv(found.value, days, np.abs(amounts))
    assert xnpv(found.value, days, amounts) == pytest.approx(0.0, abs=1e-10 * moved)


def test_dietz_weighs_an_inflow_from_its_day_and_an_outflow_after_it() -> None:
    start, end = date(2024, 1, 1), date(2024, 1, 10)
    inflow = modified_dietz(100, 160, [date(2024, 1, 6)], [50], start, end)
    assert inflow == pytest.approx(10 / (100 + 50 * 0.5))
    outflow = modified_dietz(100, 60, [date(2024, 1, 6)], [-50], start, end)
    assert outflow == pytest.approx(10 / (100 - 50 * 0.4))


def test_dietz_nets_the_flows_of_a_day_and_needs_something_invested() -> None:
    start, end = date(2024, 1, 1), date(2024, 1, 10)
    both = modified_dietz(100, 110, [date(2024, 1, 6)] * 2, [50, -50], start, end)
    assert both == pytest.approx(0.1)
    assert math.isnan(modified_dietz(0, 10, [], [], start, end))


def test_a_loss_of_nearly_all_over_many_years_is_found_exactly() -> None:
    """(1/760)^(365/4887) − 1; plain Newton from far off creeps towards it."""
    days = np.array(["2000-01-03", "2013-05-23"], "datetime64[D]")
    years = (days[1] - days[0]).astype(int) / 365
    assert xirr(days, [-760, 1]) == pytest.approx((1 / 760) ** (1 / years) - 1, rel=1e-12)


def test_a_second_rate_far_away_is_not_overlooked() -> None:
    """A balance that is nothing at one rate but for rounding proves nothing: both rates are looked for."""
    days = np.datetime64("2000-01-03") + np.array([0, 121, 612])
    found = solve_xirr(days, [1.0, -95.0, 1.0])
    assert found.status is Status.ESTIMATED
    assert found.value is not None
    assert -1.0 < found.value < -0.9


def test_thousands_of_flows_with_two_rates_have_both() -> None:
    """The daily parts of −100, +230 and −132 a year apart, spread over 300 days each: 10 % and 20 %."""
    starts = np.repeat(np.array(["2021-01-01", "2022-01-01", "2023-01-01"], "datetime64[D]"), 600)
    found = solve_xirr(starts + np.tile(np.arange(600) % 300, 3), np.repeat([-100.0, 230.0, -132.0], 600) / 600)
    assert found.status is Status.ESTIMATED
    assert found.value == pytest.approx(0.10, abs=1e-9)
    assert "20.00%" in found.reason


def test_days_without_a_date_or_an_amount_are_skipped() -> None:
    days = np.array(["2021-01-01", "NaT", "2021-06-01", "2022-01-01"], "datetime64[D]")
    assert xirr(days, [-100, 50, float("nan"), 110]) == pytest.approx(0.10)


def test_two_rates_that_lie_close_together_are_both_found() -> None:
    days = np.datetime64("2000-01-03") + np.array([0, 236, 1033, 3047, 4617])
    found = solve_xirr(days, [38266.0, -581879.0, 148039.0, 764149.0, -407940.0])
    assert found.status is Status.ESTIMATED
    assert found.value == pytest.approx(-0.050194183, abs=1e-9)
    assert "the others are -5.03%, 6631.41%" in found.reason
