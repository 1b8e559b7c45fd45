"""Answers that can be checked by hand; each case is one line of the table in docs or of a spreadsheet function."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from dashboard.domain.holdings import holdings
from dashboard.domain.lots import LotBook
from dashboard.domain.measures import Status
from dashboard.domain.money_weighted import irr, solve_xirr, xirr
from dashboard.domain.positions import book_positions
from dashboard.domain.returns import time_weighted_returns
from dashboard.domain.transactions import LotMethod
from tests.unit.domain.ledgers import daily, history, market, measured, rates


def test_a_round_trip_realises_the_price_difference_less_both_fees() -> None:
    found = history(
        """
        2021-11-22 buy  BALN 2 142.90 fee=1.55
        2021-11-30 sell BALN 2 136.60 fee=1.65
        """,
        market({"BALN": daily("2021-11-22", *[142.9] * 8, 136.6)}),
        "2021-12-10",
        cash=False,
    )
    gain = measured(found).gain
    assert gain.realized == pytest.approx(-15.80, abs=1e-9)
    assert gain.price == pytest.approx(-12.60, abs=1e-9)
    assert gain.total == pytest.approx(-15.80, abs=1e-9)


def test_two_buys_are_worth_their_units_and_the_fees_lower_the_gain() -> None:
    found = history(
        """
        2021-11-22 buy BALN 2 142.90 fee=1.55
        2021-11-30 buy BALN 2 136.60 fee=1.65
        """,
        market({"BALN": daily("2021-12-18", 148.90)}),
        "2021-12-18",
        cash=False,
    )
    performance = measured(found)
    assert performance.market_value.value == pytest.approx(595.60, abs=1e-9)
    assert performance.gain.price == pytest.approx(36.60, abs=1e-9)
    assert performance.gain.total == pytest.approx(33.40, abs=1e-9)


def test_a_holding_in_dollars_is_worth_the_days_rate_and_costs_the_rate_of_its_day() -> None:
    found = history(
        "2023-01-03 buy GOOGL 1 89.12 fee=1 ccy=USD",
        market(
            {"GOOGL": daily("2023-01-03", 89.12, 116.45)},
            currencies={"GOOGL": "USD"},
            fx={("USD", "CHF"): rates("2023-01-03", 0.9238, 0.8854)},
        ),
        "2023-01-04",
        base="CHF",
        cash=False,
    )
    performance = measured(found)
    assert performance.market_value.value == pytest.approx(103.10483, abs=1e-9)
    assert performance.gain.price + performance.gain.currency == pytest.approx(20.775774, abs=1e-9)
    assert performance.gain.total == pytest.approx(19.851974, abs=1e-9)


@pytest.mark.parametrize(("method", "cost", "gain"), [("fifo", "4400.74", "98.12"), ("average", "4383.74", "81.12")])
def test_fifo_and_average_leave_different_costs(method: str, cost: str, gain: str) -> None:
    book = LotBook(method)
    book.buy(date(2020, 1, 2), Decimal(109), cost=Decimal("3149.20"))
    book.buy(date(2020, 2, 3), Decimal(52), cost=Decimal("1684.92"))
    closed = sum(match.cost for match in book.sell(date(2020, 3, 4), Decimal(15)))
    cent = Decimal("0.01")
    assert book.cost.quantize(cent) == Decimal(cost)
    assert (Decimal("531.50") - closed).quantize(cent) == Decimal(gain)


@pytest.mark.parametrize(
    ("dates", "amounts", "rate"),
    [
        (["2010-01-01", "2010-12-31"], [-200, 210], 0.050140747),
        (["2015-12-31", "2016-06-01", "2016-12-31"], [-1000, 150, 1230], 0.412128788),
    ],
)
def test_xirr_agrees_with_the_spreadsheet(dates: list[str], amounts: list[float], rate: float) -> None:
    assert xirr(np.array(dates, "datetime64[D]"), amounts) == pytest.approx(
        rate, abs=1e-8
    )  # as near as a spreadsheet comes


def test_of_two_rates_the_one_nearest_zero_is_given_as_an_estimate() -> None:
    assert irr([-100, 230, -132]) == pytest.approx(0.10, abs=1e-12)
    yearly = np.array(["2021-01-01", "2022-01-01", "2023-01-01"], "datetime64[D]")
    found = solve_xirr(yearly, [-100, 230, -132])
    assert found.value == pytest.approx(0.10, abs=1e-12)
    assert found.status is Status.ESTIMATED
    assert "20.00%" in found.reason


def test_a_split_keeps_the_cost() -> None:
    found = history(
        """
        2022-01-03 buy   ACME 10 100
        2022-02-01 split ACME 2
        2022-03-01 sell  ACME 5 60
        """,
        market({"ACME": daily("2022-01-03", 100)}),
        "2022-03-01",
        cash=False,
    )
    (holding,) = holdings(found, date(2022, 3, 1))
    assert (holding.quantity, holding.cost) == (Decimal(15), Decimal(750))
    assert book_positions(found, date(2022, 3, 1)).realized.sum() == 50.0


def test_an_exchange_of_holdings_within_a_day_is_no_flow_where_cash_is_not_tracked() -> None:
    found = history(
        """
        2022-01-03 buy  A 100 94.40
        2022-01-04 sell A 100 94.50 fee=10
        2022-01-04 buy  B 943 10    fee=10
        """,
        market({"A": daily("2022-01-03", 94.40, 94.50), "B": daily("2022-01-03", 10, 9531 / 943)}),
        "2022-01-04",
        cash=False,
    )
    assert found.inflows[-1] == pytest.approx(0.0, abs=1e-9)
    performance = measured(found, "2022-01-04")
    assert performance.returns.time_weighted.value == pytest.approx(9531 / 9440 - 1)
    assert round(100 * (performance.returns.time_weighted.value or 0), 2) == 0.96


def test_a_dividend_after_the_exit_is_a_gain_and_no_return() -> None:
    found = history(
        """
        2022-01-03 deposit 100
        2022-01-03 buy ACME 1 100
        2022-01-04 sell ACME 1 100
        2022-01-04 withdrawal 99.99
        2022-01-05 dividend ACME 27.40
        """,
        market({"ACME": daily("2022-01-03", 100, 100, 100)}),
        "2022-01-05",
    )
    performance = measured(found, "2022-01-05")
    assert performance.start_value.value == pytest.approx(0.01)
    assert performance.returns.time_weighted.value == 0.0
    assert performance.gain.total == pytest.approx(27.40)
    assert [(note.code, note.since) for note in performance.notes] == [("gain_without_base", "2022-01-05")]
    assert time_weighted_returns([0.01, 27.41], [0], [0]).tolist() == [0.0]


def test_all_of_the_gain_of_a_balance_is_its_currency_effect() -> None:
    found = history(
        "2022-01-03 deposit 1000 ccy=USD",
        market(fx={("USD", "EUR"): rates("2022-01-03", 0.90, 1.00)}),
        "2022-01-04",
        method=LotMethod.AVERAGE,
    )
    gain = measured(found).gain
    assert [gain.currency, gain.total] == pytest.approx([100.0, 100.0])
