"""Money-weighted returns against pyxirr's: equal where both find a rate, and where they part the reason is named."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import pyxirr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dashboard.domain.measures import Status
from dashboard.domain.money_weighted import irr, mirr, npv, solve_xirr, xirr, xnpv

FIRST = np.datetime64("2000-01-03")
FLOWS = st.lists(
    st.tuples(st.integers(0, 9000), st.floats(-1e6, 1e6).filter(lambda amount: abs(amount) > 0.01)),
    min_size=2,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(FLOWS)
def test_a_rate_that_is_the_only_one_is_theirs(flows: list[tuple[int, float]]) -> None:
    days = FIRST + np.array([day for day, _ in flows])
    amounts = np.array([amount for _, amount in flows])
    found = solve_xirr(days, amounts)
    theirs = pyxirr.xirr(days, amounts, silent=True)
    if found.status is Status.OK and theirs is not None and -0.99 < theirs < 1e3:
        assert found.value == pytest.approx(theirs, rel=1e-6, abs=1e-8)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9000), st.floats(1, 1e5)), min_size=1, max_size=40), st.floats(0.7, 5))
def test_an_investment_has_their_rate(inflows: list[tuple[int, float]], multiple: float) -> None:
    days = FIRST + np.array([*(day for day, _ in inflows), 9500])
    amounts = np.array([*(-amount for _, amount in inflows), multiple * sum(amount for _, amount in inflows)])
    found = solve_xirr(days, amounts)
    assert found.status is Status.OK
    theirs = pyxirr.xirr(days, amounts, silent=True)
    assert theirs is not None
    assert found.value is not None
    assert found.value == pytest.approx(theirs, rel=1e-6, abs=1e-5)
    assert abs(xnpv(found.value, days, amounts)) <= 1e-9 * xnpv(found.value, days, np.abs(amounts))


@settings(max_examples=100, deadline=None)
@given(FLOWS, st.floats(-0.5, 2.0))
def test_a_present_value_is_theirs(flows: list[tuple[int, float]], rate: float) -> None:
    days = FIRST + np.array(sorted(day for day, _ in flows))
    amounts = np.array([amount for _, amount in flows])
    scale = float(xnpv(rate, days, np.abs(amounts)))
    assert xnpv(rate, days, amounts) == pytest.approx(pyxirr.xnpv(rate, days, amounts), abs=1e-9 * scale)
    periodic = float(npv(rate, np.abs(amounts)))
    assert npv(rate, amounts) == pytest.approx(pyxirr.npv(rate, amounts), abs=1e-9 * periodic)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(-1000, 1000), min_size=2, max_size=20), st.floats(0, 0.3), st.floats(0, 0.3))
def test_a_modified_rate_is_theirs(amounts: list[float], finance: float, reinvest: float) -> None:
    assume(max(amounts) > 1 and min(amounts) < -1)
    assert mirr(amounts, finance, reinvest) == pytest.approx(pyxirr.mirr(amounts, finance, reinvest), rel=1e-9)


def test_a_periodic_rate_is_theirs() -> None:
    flows = [-1000.0, 120.0, 130.0, -50.0, 900.0, 40.0]
    assert irr(flows) == pytest.approx(pyxirr.irr(flows))


def test_of_several_rates_ours_is_the_nearest_to_nothing_and_is_marked() -> None:
    """Both rates solve it. Theirs is the one that its start leads to, and carries no mark."""
    days = [date(2021, 1, 1), date(2022, 1, 1), date(2023, 1, 1)]
    found = solve_xirr(days, [-100, 230, -132])
    assert found.status is Status.ESTIMATED
    assert found.value == pytest.approx(0.10)
    assert pyxirr.xirr(days, [-100, 230, -132]) in (pytest.approx(0.10), pytest.approx(0.20))


def test_flows_of_one_sign_have_no_rate_in_either() -> None:
    days = [date(2021, 1, 1), date(2022, 1, 1)]
    assert solve_xirr(days, [-100, -10]).value is None
    assert pyxirr.xirr(days, [-100, -10], silent=True) is None


def test_the_first_date_given_is_the_day_of_the_present_value_and_theirs_is_the_earliest() -> None:
    """Microsoft's XNPV discounts to the first date given and refuses one before it; the earliest date is not asked."""
    later_first = [date(2022, 1, 1), date(2021, 1, 1)]
    assert xnpv(0.1, later_first, [110, 0.0]) == pytest.approx(110.0)
    assert pyxirr.xnpv(0.1, later_first, [110, 0.0]) == pytest.approx(100.0)


def test_many_flows_of_both_signs_have_their_rate() -> None:
    draw = np.random.default_rng(2)
    days = FIRST + np.sort(draw.integers(0, 3650, 10_000))
    amounts = draw.normal(-20, 100, 10_000)
    amounts[0], amounts[-1] = -50_000.0, -1.3 * amounts[1:-1].sum() + 60_000.0
    assert xirr(days, amounts) == pytest.approx(pyxirr.xirr(days, amounts), abs=1e-9)
