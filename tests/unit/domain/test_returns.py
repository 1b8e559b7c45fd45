"""Returns from values and flows, and how they compound."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.money_weighted import modified_dietz, xirr
from dashboard.domain.returns import (
    aggregate_returns,
    annualized_return,
    cumulative_return,
    cumulative_returns,
    simple_returns,
    time_weighted_returns,
)
from dashboard.errors import InvalidInput

NAN = float("nan")


def test_an_inflow_works_from_the_start_of_its_day_and_an_outflow_until_its_end() -> None:
    assert time_weighted_returns([100, 220], [100], [0]).tolist() == pytest.approx([0.1])
    assert time_weighted_returns([100, 55], [0], [55]).tolist() == pytest.approx([0.1])


def test_costs_that_are_paid_from_outside_lower_the_return() -> None:
    assert time_weighted_returns([100, 110], [0], [0], costs=[4]).tolist() == pytest.approx([0.06])


def test_an_exit_keeps_the_chain_and_a_re_entry_goes_on_from_it() -> None:
    returns = time_weighted_returns([100, 110, 0, 0, 55], [0, 0, 0, 50], [0, 121, 0, 0])
    assert returns.tolist() == pytest.approx([0.1, 0.1, 0, 0.1])


@pytest.mark.parametrize(
    ("values", "inflows", "outflows"),
    [
        ([100, 0], [0], [0]),
        ([100, -5], [0], [0]),
        ([-50, 10], [0], [0]),
        ([-50, 10], [20], [0]),
        ([100, NAN], [0], [0]),
    ],
)
def test_a_day_without_a_meaningful_return_is_nan(
    values: list[float], inflows: list[float], outflows: list[float]
) -> None:
    assert np.isnan(time_weighted_returns(values, inflows, outflows)).all()


def test_the_least_at_work_may_be_lowered_for_values_in_other_units() -> None:
    assert time_weighted_returns([0.5, 0.55], [0], [0]).tolist() == [0.0]
    assert time_weighted_returns([0.5, 0.55], [0], [0], least=0.0).tolist() == pytest.approx([0.1])


def test_missing_observations_are_skipped() -> None:
    assert cumulative_return([0.1, NAN, 0.1]) == pytest.approx(0.21)
    assert cumulative_returns(np.array([0.1, NAN, 0.1])).tolist() == pytest.approx([0.1, NAN, 0.21], nan_ok=True)
    assert simple_returns(np.array([100, NAN, 110])).tolist() == pytest.approx([0.1])


def test_nothing_compounds_to_nothing_known() -> None:
    assert np.isnan(cumulative_return([]))
    assert np.isnan(annualized_return([NAN]))
    assert np.isnan(annualized_return([-1.0, 0.5]))


def test_a_year_of_returns_is_annualised_to_itself() -> None:
    assert annualized_return([0.01] * 12, periods_per_year=12) == pytest.approx(1.01**12 - 1)
    assert annualized_return([0.01] * 24, periods_per_year=12) == pytest.approx(1.01**12 - 1)


def test_series_keep_their_index() -> None:
    index = pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-03"])
    prices = pd.Series([100.0, 110.0, 99.0], index=index)
    returns = simple_returns(prices)
    assert returns.index.tolist() == index[1:].tolist()
    assert returns.tolist() == pytest.approx([0.1, -0.1])
    assert cumulative_returns(returns).index.tolist() == index[1:].tolist()


@pytest.mark.parametrize(
    ("period", "days", "values"),
    [
        ("weekly", ["2024-01-07", "2024-02-04"], [0.21, -0.1]),
        ("monthly", ["2024-01-31", "2024-02-29"], [0.21, -0.1]),
        ("quarterly", ["2024-03-31"], [0.089]),
        ("yearly", ["2024-12-31"], [0.089]),
    ],
)
def test_returns_compound_by_calendar_period(period: str, days: list[str], values: list[float]) -> None:
    returns = pd.Series(
        [0.1, 0.1, NAN, -0.1], pd.DatetimeIndex(["2024-01-02", "2024-01-05", "2024-01-17", "2024-02-01"])
    )
    found = aggregate_returns(returns, period)  # type: ignore[arg-type]
    assert [str(day.date()) for day in found.index] == days
    assert found.tolist() == pytest.approx(values)


def test_returns_without_dates_cannot_be_aggregated() -> None:
    with pytest.raises(InvalidInput, match="dates"):
        aggregate_returns(pd.Series([0.1]), "monthly")
    with pytest.raises(InvalidInput, match="daily"):
        aggregate_returns(pd.Series([0.1]), "daily")  # type: ignore[arg-type]


def test_returns_in_any_order_and_zone_fall_into_their_own_calendar() -> None:
    stamps = pd.DatetimeIndex(["2024-02-01 09:00", "2024-01-31 23:30", "2024-01-02 16:00"], tz="America/New_York")
    found = aggregate_returns(pd.Series([-0.1, 0.1, 0.1], stamps), "monthly")
    assert [str(day.date()) for day in found.index] == ["2024-01-31", "2024-02-29"]
    assert found.tolist() == pytest.approx([0.21, -0.1])
    assert str(pd.DatetimeIndex(found.index).tz) == "America/New_York"


def test_no_returns_have_no_periods() -> None:
    assert len(aggregate_returns(pd.Series([], pd.DatetimeIndex([]), dtype=float), "weekly")) == 0
    assert len(aggregate_returns(pd.Series([NAN], pd.DatetimeIndex(["2024-01-02"])), "yearly")) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=60), st.floats(0.01, 1e6))
def test_a_return_does_not_depend_on_the_scale_and_compounds_to_the_end(moves: list[float], scale: float) -> None:
    values = np.cumprod([1000.0, *(1.0 + move for move in moves)])
    nothing = np.zeros(len(moves))
    plain = time_weighted_returns(values, nothing, nothing, least=0.0)
    scaled = time_weighted_returns(values * scale, nothing, nothing, least=0.0)
    assert np.allclose(plain, scaled, rtol=0, atol=1e-12)
    assert cumulative_return(plain) == pytest.approx(values[-1] / values[0] - 1.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=5), st.floats(100, 1e6))
def test_without_flows_the_time_weighted_is_the_money_weighted_return_of_whole_years(
    moves: list[float], start: float
) -> None:
    values = start * np.cumprod([1.0, *(1.0 + move for move in moves)])
    nothing = np.zeros(len(moves))
    time_weighted = cumulative_return(time_weighted_returns(values, nothing, nothing))
    first = np.datetime64("2021-01-01")
    dates = np.array([first, first + 365 * len(moves)])
    money_weighted = xirr(dates, [-values[0], values[-1]])
    assert (1.0 + money_weighted) ** len(moves) - 1.0 == pytest.approx(time_weighted, rel=1e-9, abs=1e-12)
    assert annualized_return(time_weighted_returns(values, nothing, nothing), 1) == pytest.approx(money_weighted)
    period = modified_dietz(values[0], values[-1], [], [], date(2021, 1, 1), date(2021, 12, 31))
    assert period == pytest.approx(time_weighted)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-0.3, 0.3), min_size=2, max_size=30),
    st.lists(st.floats(0, 500), min_size=30, max_size=30),
)
def test_flows_at_the_days_own_prices_leave_the_time_weighted_return_alone(
    moves: list[float], contributions: list[float]
) -> None:
    value, values, inflows = 1000.0, [1000.0], []
    for move, inflow in zip(moves, contributions, strict=False):
        value = (value + inflow) * (1.0 + move)
        values.append(value)
        inflows.append(inflow)
    found = time_weighted_returns(values, inflows, np.zeros(len(inflows)))
    assert np.allclose(found, moves[: len(found)], rtol=0, atol=1e-12)
