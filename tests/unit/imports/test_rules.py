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


def test_fingerprints_that_are_stored_stay_valid() -> None:
    """Made by the first version for these rows; a file that was imported then is recognised by them."""
    trade = Draft(
        date=date(2024, 1, 2),
        type=TransactionType.BUY,
        symbol="aaa",
        quantity=Decimal(10),
        price=Decimal("100.50"),
        currency="usd",
        fee=Decimal("1.25"),
        account="Broker",
        note="first",
        external_id="X-1",
    )
    exchange = Draft(
        date=date(2023, 5, 6),
        type=TransactionType.EXCHANGE,
        amount=Decimal(100),
        currency="EUR",
        target_amount=Decimal("108.3"),
        target_currency="usd",
        settle_date=date(2023, 5, 8),
        cash_currency="eur",
        fx_rate=Decimal("0.92"),
    )
    split = Draft(date=date(2022, 1, 3), type=TransactionType.SPLIT, symbol="BRK B", ratio=Decimal(5))
    assert [fingerprint(draft).hex() for draft in (trade, exchange, split)] == [
        "c1a263b920232cbcabd87edc098ae9d9fc3f4bce24d408d6d8d345d9a2449345",
        "7a35f16d5b27d5a29ce058f45b9f85e2757d07e2d5325c0a491be84dc9b352a8",
        "00d3976f411d1eb2766e27900c6bebd6b58010e0466176516bda866d3090d697",
    ]


def test_a_fingerprint_sees_the_columns_of_every_type() -> None:
    further: list[dict[str, object]] = [
        {"target_symbol": "B"},
        {"cost_fraction": Decimal(0)},
        {"acquired": date(2020, 1, 2)},
        {"cost": Decimal(0)},
        {"lot_ids": ("1", "2")},
        {"lot_ids": ("2", "1")},
        {"accrued": Decimal(1)},
        {"fee_currency": "USD"},
    ]
    found = {fingerprint(replace(BUY, **columns)) for columns in further}  # type: ignore[arg-type]  # of any column
    assert len(found | {fingerprint(BUY)}) == len(further) + 1


T = TransactionType
NUMBERS = ("quantity", "price", "fee", "tax", "amount", "ratio", "cost_fraction", "cost", "accrued", "fx_rate")


def draft(text: str) -> Draft:
    """A row as ``type name=value ...`` of ABC in euros, on the last day that can be entered."""
    kind, *cells = text.split()
    texts = dict(cell.split("=") for cell in cells)
    values: dict[str, object] = {**texts}
    values |= {name: Decimal(str(values[name])) for name in NUMBERS if name in values}
    if "acquired" in values:
        values["acquired"] = date.fromisoformat(str(values["acquired"]))
    if "lot_ids" in values:
        values["lot_ids"] = tuple(str(values["lot_ids"]).split(";"))
    fields: dict[str, object] = {"date": TODAY, "type": T(kind), "symbol": "ABC", "currency": "EUR"} | values
    return Draft(**fields)  # type: ignore[arg-type]  # of any column


@pytest.mark.parametrize(
    ("row", "filled"),
    [
        ("reinvest quantity=2 price=10 tax=3 fee=1", "quantity=2 price=10 tax=3 fee=1 amount=24"),
        ("reinvest quantity=2 amount=23 tax=3", "quantity=2 amount=23 tax=3"),
        ("reinvest quantity=2 price=10 tax=3 amount=23.01", "quantity=2 price=10 tax=3 amount=23.01"),
        ("transfer_in quantity=5", "quantity=5"),
        ("transfer_in quantity=5 price=3", "quantity=5 price=3 amount=15"),
        ("transfer_in quantity=5 cost=0 acquired=2001-02-03", "quantity=5 cost=0 acquired=2001-02-03"),
        ("transfer_out quantity=5 lot_ids=7;X1", "quantity=5 lot_ids=7;X1"),
        (
            "spin_off target_symbol=kid ratio=0.2 cost_fraction=0.1",
            "target_symbol=KID ratio=0.2 cost_fraction=0.1",
        ),
        ("spin_off target_symbol=KID ratio=1 cost_fraction=0", "target_symbol=KID ratio=1 cost_fraction=0"),
        ("merger target_symbol=NEW ratio=2", "target_symbol=NEW ratio=2"),
        ("merger amount=100", "amount=100"),
        ("merger target_symbol=NEW ratio=2 amount=100", "target_symbol=NEW ratio=2 amount=100"),
        ("symbol_change target_symbol=NEW", "target_symbol=NEW ratio=1"),
        ("symbol_change target_symbol=NEW ratio=10", "target_symbol=NEW ratio=10"),
        ("return_of_capital amount=12", "amount=12"),
        ("staking quantity=0.5", "quantity=0.5"),
        ("airdrop quantity=5 price=2", "quantity=5 price=2 amount=10"),
        ("split ratio=3 amount=12 quantity=0.5", "ratio=3 amount=12 quantity=0.5"),
        ("sell quantity=1 price=9 lot_ids=X1", "quantity=1 price=9 amount=9 lot_ids=X1"),
        ("buy quantity=1 price=9 accrued=2", "quantity=1 price=9 amount=9 accrued=2"),
        ("buy quantity=1 price=9 fee=2 fee_currency=usd", "quantity=1 price=9 amount=9 fee=2 fee_currency=USD"),
        ("buy quantity=1 price=9 fee=2 fee_currency=eur", "quantity=1 price=9 amount=9 fee=2"),
        ("buy quantity=1 price=9 fee_currency=USD", "quantity=1 price=9 amount=9"),
    ],
)
def test_a_row_of_every_type_is_taken_and_filled_in(row: str, filled: str) -> None:
    found = accepted(draft(row))
    assert Draft.of(found) == draft(f"{found.type} {filled}")


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("reinvest quantity=2", "price", "A reinvest needs a price or an amount."),
        ("reinvest quantity=2 price=10 amount=25", "amount", "The amount is 25, but 2 × 10 is 20."),
        (
            "reinvest quantity=2 price=10 tax=3 amount=20",
            "amount",
            "The amount is 20, but 2 × 10 with fee and tax of 3 is 23.",
        ),
        ("reinvest quantity=2 amount=5 tax=5", "amount", "Fee and tax take 5 of 5: nothing is left."),
        ("transfer_in", "quantity", "A transfer in needs a quantity."),
        ("transfer_in quantity=5 cost=-1", "cost", "The cost is -1: a cost cannot be negative."),
        ("transfer_in quantity=5 acquired=2024-06-29", "acquired", "They were acquired on 2024-06-29, after"),
        ("transfer_in quantity=5 acquired=1850-01-01", "acquired", "is before 1900"),
        ("transfer_in quantity=5 lot_ids=7", "lot_ids", "A transfer in takes no lot ids: leave it blank."),
        ("transfer_out quantity=5 fee=1", "fee", "A transfer out takes no fee: leave it blank."),
        ("buy quantity=5 price=1 cost=5", "cost", "A buy takes no cost: leave it blank."),
        ("spin_off target_symbol=KID cost_fraction=0.1", "ratio", "A spin-off needs a ratio."),
        ("spin_off target_symbol=KID ratio=0 cost_fraction=0.1", "ratio", "The ratio is 0: it must be more than 0."),
        ("spin_off ratio=1 cost_fraction=0.1", "target_symbol", "A spin-off needs a target symbol."),
        ("spin_off target_symbol=KID ratio=1", "cost_fraction", "A spin-off needs a cost fraction."),
        (
            "spin_off target_symbol=KID ratio=1 cost_fraction=1.2",
            "cost_fraction",
            "The cost fraction is 1.2: it is the share of the cost that moves, from 0 to 1.",
        ),
        ("spin_off target_symbol=abc ratio=1 cost_fraction=0", "target_symbol", "is into another instrument"),
        ("merger target_symbol=ABC ratio=1", "target_symbol", "A merger is into another instrument; both are ABC."),
        ("merger", "target_symbol", "A merger needs the target symbol and the ratio that it brings, or its cash"),
        ("merger target_symbol=NEW", "ratio", "A merger into another instrument needs the ratio"),
        ("merger ratio=2", "target_symbol", "A merger at a ratio needs the target symbol"),
        ("symbol_change", "target_symbol", "A symbol change needs a target symbol."),
        ("symbol_change target_symbol=ABC", "target_symbol", "both are ABC"),
        ("return_of_capital", "amount", "A return of capital needs an amount."),
        ("return_of_capital amount=-5", "amount", "The amount is -5: amounts are positive"),
        ("staking", "quantity", "A staking needs a quantity."),
        ("split ratio=2 quantity=0.5", "quantity", "A split takes a quantity only with the amount paid for it"),
        ("sell quantity=1 price=9 lot_ids=X1;X1", "lot_ids", "The lot X1 is named twice."),
        ("buy quantity=1 price=9 accrued=-2", "accrued", "accrued interest cannot be negative"),
        ("dividend amount=9 accrued=2", "accrued", "A dividend takes no accrued: leave it blank."),
        ("buy quantity=1 price=9 fee=1 fee_currency=GBp", "fee_currency", "GBp is a hundredth of GBP"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_beside_its_column(row: str, column: str, reason: str) -> None:
    found = [(fault.field, fault.message) for fault in judge(draft(row), AROUND).faults]
    assert [field for field, _ in found] == [column], found
    assert reason in found[0][1]
