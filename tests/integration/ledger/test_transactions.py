"""Transactions by hand: added, edited, deleted, listed and written to a file."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.db.engine import db
from dashboard.db.models import FxPair, FxRate, Portfolio
from dashboard.domain.access import SYSTEM
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.errors import Conflict, DashboardError, InvalidInput, NotFound, Oversell
from dashboard.services import imports, portfolios, transactions
from tests.factories import as_lines, make_instrument, make_portfolio, make_user

pytestmark = pytest.mark.usefixtures("app_context")

BUY = Transaction(
    date=date(2024, 1, 2),
    type=TransactionType.BUY,
    currency="EUR",
    symbol="AAA",
    quantity=Decimal(10),
    price=Decimal("100.5"),
    fee=Decimal("1.25"),
)
SELL = replace(BUY, type=TransactionType.SELL, date=date(2024, 3, 4), quantity=Decimal(4))


def test_an_added_row_is_filled_in_and_comes_back_with_its_cash_effect() -> None:
    portfolio = make_portfolio()
    row = transactions.add_transaction(SYSTEM, portfolio.id, replace(BUY, currency="", symbol="aaa"))
    assert (row.transaction.symbol, row.transaction.currency) == ("AAA", "EUR")
    assert (row.transaction.amount, row.cash_effect, row.version) == (Decimal(1005), -1006.25, 1)
    assert transactions.ledger(portfolio.id) == (row.transaction,)


def test_a_blank_currency_is_the_instruments_where_it_is_known() -> None:
    make_instrument("AAA", "USD")
    row = transactions.add_transaction(SYSTEM, make_portfolio().id, replace(BUY, currency=""))
    assert row.transaction.currency == "USD"
    assert row.cash_effect is None


def test_cash_effects_take_the_rows_rate_else_the_markets_of_the_day() -> None:
    portfolio = make_portfolio(currency="EUR")
    db.session.add(FxPair(base="EUR", quote="USD"))
    db.session.flush()
    db.session.add(FxRate(base="EUR", quote="USD", date=date(2023, 12, 29), rate=1.25))
    db.session.commit()
    deposit = Transaction(date=date(2024, 1, 2), type=TransactionType.DEPOSIT, currency="USD", amount=Decimal(100))
    market = transactions.add_transaction(SYSTEM, portfolio.id, deposit)
    own = transactions.add_transaction(SYSTEM, portfolio.id, replace(deposit, fx_rate=Decimal("0.9")))
    early = transactions.add_transaction(SYSTEM, portfolio.id, replace(deposit, date=date(2023, 1, 2)))
    assert (market.cash_effect, own.cash_effect, early.cash_effect) == (80.0, 90.0, None)


def test_a_faulty_row_is_refused_with_its_column_and_nothing_is_written() -> None:
    portfolio = make_portfolio()
    with pytest.raises(InvalidInput) as refused:
        transactions.save_changes(SYSTEM, portfolio.id, added=[BUY, replace(BUY, quantity=Decimal(-1))])
    assert (refused.value.field, refused.value.row) == ("quantity", 2)
    assert transactions.ledger(portfolio.id) == ()


def test_checking_a_row_names_every_fault_and_writes_nothing() -> None:
    portfolio = make_portfolio()
    bad = replace(BUY, date=date(2999, 1, 1), quantity=Decimal(-1), currency="XYZ", fee=Decimal(-1))
    assert [fault.field for fault in transactions.check_transaction(SYSTEM, portfolio.id, bad)] == [
        "date",
        "quantity",
        "currency",
        "fee",
    ]
    assert transactions.check_transaction(SYSTEM, portfolio.id, BUY) == ()
    (oversell,) = transactions.check_transaction(SYSTEM, portfolio.id, SELL)
    assert isinstance(oversell, Oversell)
    assert transactions.ledger(portfolio.id) == ()


def test_a_sale_of_more_than_is_held_is_refused_with_the_quantity_held() -> None:
    portfolio = make_portfolio()
    transactions.add_transaction(SYSTEM, portfolio.id, BUY)
    with pytest.raises(Oversell, match="11 AAA sold on 2024-03-04, but 10 held") as refused:
        transactions.add_transaction(SYSTEM, portfolio.id, replace(SELL, quantity=Decimal(11)))
    assert (refused.value.wanted, refused.value.held) == (Decimal(11), Decimal(10))


def test_an_edit_or_a_deletion_that_a_later_sale_needs_is_refused() -> None:
    portfolio = make_portfolio()
    bought = transactions.add_transaction(SYSTEM, portfolio.id, BUY)
    transactions.add_transaction(SYSTEM, portfolio.id, SELL)
    with pytest.raises(Oversell, match="4 AAA sold on 2024-03-04, but 3 held"):
        transactions.edit_transaction(SYSTEM, portfolio.id, bought.id, 1, replace(BUY, quantity=Decimal(3)))
    with pytest.raises(Oversell, match="but 0 held"):
        transactions.edit_transaction(SYSTEM, portfolio.id, bought.id, 1, replace(BUY, symbol="BBB"))
    with pytest.raises(Oversell):
        transactions.edit_transaction(SYSTEM, portfolio.id, bought.id, 1, replace(BUY, date=date(2024, 3, 5)))
    with pytest.raises(Oversell):
        transactions.delete_transactions(SYSTEM, portfolio.id, [bought.id])
    (fault,) = transactions.check_transaction(SYSTEM, portfolio.id, replace(BUY, quantity=Decimal(3)), bought.id)
    assert fault.field == "quantity"
    assert len(transactions.ledger(portfolio.id)) == 2


def test_changes_that_hold_only_together_are_taken_together() -> None:
    portfolio = make_portfolio()
    bought = transactions.add_transaction(SYSTEM, portfolio.id, BUY)
    sold = transactions.add_transaction(SYSTEM, portfolio.id, SELL)
    other = replace(BUY, symbol="BBB")
    written = transactions.save_changes(
        SYSTEM, portfolio.id, added=[replace(SELL, symbol="BBB")], edited=[(bought.id, 1, other)], deleted=[sold.id]
    )
    assert [row.transaction.type.value for row in written] == ["sell", "buy"]
    assert written[1].version == 2
    assert as_lines(transactions.ledger(portfolio.id)) == ["2024-01-02 buy BBB 10 EUR", "2024-03-04 sell BBB 4 EUR"]


def test_a_change_from_an_old_version_is_a_conflict() -> None:
    portfolio = make_portfolio()
    row = transactions.add_transaction(SYSTEM, portfolio.id, BUY)
    transactions.edit_transaction(SYSTEM, portfolio.id, row.id, row.version, replace(BUY, note="first"))
    with pytest.raises(Conflict, match="meanwhile"):
        transactions.edit_transaction(SYSTEM, portfolio.id, row.id, row.version, replace(BUY, note="second"))
    assert transactions.ledger(portfolio.id)[0].note == "first"


def test_an_amount_follows_an_edited_quantity_and_an_edited_amount_must_agree() -> None:
    portfolio = make_portfolio()
    row = transactions.add_transaction(SYSTEM, portfolio.id, BUY)
    more = replace(row.transaction, quantity=Decimal(20))
    assert transactions.check_transaction(SYSTEM, portfolio.id, more, row.id) == ()
    (checked,) = transactions.check_changes(SYSTEM, portfolio.id, edited=[(row.id, row.version, more)])
    assert checked.faults == ()
    edited = transactions.edit_transaction(SYSTEM, portfolio.id, row.id, row.version, more)
    assert edited.transaction.amount == Decimal(2010)
    with pytest.raises(InvalidInput, match=r"The amount is 2000, but 20 × 100\.5 is 2010\."):
        transactions.edit_transaction(
            SYSTEM, portfolio.id, row.id, edited.version, replace(edited.transaction, amount=Decimal(2000))
        )


def test_today_is_that_of_the_portfolios_own_zone() -> None:
    ahead, behind = make_user(time_zone="Pacific/Kiritimati"), make_user(time_zone="Etc/GMT+12")
    early, late = make_portfolio(ahead), make_portfolio(behind)
    today = portfolios.today_in(early)
    assert today > portfolios.today_in(late)
    transactions.add_transaction(ahead, early.id, replace(DEPOSIT, date=today))
    with pytest.raises(InvalidInput, match="is in the future"):
        transactions.add_transaction(behind, late.id, replace(DEPOSIT, date=today))


def test_rows_of_another_ledger_are_out_of_reach() -> None:
    owner, stranger = make_user(), make_user()
    portfolio, others = make_portfolio(owner), make_portfolio(stranger)
    row = transactions.add_transaction(owner, portfolio.id, BUY)
    with pytest.raises(NotFound):
        transactions.delete_transactions(stranger, portfolio.id, [row.id])
    with pytest.raises(NotFound):
        transactions.delete_transactions(stranger, others.id, [row.id])
    with pytest.raises(NotFound):
        transactions.edit_transaction(stranger, others.id, row.id, row.version, replace(BUY, note="mine"))
    with pytest.raises(NotFound):
        transactions.list_transactions(stranger, portfolio.id)
    assert transactions.ledger(portfolio.id) == (row.transaction,)


def test_an_external_id_is_used_once() -> None:
    portfolio = make_portfolio()
    row = transactions.add_transaction(SYSTEM, portfolio.id, replace(BUY, external_id="X"))
    with pytest.raises(InvalidInput, match="external id 'X'"):
        transactions.add_transaction(SYSTEM, portfolio.id, replace(BUY, external_id="X"))
    kept = transactions.edit_transaction(SYSTEM, portfolio.id, row.id, 1, replace(BUY, external_id="X", note="n"))
    assert kept.transaction.note == "n"


def test_the_newest_rows_come_first_in_pages_and_by_filter() -> None:
    make_instrument("AAA", name="Alpha Industries")
    portfolio = make_portfolio(ledger="""
        date        type     symbol  quantity  price  amount  note   account
        2024-01-02  deposit  -       -         -      1000    -      main
        2024-01-03  buy      AAA     1         10     -       100%   main
        2024-01-03  buy      BBB     1         10     -       -      side
        2024-02-03  sell     AAA     1         12     -       -      main
        """)

    def lines(**chosen: object) -> list[str]:
        page = transactions.list_transactions(SYSTEM, portfolio.id, **chosen)  # type: ignore[arg-type]
        return [f"{row.transaction.type} {row.transaction.symbol}" for row in page.rows]

    assert lines() == ["sell AAA", "buy BBB", "buy AAA", "deposit None"]
    assert lines(limit=2, offset=1) == ["buy BBB", "buy AAA"]
    assert lines(text="alpha sell") == ["sell AAA"]
    assert lines(text="100%") == ["buy AAA"]
    assert lines(text="0_") == []
    assert lines(account="side") == ["buy BBB"]
    assert lines(symbol="AAA", type=TransactionType.BUY) == ["buy AAA"]
    assert lines(start=date(2024, 1, 3), end=date(2024, 1, 31)) == ["buy BBB", "buy AAA"]
    page = transactions.list_transactions(SYSTEM, portfolio.id, limit=1, symbol="AAA")
    assert (page.total, page.first_date, page.last_date) == (2, date(2024, 1, 3), date(2024, 2, 3))


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "%", "\\"])
def test_any_text_may_be_looked_for(text: str) -> None:
    portfolio = make_portfolio(ledger="date type amount\n2024-01-02 deposit 5")
    for chosen in ({"text": text}, {"symbol": text}, {"account": text}):
        assert transactions.list_transactions(SYSTEM, portfolio.id, **chosen).total in {0, 1}  # type: ignore[arg-type]
    assert transactions.list_transactions(SYSTEM, portfolio.id, limit=-1, offset=-5).rows == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("symbol", "A\0"),
        ("symbol", "\ud800"),
        ("note", "\0"),
        ("account", "\ud800"),
        ("external_id", "\x1b"),
        ("currency", "\0"),
        ("cash_currency", "€€€"),
        ("quantity", Decimal("NaN")),
        ("price", Decimal("Infinity")),
        ("price", Decimal("1e500000")),
        ("fee", Decimal("1e-50000")),
        ("tax", Decimal("sNaN")),
    ],
)
def test_what_the_database_cannot_hold_is_a_fault_of_its_column(column: str, value: object) -> None:
    portfolio = make_portfolio()
    odd = replace(BUY, **{column: value})  # type: ignore[arg-type]
    (fault,) = transactions.check_transaction(SYSTEM, portfolio.id, odd)
    assert fault.field == column
    with pytest.raises(InvalidInput):
        transactions.add_transaction(SYSTEM, portfolio.id, odd)


def test_every_change_raises_the_version_and_marks_the_first_day_that_it_touches() -> None:
    portfolio = make_portfolio()

    def mark() -> tuple[int, date | None]:
        db.session.expire_all()
        row = db.session.scalars(select(Portfolio)).one()
        version, day = row.ledger_version, row.dirty_from
        row.dirty_from = None
        db.session.commit()
        return version, day

    row = transactions.add_transaction(SYSTEM, portfolio.id, DEPOSIT)
    assert mark() == (1, date(2024, 5, 6))
    transactions.edit_transaction(SYSTEM, portfolio.id, row.id, 1, replace(DEPOSIT, date=date(2024, 7, 1)))
    assert mark() == (2, date(2024, 5, 6))
    transactions.delete_transactions(SYSTEM, portfolio.id, [row.id])
    assert mark() == (3, date(2024, 7, 1))
    assert transactions.delete_all(SYSTEM, portfolio.id) == 0
    assert mark() == (3, None)


DEPOSIT = Transaction(date=date(2024, 5, 6), type=TransactionType.DEPOSIT, currency="EUR", amount=Decimal(5))


def test_deleting_everything_leaves_the_imports_listed_as_undone() -> None:
    portfolio = make_portfolio(ledger="date type amount\n2024-01-02 deposit 5")
    transactions.add_transaction(SYSTEM, portfolio.id, DEPOSIT)
    assert transactions.delete_all(SYSTEM, portfolio.id) == 2
    assert transactions.ledger(portfolio.id) == ()
    assert all(batch.undone_at for batch in imports.list_batches(SYSTEM, portfolio.id))


def test_an_export_is_exact_and_runs_no_formula() -> None:
    portfolio = make_portfolio()
    odd = replace(
        BUY, quantity=Decimal("0.000000000000000001"), price=Decimal("12345678901234567890.5"), note='=HYPERLINK("x")'
    )
    transactions.add_transaction(SYSTEM, portfolio.id, odd)
    lines = transactions.export_csv(SYSTEM, portfolio.id).decode().splitlines()
    assert lines[0].startswith("date,type,symbol,quantity,price,currency,fee,tax,amount,fx_rate,cash_currency,account")
    assert "0.000000000000000001,12345678901234567890.5,EUR,1.25,,12.34567890123456789," in lines[1]
    assert "\"'=HYPERLINK(" in lines[1]
    assert imports.commit(SYSTEM, portfolio.id, "\n".join(lines).encode(), "export.csv").added == 0


def test_of_two_sales_of_the_same_units_at_the_same_time_one_is_refused(app: Flask) -> None:
    portfolio = make_portfolio()
    transactions.add_transaction(SYSTEM, portfolio.id, BUY)
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def sell() -> None:
        with app.app_context():
            start.wait(10)
            try:
                transactions.add_transaction(SYSTEM, portfolio.id, replace(SELL, quantity=Decimal(6)))
                outcomes.append("sold")
            except DashboardError as error:
                outcomes.append(error.code)

    threads = [threading.Thread(target=sell) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["oversell", "sold"]
    assert len(transactions.ledger(portfolio.id)) == 2
