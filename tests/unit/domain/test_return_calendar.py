"""Returns by month and year, and how they are spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.return_calendar import distribution, drawdowns_of, return_calendar, steps_of


def test_months_compound_and_the_year_compounds_what_it_has_of_them() -> None:
    dates = np.array(["2023-12-29", "2024-01-02", "2024-01-31", "2024-03-01"], "datetime64[D]")
    newest, oldest = return_calendar(dates, np.array([0.05, 0.10, -0.10, 0.02]))
    assert (newest.year, oldest.year) == (2024, 2023)
    assert newest.months[0] == pytest.approx(1.1 * 0.9 - 1)
    assert newest.months[1] is None
    assert newest.months[2] == pytest.approx(0.02)
    assert newest.total == pytest.approx(1.1 * 0.9 * 1.02 - 1)
    assert oldest.months[11] == pytest.approx(0.05)


def test_a_month_with_an_undefined_day_has_no_return() -> None:
    dates = np.array(["2024-01-02", "2024-02-01"], "datetime64[D]")
    year = return_calendar(dates, np.array([0.1, np.nan]))[0]
    assert year.months[0] == pytest.approx(0.1)
    assert (year.months[1], year.total) == (None, None)


def test_nothing_has_no_calendar_and_no_spread() -> None:
    empty = np.empty(0)
    assert return_calendar(np.empty(0, "datetime64[D]"), empty) == ()
    assert distribution(empty).counts == ()
    assert distribution(np.full(30, 0.01)).counts == ()


@given(st.lists(st.floats(-0.2, 0.2), min_size=2, max_size=300))
def test_every_return_is_in_one_bin(found: list[float]) -> None:
    returns = np.array(found)
    spread = distribution(returns)
    if np.std(returns) > 1e-8:
        assert sum(spread.counts) == len(found)
        assert len(spread.edges) == len(spread.counts) + 1 == len(spread.normal) + 1


@given(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=50))
def test_steps_and_drawdowns_come_back_from_the_cumulative_return(found: list[float]) -> None:
    returns = np.array(found)
    cumulative = np.cumprod(1 + returns) - 1
    np.testing.assert_allclose(steps_of(cumulative), returns, atol=1e-9)
    assert (drawdowns_of(cumulative) <= 1e-12).all()
