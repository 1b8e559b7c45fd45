"""Properties of a ledger: an export imports to the same ledger, and deleting what was added leaves what was."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.domain.access import SYSTEM
from dashboard.domain.transactions import Transaction, TransactionType, ledger_order
from dashboard.services import imports, transactions
from tests.factories import make_portfolio

pytestmark = pytest.mark.usefixtures("app_context")

FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FIRST = date(2015, 1, 1)

days = st.integers(0, 3000).map(lambda n: FIRST + timedelta(days=n))
positive = st.decimals("0.000000000000000001", "999999999999", places=18)
money = st.decimals("0.01", "9999999", places=2)
words = st.text(st.sampled_from("ab ,;'\"=+-@\t\n|é漢\ufeff0.5"), max_size=12)
texts = st.builds(
    lambda note, account: {"note": note.strip(), "account": " ".join(account.split())},
    words,
    st.sampled_from(["", "=B", "'C"]),
)


@st.composite
def rows(draw: st.DrawFn) -> Transaction:
    """Any row but a sale, which needs something to sell."""
    kind = draw(st.sampled_from([kind for kind in TransactionType if kind is not TransactionType.SELL]))
    symbol = draw(st.sampled_from(["AAA", "-BBB", "=CCC", "4063.T", "BRK B"]))
    row = Transaction(date=draw(days), type=kind, currency=draw(st.sampled_from(["EUR", "USD", "JPY"])), **draw(texts))
    row = replace(
        row, settle_date=draw(st.none() | st.just(row.date)), cash_currency=draw(st.sampled_from([None, "USD"]))
    )
    if kind is TransactionType.BUY:
        return replace(
            row,
            symbol=symbol,
            quantity=draw(positive),
            price=draw(st.none() | money),
            amount=draw(money),
            fee=draw(money),
        )
    if kind is TransactionType.SPLIT:
        return replace(
            row, symbol=symbol, ratio=draw(st.sampled_from([Decimal(5), Decimal("1.5")])), cash_currency=None
        )
    if kind is TransactionType.EXCHANGE:
        return replace(row, amount=draw(money), target_amount=draw(money), target_currency="GBP")
    if kind in {TransactionType.DIVIDEND, TransactionType.INTEREST}:
        return replace(row, symbol=symbol, amount=draw(money) * draw(st.sampled_from([1, -1])), tax=draw(money))
    return replace(row, amount=draw(money))


@st.composite
def ledgers(draw: st.DrawFn) -> list[Transaction]:
    """Rows, and sales of a part of what was bought before."""
    found = [_agreeing(row) for row in draw(st.lists(rows(), max_size=12))]
    held: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for row in sorted(found, key=ledger_order):
        held[row.account, row.symbol] += row.quantity
    for (account, symbol), quantity in held.items():
        if quantity and draw(st.booleans()):
            sale = Transaction(
                date=FIRST + timedelta(days=3001), type=TransactionType.SELL, currency="EUR", symbol=symbol
            )
            found.append(replace(sale, account=account, quantity=quantity, amount=draw(money)))
    ids = draw(st.lists(st.sampled_from(["", "x"]), min_size=len(found), max_size=len(found)))
    return [
        replace(row, external_id=f"{mark}{n}" if mark else None)
        for n, (row, mark) in enumerate(zip(found, ids, strict=True))
    ]


def _agreeing(row: Transaction) -> Transaction:
    """A price that is given must agree with the amount."""
    return replace(row, amount=Decimal(0)) if row.price is not None else row


def content(ledger: tuple[Transaction, ...]) -> list[Transaction]:
    return [replace(row, sequence=0) for row in ledger]


@FEW
@given(ledgers())
def test_an_export_imports_to_the_same_ledger_and_adds_nothing_where_it_came_from(rows: list[Transaction]) -> None:
    original, copy = make_portfolio(), make_portfolio()
    transactions.save_changes(SYSTEM, original.id, added=rows)
    exported = transactions.export_csv(SYSTEM, original.id)
    if rows:
        assert imports.commit(SYSTEM, original.id, exported, "export.csv").added == 0
        assert imports.commit(SYSTEM, copy.id, exported, "export.csv").added == len(rows)
    assert content(transactions.ledger(copy.id)) == content(transactions.ledger(original.id))
    assert transactions.export_csv(SYSTEM, copy.id) == exported


@FEW
@given(ledgers(), ledgers())
def test_deleting_what_was_added_leaves_the_ledger_as_it_was(
    first: list[Transaction], second: list[Transaction]
) -> None:
    portfolio = make_portfolio()
    second = [replace(row, external_id=None) for row in second]
    transactions.save_changes(SYSTEM, portfolio.id, added=first)
    before = transactions.ledger(portfolio.id)
    added = transactions.save_changes(SYSTEM, portfolio.id, added=second)
    assert len(transactions.ledger(portfolio.id)) == len(before) + len(second)
    transactions.delete_transactions(SYSTEM, portfolio.id, [row.id for row in added])
    assert transactions.ledger(portfolio.id) == before
