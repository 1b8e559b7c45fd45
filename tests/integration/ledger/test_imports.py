"""Imports: the verdict on each row, one transaction for a file, duplicates, and undo."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from dashboard.db.engine import db
from dashboard.db.models import AuditEntry, ImportBatch, InstrumentRow, LedgerTransaction, Portfolio, SplitRow
from dashboard.domain.access import SYSTEM
from dashboard.errors import Conflict, InvalidInput, NotFound, Oversell, PayloadTooLarge
from dashboard.results.transactions import ImportPreview, RowVerdict, VerdictKind
from dashboard.services import imports, transactions
from dashboard.services.imports import DateOrder, ImportOptions
from tests.factories import as_lines, ledger_file, make_instrument, make_portfolio, make_user

pytestmark = pytest.mark.usefixtures("app_context")

SAMPLE = Path(__file__).parents[4] / "shared" / "market" / "sample_transactions.csv"
TEN_ROWS = """
    date        type     symbol  quantity  price   currency  amount
    2024-01-02  deposit  -       -         -       EUR       9000
    2024-01-03  buy      AAA     10        100     EUR       -
    2024-01-04  buy      BBB     5         50      USD       -
    2024-01-05  buy      AAA     10        110     EUR       -
    -           buy      AAA     1         111     EUR       -
    2024-01-08  sell     AAA     12        120     EUR       -
    2024-01-09  dividend BBB     -         -       USD       12.50
    2024-01-10  interest -       -         -       EUR       3.20
    2024-01-11  fee      -       -         -       EUR       1
    2024-01-12  withdrawal -     -         -       EUR       100
"""


def preview_of(text: str, existing: str = "") -> ImportPreview:
    portfolio = make_portfolio(ledger=existing)
    return imports.preview(SYSTEM, portfolio.id, ledger_file(text), "file.csv")


def only_error(text: str, existing: str = "") -> RowVerdict:
    found = [row for row in preview_of(text, existing).rows if row.kind is VerdictKind.ERROR]
    assert len(found) == 1, found
    return found[0]


def row_count() -> int:
    return db.session.scalar(select(func.count()).select_from(LedgerTransaction)) or 0


def test_a_dry_run_judges_every_row_and_writes_nothing() -> None:
    found = preview_of(TEN_ROWS)
    assert [row.kind for row in found.rows].count(VerdictKind.NEW) == 9
    assert (found.rows[4].kind, found.rows[4].column) == (VerdictKind.ERROR, "date")
    assert found.rows[4].reason == "The date is missing."
    assert found.new_symbols == ("AAA", "BBB")
    assert row_count() == 0
    assert db.session.scalar(select(func.count()).select_from(InstrumentRow)) == 0


def test_a_file_with_one_bad_row_in_ten_is_refused_by_default_and_names_it() -> None:
    portfolio = make_portfolio()
    with pytest.raises(InvalidInput, match=r"1 of 10 rows .* Row 5, date: The date is missing\.") as refused:
        imports.commit(SYSTEM, portfolio.id, ledger_file(TEN_ROWS), "ten.csv")
    assert (refused.value.row, refused.value.field) == (5, "date")
    assert row_count() == 0


def test_a_file_with_one_bad_row_in_ten_imports_nine_on_request_and_names_the_tenth() -> None:
    portfolio = make_portfolio()
    result = imports.commit(SYSTEM, portfolio.id, ledger_file(TEN_ROWS), "ten.csv", skip_errors=True)
    assert (result.added, result.duplicates, result.failed) == (9, 0, 1)
    assert [(error.row, error.column) for error in result.errors] == [(5, "date")]
    assert row_count() == 9


def test_the_same_file_again_adds_nothing() -> None:
    portfolio = make_portfolio()
    content = ledger_file(TEN_ROWS)
    imports.commit(SYSTEM, portfolio.id, content, "ten.csv", skip_errors=True)
    again = imports.commit(SYSTEM, portfolio.id, content, "ten.csv", skip_errors=True)
    assert (again.batch_id, again.added, again.duplicates, again.failed) == (None, 0, 9, 1)
    assert row_count() == 9


def test_two_equal_rows_of_a_file_are_two_transactions_and_stay_two() -> None:
    portfolio = make_portfolio()
    twice = ledger_file("date type symbol quantity price\n2024-01-02 buy AAA 1 10\n2024-01-02 buy AAA 1 10")
    assert imports.commit(SYSTEM, portfolio.id, twice, "a.csv").added == 2
    assert imports.commit(SYSTEM, portfolio.id, twice, "a.csv").added == 0
    thrice = twice + b"\n2024-01-02,buy,AAA,1,10"
    assert imports.commit(SYSTEM, portfolio.id, thrice, "b.csv").added == 1
    assert row_count() == 3


def test_a_repeated_external_id_is_a_duplicate_and_what_differs_is_named() -> None:
    portfolio = make_portfolio()
    header = "date type symbol quantity price external_id\n"
    first = ledger_file(header + "2024-01-02 buy AAA 1 10 X1\n2024-01-02 buy AAA 1 10 X2\n2024-01-03 buy AAA 9 9 X1")
    found = imports.preview(SYSTEM, portfolio.id, first, "a.csv")
    assert [row.kind.value for row in found.rows] == ["new", "new", "duplicate"]
    assert found.rows[2].reason == "Row 1 of the file has the same external id."
    assert [row.kept_out for row in found.rows] == [False, False, True]
    imports.commit(SYSTEM, portfolio.id, first, "a.csv")
    other = imports.preview(SYSTEM, portfolio.id, ledger_file(header + "2024-01-02 buy AAA 2 10 X1"), "b.csv").rows[0]
    assert other.kind is VerdictKind.DUPLICATE
    assert "differs in quantity, amount" in other.reason and other.kept_out


def test_an_edited_row_does_not_come_in_again() -> None:
    portfolio = make_portfolio()
    content = ledger_file("date type symbol quantity price\n2024-01-02 buy AAA 1 10")
    imports.commit(SYSTEM, portfolio.id, content, "a.csv")
    row = transactions.list_transactions(SYSTEM, portfolio.id).rows[0]
    dearer = replace(row.transaction, price=Decimal(11), amount=Decimal(11))
    transactions.edit_transaction(SYSTEM, portfolio.id, row.id, row.version, dearer)
    again = imports.preview(SYSTEM, portfolio.id, content, "a.csv").rows[0]
    assert (again.kind, again.reason) == (
        VerdictKind.DUPLICATE,
        "The ledger has this row already; it was edited since.",
    )


def test_a_row_without_a_currency_stays_the_same_row_when_its_instrument_turns_out_to_have_another() -> None:
    portfolio = make_portfolio(currency="EUR")
    content = ledger_file("date type symbol quantity price\n2024-01-02 buy AAA 1 10")
    imports.commit(SYSTEM, portfolio.id, content, "a.csv")
    db.session.execute(update(InstrumentRow).values(currency="USD", state="active"))
    db.session.commit()
    assert imports.commit(SYSTEM, portfolio.id, content, "a.csv").added == 0


def test_undo_takes_a_whole_batch_back_and_keeps_its_record() -> None:
    portfolio = make_portfolio(ledger="date type amount\n2023-12-01 deposit 50")
    result = imports.commit(SYSTEM, portfolio.id, ledger_file(TEN_ROWS), "ten.csv", skip_errors=True)
    assert result.batch_id is not None
    assert imports.undo(SYSTEM, result.batch_id) == 9
    assert as_lines(transactions.ledger(portfolio.id)) == ["2023-12-01 deposit - 50 EUR"]
    newest, _ = imports.list_batches(SYSTEM, portfolio.id)
    assert (newest.filename, newest.added, newest.failed) == ("ten.csv", 9, 1)
    assert newest.undone_at is not None
    with pytest.raises(Conflict, match="undone already"):
        imports.undo(SYSTEM, result.batch_id)


def test_undo_is_refused_where_a_row_entered_by_hand_needs_the_batch() -> None:
    portfolio = make_portfolio()
    buys = imports.commit(
        SYSTEM, portfolio.id, ledger_file("date type symbol quantity price\n2024-01-02 buy AAA 10 10"), "a.csv"
    )
    imports.commit(
        SYSTEM, portfolio.id, ledger_file("date type symbol quantity price\n2024-02-02 sell AAA 4 10"), "b.csv"
    )
    assert buys.batch_id is not None
    with pytest.raises(Oversell, match="rows that stay need what it brought") as refused:
        imports.undo(SYSTEM, buys.batch_id)
    assert refused.value.held == 0
    assert row_count() == 2


def test_anothers_batch_is_not_found_and_the_audit_says_who_asked() -> None:
    owner, stranger = make_user(), make_user()
    portfolio = make_portfolio(owner)
    content = ledger_file("date type amount\n2024-01-02 deposit 5")
    result = imports.commit(owner, portfolio.id, content, "a.csv")
    assert result.batch_id is not None
    for attempt in (
        lambda: imports.undo(stranger, result.batch_id or 0),
        lambda: imports.preview(stranger, portfolio.id, content, "a.csv"),
        lambda: imports.commit(stranger, portfolio.id, content, "a.csv"),
        lambda: imports.list_batches(stranger, portfolio.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    denied = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "portfolio.denied")).all()
    assert [(entry.user_id, entry.object_id, entry.result) for entry in denied] == [
        (stranger.user_id, str(portfolio.id), "denied")
    ] * 4
    assert row_count() == 1


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("2099-01-02 buy AAA 1 1 EUR - -", "date", "is in the future"),
        ("2024-02-30 buy AAA 1 1 EUR - -", "date", "There is no day 2024-02-30."),
        ("2024-01-02 buy AAA -1 1 EUR - -", "quantity", "quantities are positive"),
        ("2024-01-02 buy AAA 0 1 EUR - -", "quantity", "A buy needs a quantity."),
        ("2024-01-02 grant AAA 1 1 EUR - -", "type", "'grant' is not a type; the types are buy, sell"),
        ("2024-01-02 spin_off AAA - - EUR - 1", "target_symbol", "A spin-off needs a target symbol."),
        ("2024-01-02 buy AAA 1 1 XYZ - -", "currency", "'XYZ' is not a currency"),
        ("2024-01-02 buy AAA 1 1 GBp - -", "currency", "GBp is a hundredth of GBP"),
        ("2024-01-02 buy - 1 1 EUR - -", "symbol", "A buy needs a symbol."),
        ("2024-01-02 buy AAA 1 - EUR - -", "price", "A buy needs a price or an amount."),
        ("2024-01-02 buy AAA 2 10 EUR 21 -", "amount", "The amount is 21, but 2 × 10 is 20."),
        ("2024-01-02 sell AAA 2 10 EUR - -", "quantity", "2 AAA sold on 2024-01-02, but 0 held."),
        ("2024-01-02 dividend - - - EUR 5 -", "symbol", "A dividend needs a symbol."),
        ("2024-01-02 split AAA - - EUR - 0", "ratio", "The ratio is 0: it must be more than 0."),
        ("2024-01-02 split AAA - - EUR - -", "ratio", "A split needs a ratio."),
        ("2024-01-02 exchange - - - EUR 5 -", "target_amount", "An exchange needs a target amount."),
        ("2024-01-02 deposit AAA - - EUR 5 -", "symbol", "A deposit takes no symbol: leave it blank."),
        ("2024-01-02 deposit - - - EUR -5 -", "amount", "amounts are positive"),
        ("2024-01-02 buy AAA abc 1 EUR - -", "quantity", "'abc' is not a number."),
        ("2024-01-02 buy AAA 1e30 1 EUR - -", "quantity", "larger than can be kept"),
        ("2024-01-02 buy AAA 1.0000000000000000001 1 EUR - -", "quantity", "more than 18 decimals"),
    ],
)
def test_a_bad_row_gets_its_column_and_a_clear_sentence(row: str, column: str, reason: str) -> None:
    found = only_error(
        f"date type symbol quantity price currency amount ratio\n{row}\n2024-01-05 deposit - - - EUR 1 -"
    )
    assert found.column == column
    assert reason in found.reason


def test_an_oversell_names_the_row_and_what_is_held_and_the_rest_is_new() -> None:
    found = preview_of("""
        date        type  symbol  quantity  price
        2024-01-02  buy   AAA     10        100
        2024-01-03  sell  AAA     4         100
        2024-01-04  sell  AAA     7         100
        2024-01-05  sell  AAA     6         100
        """)
    assert [row.kind.value for row in found.rows] == ["new", "new", "error", "new"]
    assert "7 AAA sold on 2024-01-04, but 6 held" in found.rows[2].reason


def test_a_sale_of_what_another_account_holds_is_an_oversell() -> None:
    error = only_error("""
        date        type  symbol  quantity  price  account
        2024-01-02  buy   AAA     10        100    one
        2024-01-03  sell  AAA     4         100    two
        """)
    assert "0 held in account two" in error.reason


def test_an_earlier_sale_that_takes_from_a_stored_later_one_is_refused() -> None:
    error = only_error(
        "date type symbol quantity price\n2024-02-01 sell AAA 5 100",
        existing="date type symbol quantity price\n2024-01-02 buy AAA 10 100\n2024-03-01 sell AAA 8 100",
    )
    assert "later sale of 8 AAA on 2024-03-01, leaving 5" in error.reason


def test_an_oversell_behind_a_bad_row_says_which_row_may_be_missing() -> None:
    found = preview_of("""
        date        type  symbol  quantity  price
        2024-01-32  buy   AAA     10        100
        2024-02-03  sell  AAA     4         100
        2024-02-03  buy   BBB     4         100
        """)
    assert [row.kind.value for row in found.rows] == ["error", "error", "new"]
    assert "Row 1, which is an error itself, may be what is missing." in found.rows[1].reason


def test_a_split_that_the_instrument_knows_makes_room_for_a_sale() -> None:
    instrument = make_instrument("AAA")
    db.session.add(SplitRow(instrument_id=instrument, date=date(2024, 1, 15), ratio=Decimal(5)))
    db.session.commit()
    text = "date type symbol quantity price\n2024-01-02 buy AAA 10 100\n2024-02-03 sell AAA 50 20"
    assert preview_of(text).count(VerdictKind.NEW) == 2


def test_an_unknown_symbol_becomes_an_unresolved_instrument_in_the_rows_currency() -> None:
    text = (
        "date type symbol quantity price currency ratio\n2024-01-01 split AAA - - - 2\n2024-01-02 buy AAA 10 100 USD -"
    )
    make_portfolio(ledger=text)
    row = db.session.scalars(select(InstrumentRow)).one()
    assert (row.symbol, row.currency, row.state) == ("AAA", "USD", "unresolved")
    assert set(db.session.scalars(select(LedgerTransaction.currency))) == {"USD"}


def test_ambiguous_dates_are_asked_about_and_an_answer_settles_them() -> None:
    portfolio = make_portfolio()
    content = ledger_file("date type amount\n03/04/2024 deposit 5\n05/05/2024 deposit 6")
    found = imports.preview(SYSTEM, portfolio.id, content, "a.csv")
    assert found.questions == ("date_order",)
    assert [row.kind.value for row in found.rows] == ["error", "new"]
    assert "may be 2024-04-03 or 2024-03-04" in found.rows[0].reason
    answer = ImportOptions(date_order=DateOrder.DAY_FIRST)
    imports.commit(SYSTEM, portfolio.id, content, "a.csv", options=answer)
    assert str(transactions.ledger(portfolio.id)[0].date) == "2024-04-03"


def test_an_import_that_tracks_cash_without_a_deposit_is_offered_as_untracked() -> None:
    assert preview_of("date type symbol quantity price\n2024-01-02 buy AAA 1 1").suggest_untracked
    assert not preview_of(
        "date type symbol quantity price amount\n2024-01-02 buy AAA 1 1 -\n2024-01-01 deposit - - - 9"
    ).suggest_untracked


def test_an_upload_that_is_too_large_is_refused_before_it_is_read() -> None:
    portfolio = make_portfolio()
    with pytest.raises(PayloadTooLarge, match="20 MB"):
        imports.preview(SYSTEM, portfolio.id, b"x" * 50_000_000, "big.csv")


def test_an_import_marks_the_ledger_to_be_valued_from_its_first_day_in_one_version() -> None:
    portfolio = make_portfolio()
    imports.commit(SYSTEM, portfolio.id, ledger_file(TEN_ROWS), "ten.csv", skip_errors=True)
    row = db.session.scalars(select(Portfolio)).one()
    assert (row.ledger_version, str(row.dirty_from)) == (1, "2024-01-02")


def test_an_import_and_its_undo_are_in_the_audit_trail() -> None:
    portfolio = make_portfolio()
    result = imports.commit(SYSTEM, portfolio.id, ledger_file(TEN_ROWS), "C:\\files\\ten.csv", skip_errors=True)
    assert result.batch_id is not None
    imports.undo(SYSTEM, result.batch_id)
    actions = [
        (e.action, e.details.get("file")) for e in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    ]
    assert actions[-2:] == [("import.commit", "ten.csv"), ("import.undo", "ten.csv")]


def test_the_same_file_twice_at_the_same_time_comes_in_once(app: Flask) -> None:
    portfolio = make_portfolio()
    start = threading.Barrier(2)
    added: list[int] = []

    def bring_in() -> None:
        with app.app_context():
            start.wait(10)
            content = ledger_file(TEN_ROWS)
            added.append(imports.commit(SYSTEM, portfolio.id, content, "ten.csv", skip_errors=True).added)

    threads = [threading.Thread(target=bring_in) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(added) == [0, 9]
    assert row_count() == 9


def test_a_failure_while_writing_leaves_nothing_behind(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio = make_portfolio()

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the line is cut")

    monkeypatch.setattr("dashboard.services.imports.committing.audit.record", broken)
    with pytest.raises(ConnectionError):
        imports.commit(SYSTEM, portfolio.id, ledger_file(TEN_ROWS), "ten.csv", skip_errors=True)
    assert row_count() == 0
    assert db.session.scalar(select(func.count()).select_from(ImportBatch)) == 0


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample ledger lies beside the checkout")
def test_the_sample_ledger_comes_in_whole_and_goes_out_again() -> None:
    portfolio = make_portfolio(currency="EUR")
    result = imports.commit(SYSTEM, portfolio.id, SAMPLE.read_bytes(), SAMPLE.name)
    assert (result.added, result.failed) == (55, 0)
    assert result.new_symbols == ("IBE.MC", "EWG", "REL.L", "4063.T", "CALM", "TEP.PA", "SAND")
    assert imports.commit(SYSTEM, portfolio.id, SAMPLE.read_bytes(), SAMPLE.name).added == 0
    assert imports.commit(SYSTEM, portfolio.id, transactions.export_csv(SYSTEM, portfolio.id), "export.csv").added == 0
    split = next(row for row in transactions.ledger(portfolio.id) if row.ratio)
    assert (split.symbol, split.currency) == ("4063.T", "JPY")
    assert result.batch_id is not None
    assert imports.undo(SYSTEM, result.batch_id) == 55
