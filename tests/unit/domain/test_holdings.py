"""Holdings on a day, their lots, and how they are allocated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboard.domain.allocation import allocate, by_asset_class, by_currency
from dashboard.domain.holdings import holdings
from dashboard.domain.measures import Measure, Status
from dashboard.domain.positions import book_positions
from dashboard.domain.transactions import LotMethod
from dashboard.errors import InsufficientData
from tests.unit.domain.ledgers import closes, daily, history, market, rates

TWO_ACCOUNTS = """
2024-01-02 deposit 10000
2024-01-02 buy ACME 10 100 fee=10 account=A
2024-01-03 buy ACME 10 120 account=B
2024-01-04 sell ACME 5 130 account=B fee=5
2024-01-04 dividend ACME 30 tax=4.5
"""
ACME = market({"ACME": daily("2024-01-02", 100, 120, 130, 140)})


def test_a_holding_is_all_that_its_accounts_hold() -> None:
    found = history(TWO_ACCOUNTS, ACME, "2024-01-05")
    (holding,) = holdings(found, date(2024, 1, 5))
    assert (holding.quantity, holding.cost) == (Decimal(15), Decimal(1610))
    assert holding.market_value.value == 2100
    assert holding.unrealized.value == pytest.approx(490)
    assert holding.unrealized_pct.value == pytest.approx(490 / 1610)
    assert [holding.realized, holding.income] == pytest.approx([45, 30])
    assert holding.weight.value == pytest.approx(2100 / found.value[-1])
    assert [(lot.account, lot.quantity, lot.cost) for lot in holding.lots] == [
        ("A", Decimal(10), Decimal(1010)),
        ("B", Decimal(5), Decimal(600)),
    ]


def test_the_days_change_is_the_gain_since_the_close_before() -> None:
    found = history(TWO_ACCOUNTS, ACME, "2024-01-08")
    (holding,) = holdings(found, date(2024, 1, 5))
    assert holding.day_change.value == pytest.approx(150)
    assert holding.day_change_pct.value == pytest.approx(140 / 130 - 1)
    (weekend,) = holdings(found, date(2024, 1, 7))
    assert weekend.price_date == date(2024, 1, 5)
    assert weekend.day_change.value == pytest.approx(150)
    (bought,) = holdings(found, date(2024, 1, 2))
    assert bought.day_change.value == 0


def test_what_was_held_on_an_earlier_day_can_be_asked() -> None:
    found = history(TWO_ACCOUNTS, ACME, "2024-01-05")
    (holding,) = holdings(found, date(2024, 1, 2))
    assert (holding.quantity, holding.realized) == (Decimal(10), 0)
    assert holdings(found, date(2024, 1, 1)) == ()
    with pytest.raises(InsufficientData, match="valued up to 2024-01-05"):
        holdings(found, date(2024, 1, 6))


def test_a_sold_holding_is_gone() -> None:
    found = history("2024-01-02 buy ACME 10 100\n2024-01-03 sell ACME 10 120", ACME, "2024-01-05", cash=False)
    assert holdings(found, date(2024, 1, 5)) == ()


def test_each_sale_tells_the_lots_that_it_closed() -> None:
    found = history(TWO_ACCOUNTS, ACME, "2024-01-05", method=LotMethod.AVERAGE)
    (sale,) = book_positions(found, date(2024, 1, 5)).realizations
    assert (sale.proceeds, sale.cost, sale.gain) == (Decimal(645), Decimal(600), Decimal(45))
    assert [(match.acquired, match.quantity) for match in sale.matches] == [(date(2024, 1, 3), Decimal(5))]


def test_costs_are_at_the_rate_of_their_own_day() -> None:
    found = history(
        """
        2024-01-02 buy ACME 10 100 ccy=USD
        2024-01-03 buy ACME 10 100 ccy=USD fx=0.7
        """,
        market(
            {"ACME": daily("2024-01-02", 100, 100)},
            currencies={"ACME": "USD"},
            fx={("USD", "EUR"): rates("2024-01-02", 0.5, 0.6)},
        ),
        "2024-01-03",
        cash=False,
    )
    (holding,) = holdings(found, date(2024, 1, 3))
    assert [lot.cost for lot in holding.lots] == [Decimal(500), Decimal(700)]
    assert [holding.fx_rate.value, holding.market_value.value] == pytest.approx([0.6, 1200])


def test_allocation_groups_by_any_key_with_cash_as_a_line() -> None:
    found = history(
        """
        2024-01-02 deposit 1000
        2024-01-02 buy ACME 1 100
        2024-01-02 buy BETA 4 100 ccy=USD fx=0.5
        """,
        market(
            {"ACME": daily("2024-01-02", 100), "BETA": daily("2024-01-02", 100)},
            currencies={"BETA": "USD"},
            fx={("USD", "EUR"): rates("2024-01-02", 0.5)},
        ),
        "2024-01-02",
    )
    held = holdings(found, date(2024, 1, 2))
    slices = allocate(held, by_currency, Measure(700.0), cash_key="EUR")
    assert [(one.key, one.market_value.value, one.weight.value) for one in slices] == [
        ("EUR", 800, 0.8),
        ("USD", 200, 0.2),
    ]
    assert [one.key for one in allocate(held, by_asset_class, Measure(700.0))] == ["cash", "equity"]


def test_a_value_that_is_not_known_leaves_the_weights_undefined() -> None:
    found = history(
        "2024-01-02 buy ACME 1 100\n2024-01-02 buy BETA 1 100 ccy=USD fx=0.5",
        market({"ACME": closes("2024-01-02 100"), "BETA": closes("2024-01-02 100")}, currencies={"BETA": "USD"}),
        "2024-01-02",
        cash=False,
    )
    slices = allocate(holdings(found, date(2024, 1, 2)), by_currency)
    assert {one.key: one.market_value.value for one in slices} == {"EUR": 100, "USD": None}
    assert {one.weight.status for one in slices} == {Status.UNDEFINED}
