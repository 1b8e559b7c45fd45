"""Returns from values and flows, and how they compound."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

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
