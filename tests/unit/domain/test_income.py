"""Income: what was received by month and instrument, and what is to be expected of what is held now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from dashboard.domain.calendar import Period
from dashboard.domain.income import Basis, expected_income, income_by_month, payments
from dashboard.domain.instruments import Dividend, Split
from dashboard.domain.measures import Status
from dashboard.domain.prices import MarketData
from tests.unit.domain.ledgers import closes, history, market, rates

LEDGER = """
2023-01-02 buy A 100 10
2023-03-10 dividend A 50 tax=7.5
2023-03-20 dividend A 10 fee=1
2023-06-10 dividend A 60 tax=9
2023-06-30 interest 3 tax=1
2023-12-10 buy A 100 12
"""
YEAR = Period(date(2023, 1, 1), date(2023, 12, 31))


def priced(**more: object) -> MarketData:
    data = market({"A": closes("2023-01-02 10\n2023-12-29 12")})
    return replace(data, **more)  # type: ignore[arg-type]  # the fields of the market, by name


def test_payments_are_summed_by_month_instrument_and_kind_gross_and_net() -> None:
    lines = income_by_month(payments(history(LEDGER, priced(), "2023-12-31"), YEAR))
    assert [(str(one.month), one.symbol, one.payments, one.gross, one.fees, one.taxes, one.net) for one in lines] == [
        ("2023-03-01", "A", 2, 60, 1, 7.5, 51.5),
        ("2023-06-01", None, 1, 3, 0, 1, 2),
        ("2023-06-01", "A", 1, 60, 0, 9, 51),
    ]


def test_interest_on_a_balance_is_no_income_where_cash_is_not_tracked() -> None:
    found = payments(history(LEDGER, priced(), "2023-12-31", cash=False), YEAR)
    assert {one.symbol for one in found} == {"A"}


def test_income_in_another_currency_counts_at_the_rate_of_its_day() -> None:
    data = market(
        {"A": closes("2023-01-02 10")}, currencies={"A": "USD"}, fx={("USD", "EUR"): rates("2023-01-02", 0.8, 0.9)}
    )
    text = "2023-01-02 buy A 10 10 ccy=USD\n2023-01-03 dividend A 10 ccy=USD"
    assert [one.gross for one in payments(history(text, data, "2023-01-04"), YEAR)] == [9]


def test_what_was_paid_here_is_expected_again_a_year_later_on_the_units_held_now() -> None:
    found = expected_income(history(LEDGER, priced(), "2023-12-31"), date(2023, 12, 31))
    assert [(str(one.date), one.quantity, one.per_unit, one.amount.value) for one in found] == [
        ("2024-03-09", 200, 0.5, 100),
        ("2024-03-19", 200, 0.1, 20),
        ("2024-06-09", 200, 0.6, 120),
    ]
    assert {one.amount.status for one in found} == {Status.ESTIMATED}
    assert {one.basis for one in found} == {Basis.REPEATED}
    assert "what it paid here in the last twelve months" in found[0].amount.reason


def test_the_instruments_own_distributions_come_before_what_was_received() -> None:
    known = (Dividend(date(2022, 12, 30), 9.0, "EUR"), Dividend(date(2023, 2, 1), 0.2, "EUR"))
    data = priced(dividends={"A": known})
    found = expected_income(history(LEDGER, data, "2023-12-31"), date(2023, 12, 31))
    assert [(str(one.date), one.amount.value) for one in found] == [("2024-02-01", 40)]
    assert "the distributions of the last twelve months" in found[0].amount.reason


def test_a_declared_dividend_takes_the_place_of_the_repeated_one() -> None:
    known = (
        Dividend(date(2023, 2, 1), 0.2, "EUR"),
        Dividend(date(2023, 8, 1), 0.2, "EUR"),
        Dividend(date(2024, 1, 25), 0.3, "EUR"),
    )
    found = expected_income(history(LEDGER, priced(dividends={"A": known}), "2023-12-31"), date(2023, 12, 31))
    assert [(str(one.date), one.basis, one.amount.value) for one in found] == [
        ("2024-01-25", Basis.DECLARED, 60),
        ("2024-07-31", Basis.REPEATED, 40),
    ]
    assert "declared" in found[0].amount.reason


def test_a_split_since_the_payment_divides_what_a_unit_gets() -> None:
    data = priced(
        dividends={"A": (Dividend(date(2023, 2, 1), 0.2, "EUR"),)},
        splits={"A": (Split(date(2023, 5, 1), Decimal(4)),)},
    )
    found = expected_income(history("2023-01-02 buy A 10 10", data, "2023-12-31"), date(2023, 12, 31))
    assert [(one.quantity, one.per_unit) for one in found] == [(40, 0.05)]
    assert found[0].amount.value == pytest.approx(2)


def test_nothing_is_expected_of_what_was_sold_and_without_a_rate_there_is_no_amount() -> None:
    sold = history(LEDGER + "2023-12-11 sell A 200 12", priced(), "2023-12-31")
    assert expected_income(sold, date(2023, 12, 31)) == ()
    data = priced(dividends={"A": (Dividend(date(2023, 2, 1), 0.2, "USD"),)})
    (found,) = expected_income(history(LEDGER, data, "2023-12-31"), date(2023, 12, 31))
    assert found.amount.value is None
    assert "from USD to EUR" in found.amount.reason
