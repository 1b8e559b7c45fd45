"""Properties of a ledger of every type: an export imports to the same, and deleting what was added leaves what was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Context, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.domain.access import SYSTEM
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.services import imports, transactions
from dashboard.services.ledger.decimals import SMALLEST
from tests.factories import make_portfolio

EXACT = Context(prec=60)
pytestmark = pytest.mark.usefixtures("app_context")

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FIRST = date(2015, 1, 1)

T = TransactionType
positive = st.decimals("0.000000000000000001", "999999999999", places=18)
money = st.decimals("0.01", "9999999", places=2)
words = st.text(st.sampled_from("ab ,;'\"=+-@\t\n|é漢\ufeff0.5"), max_size=12)
texts = st.builds(
    lambda note, account: {"note": note.strip(), "account": " ".join(account.split())},
    words,
    st.sampled_from(["", "=B", "'C"]),
)


HELD_NEEDED = frozenset({T.SELL, T.TRANSFER_OUT, T.SPIN_OFF, T.MERGER, T.SYMBOL_CHANGE, T.RETURN_OF_CAPITAL, T.SPLIT})
ACQUIRES = frozenset({T.BUY, T.REINVEST, T.TRANSFER_IN, T.STAKING, T.AIRDROP})


@dataclass
class Position:
    """At least so much of a symbol is held in its account."""

    account: str
    quantity: Decimal
    last: Transaction | None = None
    """The newest lot, where it is whole and has a name."""


@st.composite
def ledgers(
    draw: st.DrawFn, symbols: tuple[str, ...] = ("AAA", "-BBB", "=CCC", "4063.T", "BRK B")
) -> list[Transaction]:
    """Rows of every type, a day apart, that take no more than there is; each symbol keeps to one account."""
    held: dict[str, Position] = {}
    found: list[Transaction] = []
    for number in range(draw(st.integers(0, 14))):
        kinds = [kind for kind in TransactionType if held or kind not in HELD_NEEDED]
        kind = draw(st.sampled_from(kinds))
        row = Transaction(
            date=FIRST + timedelta(days=3 * number),
            type=kind,
            currency=draw(st.sampled_from(["EUR", "USD", "JPY"])),
            external_id=draw(st.sampled_from([None, f"{symbols[0]}{number}", f"{symbols[0]} {number}"])),
            **draw(texts),
        )
        row = replace(row, settle_date=draw(st.none() | st.just(row.date + timedelta(days=2))))
        if kind in HELD_NEEDED:
            found.append(_of_held(draw, row, held, f"N{number}{symbols[0]}"))
        elif kind in ACQUIRES:
            found.append(_acquired(draw, row, held, draw(st.sampled_from(symbols))))
        else:
            found.append(_of_money(draw, row, draw(st.sampled_from(symbols))))
    return found


def _acquired(draw: st.DrawFn, row: Transaction, held: dict[str, Position], symbol: str) -> Transaction:
    position = held.setdefault(symbol, Position(row.account, Decimal(0)))
    row = replace(row, account=position.account, symbol=symbol, quantity=draw(positive), amount=draw(money))
    position.quantity += row.quantity
    position.last = row if row.external_id else None
    if row.type is T.BUY:
        priced = draw(st.booleans())
        accrued, fee_currency = draw(st.sampled_from([(Decimal(0), None), (Decimal("1.5"), "GBP")]))
        row = replace(row, fee=draw(money), accrued=accrued, fee_currency=fee_currency)
        return replace(row, price=draw(money), amount=Decimal(0)) if priced else row
    if row.type is T.REINVEST:
        return replace(row, tax=draw(money), amount=row.amount + Decimal(10_000_000))
    if row.type is T.TRANSFER_IN:
        given = draw(st.booleans())
        return replace(row, cost=draw(money), acquired=FIRST - timedelta(days=900)) if given else row
    return replace(row, amount=draw(st.sampled_from([Decimal(0), row.amount])))


def _of_held(draw: st.DrawFn, row: Transaction, held: dict[str, Position], new: str) -> Transaction:
    symbol = draw(st.sampled_from(sorted(held)))
    position = held[symbol]
    row = replace(row, account=position.account, symbol=symbol)
    if row.type in {T.SPLIT, T.MERGER, T.SYMBOL_CHANGE}:
        position.last = None
    if row.type in {T.SELL, T.TRANSFER_OUT}:
        if not position.quantity:
            return replace(row, type=T.DIVIDEND, amount=draw(money))
        part = draw(st.sampled_from([Decimal(1), Decimal("0.5")]))
        row = replace(
            row, quantity=(position.quantity * part).quantize(SMALLEST, ROUND_DOWN, EXACT), amount=draw(money)
        )
        if position.last is not None and draw(st.booleans()):
            row = replace(row, quantity=position.last.quantity, lot_ids=(position.last.external_id or "",))
        position.last = None
        if not row.quantity:
            return replace(row, type=T.DIVIDEND, quantity=Decimal(0))
        position.quantity -= row.quantity
        return row
    if row.type is T.RETURN_OF_CAPITAL:
        return replace(row, amount=draw(money))
    if row.type is T.SPLIT:
        return replace(row, ratio=draw(st.sampled_from([Decimal(5), Decimal("1.5")])))
    if not position.quantity:
        return replace(row, type=T.FEE, amount=draw(money))
    row = replace(row, target_symbol=new, ratio=draw(st.sampled_from([Decimal(2), Decimal("0.05")])))
    if row.type is T.SPIN_OFF:
        return replace(row, cost_fraction=draw(st.sampled_from([Decimal(0), Decimal("0.123"), Decimal(1)])))
    del held[symbol]
    held[new] = Position(row.account, Decimal(0))
    if row.type is T.MERGER:
        row = replace(row, amount=draw(st.sampled_from([Decimal(0), Decimal("55.5")])))
        return replace(row, target_symbol=None, ratio=None) if row.amount and draw(st.booleans()) else row
    return replace(row, ratio=draw(st.sampled_from([None, Decimal(3)])))


def _of_money(draw: st.DrawFn, row: Transaction, symbol: str) -> Transaction:
    row = replace(row, amount=draw(money), cash_currency=draw(st.sampled_from([None, "USD"])))
    if row.type is T.EXCHANGE:
        return replace(row, target_amount=draw(money), target_currency="GBP")
    if row.type in {T.DIVIDEND, T.INTEREST}:
        return replace(row, symbol=symbol, amount=row.amount * draw(st.sampled_from([1, -1])), tax=draw(money))
    return row


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
@given(ledgers(), ledgers(("DDD", "EEE")))
def test_deleting_what_was_added_leaves_the_ledger_as_it_was(
    first: list[Transaction], second: list[Transaction]
) -> None:
    portfolio = make_portfolio()
    transactions.save_changes(SYSTEM, portfolio.id, added=first)
    before = transactions.ledger(portfolio.id)
    added = transactions.save_changes(SYSTEM, portfolio.id, added=second)
    assert len(transactions.ledger(portfolio.id)) == len(before) + len(second)
    transactions.delete_transactions(SYSTEM, portfolio.id, [row.id for row in added])
    assert transactions.ledger(portfolio.id) == before


@settings(FEW, max_examples=8)
@given(ledgers(), ledgers(("DDD", "EEE")).filter(bool))
def test_an_import_that_is_undone_leaves_the_ledger_as_it_was_and_comes_in_again_whole(
    first: list[Transaction], second: list[Transaction]
) -> None:
    portfolio, other = make_portfolio(), make_portfolio()
    transactions.save_changes(SYSTEM, portfolio.id, added=first)
    transactions.save_changes(SYSTEM, other.id, added=second)
    file = transactions.export_csv(SYSTEM, other.id)
    before = transactions.ledger(portfolio.id)
    brought = imports.commit(SYSTEM, portfolio.id, file, "file.csv", skip_errors=True)
    after = content(transactions.ledger(portfolio.id))
    if brought.batch_id is None:
        return
    assert imports.undo(SYSTEM, brought.batch_id) == brought.added
    assert transactions.ledger(portfolio.id) == before
    assert imports.commit(SYSTEM, portfolio.id, file, "file.csv", skip_errors=True).added == brought.added
    assert content(transactions.ledger(portfolio.id)) == after
