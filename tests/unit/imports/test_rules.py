"""Rows by themselves: what a type takes, what is filled in, and what contradicts itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from dashboard.db.repositories.ledger.instruments import KnownInstrument
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.services.ledger.completion import Surroundings, judge
from dashboard.services.ledger.draft import Draft, fingerprint

TODAY = date(2024, 6, 28)
FUTURE = KnownInstrument(1, "FUT", "USD", Decimal(50), True)
AROUND = Surroundings("EUR", TODAY, {"FUT": FUTURE, "lower": replace(FUTURE, symbol="lower")}, {"NEW": "JPY"})
BUY = Draft(
    date=TODAY, type=TransactionType.BUY, symbol="ABC", quantity=Decimal(3), price=Decimal("9.99"), currency="EUR"
)


def accepted(draft: Draft) -> Transaction:
    judged = judge(draft, AROUND)
    assert judged.transaction is not None, judged.faults
    return judged.transaction


def columns_at_fault(draft: Draft) -> list[str | None]:
    return [fault.field for fault in judge(draft, AROUND).faults]


def test_the_amount_is_quantity_times_price_times_the_contract_size() -> None:
    assert accepted(BUY).amount == Decimal("29.97")
    assert accepted(replace(BUY, symbol="fut", currency=None)).amount == Decimal("1498.5")


def test_a_blank_currency_is_the_instruments_the_files_or_the_portfolios() -> None:
    found = [accepted(replace(BUY, symbol=symbol, currency=None)).currency for symbol in ("FUT", "NEW", "ABC")]
    assert found == ["USD", "JPY", "EUR"]


def test_a_symbol_is_in_capitals_unless_it_is_known_otherwise() -> None:
    assert [accepted(replace(BUY, symbol=symbol)).symbol for symbol in ("abc", "lower")] == ["ABC", "lower"]


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "agrees"),
    [
        ("3", "9.99", "29.97", True),
        ("3", "9.99", "29.98", True),
        ("400", "33.34", "13336.80", True),
        ("400", "33.34", "13340", False),
        ("10", "100", "1004", False),
        ("1.234", "100", "123.45", True),
        ("1.234", "100", "124", False),
        ("3", "33.333333333333333333", "100", True),
    ],
)
def test_an_amount_agrees_with_quantity_times_price_within_rounding(
    quantity: str, price: str, amount: str, agrees: bool
) -> None:
    draft = replace(BUY, quantity=Decimal(quantity), price=Decimal(price), amount=Decimal(amount))
    assert columns_at_fault(draft) == ([] if agrees else ["amount"])


def test_a_trade_may_have_an_amount_and_no_price() -> None:
    row = accepted(replace(BUY, price=None, amount=Decimal(30)))
    assert (row.price, row.amount) == (None, Decimal(30))


def test_a_dividend_may_be_given_a_unit_and_keeps_its_amount_alone() -> None:
    row = accepted(replace(BUY, type=TransactionType.DIVIDEND))
    assert (row.quantity, row.price, row.amount) == (Decimal(0), None, Decimal("29.97"))


def test_income_may_be_negative_and_other_amounts_may_not() -> None:
    money = Draft(date=TODAY, type=TransactionType.INTEREST, amount=Decimal(-5))
    assert accepted(money).amount == Decimal(-5)
    for kind in (TransactionType.DEPOSIT, TransactionType.WITHDRAWAL, TransactionType.FEE, TransactionType.TAX):
        assert columns_at_fault(replace(money, type=kind)) == ["amount"]


def test_what_a_type_does_not_take_is_refused_and_not_dropped() -> None:
    deposit = Draft(
        date=TODAY, type=TransactionType.DEPOSIT, amount=Decimal(5), fee=Decimal(1), price=Decimal(2), ratio=Decimal(3)
    )
    assert columns_at_fault(deposit) == ["price", "fee", "ratio"]


def test_a_row_settles_on_or_after_its_day() -> None:
    assert columns_at_fault(replace(BUY, settle_date=date(2024, 6, 27))) == ["settle_date"]
    assert accepted(replace(BUY, settle_date=date(2024, 7, 1))).settle_date == date(2024, 7, 1)


def test_a_rate_on_a_row_in_the_portfolios_own_currency_contradicts_itself() -> None:
    assert columns_at_fault(replace(BUY, fx_rate=Decimal("1.1"))) == ["fx_rate"]
    assert accepted(replace(BUY, fx_rate=Decimal(1))).fx_rate == Decimal(1)


def test_an_exchange_is_between_two_currencies_even_where_one_is_left_blank() -> None:
    exchange = Draft(
        date=TODAY,
        type=TransactionType.EXCHANGE,
        amount=Decimal(5),
        target_amount=Decimal(6),
        target_currency="eur",
    )
    assert columns_at_fault(exchange) == ["target_currency"]
    assert accepted(replace(exchange, target_currency="usd")).target_currency == "USD"


def test_texts_are_bounded_and_printable() -> None:
    assert columns_at_fault(replace(BUY, note="x" * 2001, account="a\nb", symbol="A\0")) == [
        "symbol",
        "account",
        "note",
    ]
    assert accepted(replace(BUY, note="two\nlines")).note == "two\nlines"


def test_a_fingerprint_sees_values_and_not_their_spelling() -> None:
    same = replace(BUY, quantity=Decimal("3.000"), symbol="abc", currency="eur")
    assert fingerprint(same) == fingerprint(BUY)
    for other in (replace(BUY, note="x"), replace(BUY, account="x"), replace(BUY, price=None, amount=Decimal("9.99"))):
        assert fingerprint(other) != fingerprint(BUY)
