"""Rows of every type in the database: written and read with all their columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from dashboard.db.engine import db
from dashboard.db.repositories import instruments
from dashboard.db.repositories.ledger import tags
from dashboard.db.repositories.ledger import transactions as rows
from dashboard.db.repositories.ledger.transaction_writing import NewRow, insert, insert_one, rewrite
from dashboard.domain.access import SYSTEM
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.services import imports
from dashboard.services import transactions as service
from tests.factories import make_instrument, make_portfolio

pytestmark = pytest.mark.usefixtures("app_context")

DAY = date(2024, 1, 2)
ONE = Decimal(1)
HASH = b"0" * 32
OF_A = Transaction(date=DAY, type=TransactionType.BUY, currency="USD", symbol="A")
ROWS = [
    replace(OF_A, quantity=ONE, price=Decimal("100.5"), fee=ONE, fee_currency="EUR", accrued=Decimal("12.5")),
    replace(OF_A, type=TransactionType.SELL, quantity=ONE, amount=Decimal(90), lot_ids=("X2", "X1")),
    replace(OF_A, type=TransactionType.REINVEST, quantity=ONE, amount=Decimal(7), tax=ONE),
    replace(OF_A, type=TransactionType.TRANSFER_IN, quantity=ONE, cost=Decimal("71.25"), acquired=date(2019, 5, 6)),
    replace(OF_A, type=TransactionType.TRANSFER_OUT, quantity=ONE, account="Broker"),
    replace(
        OF_A,
        type=TransactionType.SPIN_OFF,
        target_symbol="B",
        ratio=Decimal("0.25"),
        cost_fraction=Decimal("0.123456789012345678"),
    ),
    replace(OF_A, type=TransactionType.MERGER, target_symbol="B", ratio=Decimal(2), amount=Decimal(5)),
    replace(OF_A, type=TransactionType.SYMBOL_CHANGE, target_symbol="B", ratio=ONE),
    replace(OF_A, type=TransactionType.RETURN_OF_CAPITAL, amount=Decimal("3.3")),
    replace(OF_A, type=TransactionType.STAKING, quantity=Decimal("0.001")),
    replace(OF_A, type=TransactionType.AIRDROP, quantity=Decimal(100), price=Decimal("0.5")),
]


def test_every_column_of_every_type_comes_back_as_it_was_written() -> None:
    portfolio = make_portfolio()
    ids = instruments.ensure(db.session(), {"A": "USD", "B": "USD"})
    insert(portfolio.id, None, [NewRow(row, HASH) for row in ROWS[:5]], ids)
    for row in ROWS[5:]:
        insert_one(portfolio.id, NewRow(row, HASH), ids)
    within = rows.ledger(portfolio.id)
    db.session.commit()

    assert [replace(row, sequence=0) for row in within] == ROWS
    assert rows.ledger(portfolio.id) == within
    assert [row.transaction for row in rows.stored(portfolio.id)] == list(within)


def test_a_row_is_rewritten_with_the_columns_of_its_new_type() -> None:
    portfolio = make_portfolio()
    ids = instruments.ensure(db.session(), {"A": "USD", "B": "USD"})
    row_id = insert_one(portfolio.id, NewRow(ROWS[5], HASH), ids)

    assert rewrite(portfolio.id, row_id, 1, NewRow(ROWS[3], HASH), ids)

    (stored,) = rows.ledger(portfolio.id)
    assert replace(stored, sequence=0) == ROWS[3]


def test_a_row_belongs_to_what_it_turns_into_as_well() -> None:
    portfolio = make_portfolio()
    ids = instruments.ensure(db.session(), {"A": "USD", "B": "USD"})
    insert(portfolio.id, None, [NewRow(row, HASH) for row in ROWS], ids)

    assert {row.type.value for row in rows.of_symbols(portfolio.id, ["B"])} == {"spin_off", "merger", "symbol_change"}
    assert {row.symbol for row in instruments.needed(db.session())} == {"A", "B"}
    assert instruments.is_traded(db.session(), ids["B"])


def test_tags_are_put_on_and_taken_off_once() -> None:
    portfolio, other = make_portfolio(), make_portfolio()
    apple, bond = make_instrument("AAPL"), make_instrument("BND")

    assert [tags.add(portfolio.id, apple, word) for word in ("tech", "core", "core")] == [True, True, False]
    assert tags.add(other.id, bond, "safe")
    assert tags.of_portfolio(portfolio.id) == {"AAPL": ("core", "tech")}
    assert [tags.remove(portfolio.id, apple, "core") for _ in range(2)] == [True, False]
    assert tags.of_portfolio(portfolio.id) == {"AAPL": ("tech",)}


def test_a_lot_that_is_named_by_its_rows_id_keeps_that_name_as_external_id() -> None:
    portfolio = make_portfolio()
    bought = [service.add_transaction(SYSTEM, portfolio.id, replace(OF_A, quantity=ONE, price=ONE)) for _ in range(2)]
    named = replace(OF_A, quantity=ONE, price=ONE, external_id="B-3")
    service.add_transaction(SYSTEM, portfolio.id, named)

    sale = replace(OF_A, type=TransactionType.SELL, quantity=Decimal(2), price=ONE)
    service.add_transaction(SYSTEM, portfolio.id, replace(sale, lot_ids=(str(bought[1].id), "B-3")))

    first, second, third, sold = service.ledger(portfolio.id)
    assert [row.external_id for row in (first, second, third)] == [None, str(bought[1].id), "B-3"]
    assert second.lot_id == str(bought[1].id)
    assert sold.lot_ids == (second.lot_id, third.lot_id)
    copy = make_portfolio()
    imports.commit(SYSTEM, copy.id, service.export_csv(SYSTEM, portfolio.id), "ledger.csv")
    assert [row.lot_ids for row in service.ledger(copy.id)][-1] == sold.lot_ids
    assert imports.commit(SYSTEM, portfolio.id, service.export_csv(SYSTEM, portfolio.id), "ledger.csv").added == 0
