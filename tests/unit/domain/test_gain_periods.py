"""Gains by period: each is what the attribution of that period alone says, and their totals add up."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.attribution import attribute
from dashboard.domain.calendar import Period
from dashboard.domain.gain_periods import PARTS, Granularity, gains_by_period, sub_periods
from dashboard.domain.positions import book_positions
from dashboard.domain.transactions import Transaction
from tests.unit.domain.any_ledger import END, START, ledgers, valued
from tests.unit.domain.ledgers import daily, history, market, measured, rates
from tests.unit.domain.test_groups import gross


@settings(max_examples=40, deadline=None)
@given(
    ledgers(),
    st.booleans(),
    st.sampled_from([None, "USD"]),
    st.sampled_from([Granularity.DAY, Granularity.WEEK, Granularity.MONTH]),
    st.integers(0, 20),
)
def test_each_period_is_attributed_as_if_it_were_asked_alone(
    found: list[Transaction], cash: bool, currency: str | None, granularity: Granularity, first: int
) -> None:
    whole = valued(found, cash=cash, currency=currency)
    books = book_positions(whole, END)
    period = Period(START + timedelta(days=first), END)
    table = gains_by_period(whole, period, granularity, books)
    scale = 1e-9 * gross(whole)
    total = 0.0
    for at, one in enumerate(table.periods):
        alone = attribute(whole, one.period, book_positions(whole, one.period.end))
        total += one.gain.total
        for name in ("total", "cash_currency", *PARTS):
            assert getattr(one.gain, name) == pytest.approx(getattr(alone.portfolio, name), abs=scale), name
        for column, symbol in enumerate(table.symbols):
            if symbol in alone.by_symbol:
                for name in ("total", *PARTS):
                    expected = getattr(alone.by_symbol[symbol], name)
                    assert getattr(table.holding(at, column), name) == pytest.approx(expected, abs=scale), name
    assert total == pytest.approx(attribute(whole, period).portfolio.total, abs=scale)


@pytest.mark.parametrize(
    ("granularity", "expected"),
    [
        (Granularity.WEEK, ["2023-12-30 2023-12-31", "2024-01-01 2024-01-07", "2024-01-08 2024-01-09"]),
        (Granularity.MONTH, ["2023-12-30 2023-12-31", "2024-01-01 2024-01-09"]),
        (Granularity.QUARTER, ["2023-12-30 2023-12-31", "2024-01-01 2024-01-09"]),
        (Granularity.YEAR, ["2023-12-30 2023-12-31", "2024-01-01 2024-01-09"]),
    ],
)
def test_periods_are_those_of_the_calendar_cut_at_the_ends(granularity: Granularity, expected: list[str]) -> None:
    found = sub_periods(Period(date(2023, 12, 30), date(2024, 1, 9)), granularity)
    assert [f"{one.start} {one.end}" for one in found] == expected


def test_quarters_and_months_cover_a_year_without_a_gap() -> None:
    year = Period(date(2024, 1, 1), date(2024, 12, 31))
    assert [one.end.month for one in sub_periods(year, Granularity.QUARTER)] == [3, 6, 9, 12]
    assert [one.days for one in sub_periods(year, Granularity.MONTH)] == [
        31,
        29,
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ]
    assert len(sub_periods(year, Granularity.DAY)) == 366


def test_returns_of_the_periods_compound_to_that_of_all_and_values_join() -> None:
    data = market({"A": daily("2024-01-30", 100, 110, 121, 133.1)})
    found = history("2024-01-30 deposit 1000\n2024-01-30 buy A 10 100\n2024-02-01 deposit 500", data, "2024-02-02")
    january, february = gains_by_period(found, Period(date(2024, 1, 30), date(2024, 2, 2)), Granularity.MONTH).periods
    assert (january.market_value, february.start_value, february.net_flows) == (1100, 1100, 500)
    assert january.time_weighted == pytest.approx(0.1)
    assert (1 + january.time_weighted) * (1 + february.time_weighted) - 1 == pytest.approx(
        measured(found).returns.time_weighted.value
    )


def test_a_currency_that_comes_and_goes_has_effects_in_periods_that_the_whole_has_not() -> None:
    data = market(
        {"A": daily("2024-01-30", 100, 100, 120)},
        currencies={"A": "USD"},
        fx={("USD", "EUR"): rates("2024-01-30", 1.0, 0.5, 1.0)},
    )
    found = history("2024-01-30 buy A 1 100 ccy=USD", data, "2024-02-01", cash=False)
    first, second = gains_by_period(found, Period(date(2024, 1, 30), date(2024, 2, 1)), Granularity.MONTH).periods
    assert (first.gain.price, first.gain.currency) == (0, -50)
    assert (second.gain.price, second.gain.currency) == (20, 50)


def test_a_period_before_the_first_transaction_gains_nothing() -> None:
    found = history("2024-02-01 deposit 10", market(), "2024-02-02")
    table = gains_by_period(found, Period(date(2023, 12, 1), date(2024, 2, 2)), Granularity.MONTH)
    assert [one.gain.total for one in table.periods] == [0, 0, 0]
    assert [one.market_value for one in table.periods] == [0, 0, 10]
    assert not np.isnan([one.time_weighted for one in table.periods]).any()
