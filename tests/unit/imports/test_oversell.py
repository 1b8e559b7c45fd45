"""Which new rows a ledger has no room for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.instruments import Split
from dashboard.domain.ledger import check_ledger
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.services.ledger.oversell import new_faults, refused_rows

FIRST = date(2024, 1, 1)


def row(day: int, kind: str, quantity: str, sequence: int, account: str = "") -> Transaction:
    is_split = kind == "split"
    return Transaction(
        date=FIRST + timedelta(days=day),
        type=TransactionType(kind),
        currency="EUR",
        symbol="AAA",
        quantity=Decimal(0) if is_split else Decimal(quantity),
        price=None if is_split else Decimal(1),
        amount=Decimal(0) if is_split else Decimal(quantity),
        ratio=Decimal(quantity) if is_split else None,
        account=account,
        sequence=sequence,
    )


def test_a_refused_sale_leaves_its_units_to_the_next() -> None:
    new = [row(1, "buy", "10", 1), row(2, "sell", "11", 2), row(3, "sell", "10", 3)]
    assert set(refused_rows([], new, {})) == {2}


def test_of_new_sales_before_a_kept_one_the_latest_is_refused() -> None:
    kept = [row(1, "buy", "10", 1), row(9, "sell", "8", 2)]
    refused = refused_rows(kept, [row(2, "sell", "2", 3), row(3, "sell", "1", 4)], {})
    assert set(refused) == {4}
    assert "later sale of 8 AAA on 2024-01-10, leaving 7" in refused[4].message


def test_only_as_many_new_sales_are_refused_as_a_kept_one_needs() -> None:
    kept = [row(1, "buy", "100", 1), row(90, "sell", "95", 2)]
    refused = refused_rows(kept, [row(day, "sell", "2", 10 + day) for day in range(2, 50)], {})
    assert set(refused) == {10 + day for day in range(4, 50)}


def test_a_reverse_split_that_leaves_too_little_for_a_kept_sale_is_refused() -> None:
    kept = [row(1, "buy", "10", 1), row(9, "sell", "8", 2)]
    refused = refused_rows(kept, [row(5, "split", "0.5", 3)], {})
    assert set(refused) == {3}
    assert refused[3].field == "ratio"


def test_a_split_that_the_instrument_and_the_ledger_report_counts_once() -> None:
    kept = [row(1, "buy", "10", 1), row(5, "split", "5", 2)]
    listed = {"AAA": (Split(FIRST + timedelta(days=7), Decimal(5)),)}
    assert refused_rows(kept, [row(20, "sell", "50", 3)], listed) == {}
    assert set(refused_rows(kept, [row(20, "sell", "51", 3)], listed)) == {3}


def test_what_a_ledger_could_not_hold_before_is_nobodys_fault() -> None:
    kept = [row(1, "sell", "10", 1)]
    assert refused_rows(kept, [row(2, "buy", "1", 2)], {}) == {}
    assert new_faults(kept, kept, {}) == ()


def test_a_purchase_that_mends_one_row_of_a_faulty_ledger_is_taken_though_a_later_row_is_short_then() -> None:
    kept = [row(1, "buy", "1", 1), row(2, "sell", "2", 2), row(3, "sell", "1", 3)]
    mending = row(1, "buy", "1", 4)
    assert refused_rows(kept, [mending], {}) == {}
    assert new_faults(kept, [*kept, mending], {}) == ()


drawn_rows = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(["buy", "buy", "sell", "split"]),
        st.sampled_from(["1", "2", "5", "0.5"]),
        st.sampled_from(["", "B"]),
    ),
    max_size=14,
)


@given(drawn_rows, drawn_rows)
def test_a_ledger_with_what_is_not_refused_has_no_new_fault(
    first: list[tuple[int, str, str, str]], second: list[tuple[int, str, str, str]]
) -> None:
    drawn = [row(day, kind, quantity, 0, account) for day, kind, quantity, account in first]
    numbered = [replace(item, sequence=n) for n, item in enumerate(drawn)]
    faulty = {fault.transaction.sequence for fault in check_ledger(numbered, {})}
    kept = [item for item in numbered if item.sequence not in faulty]
    new = [row(day, kind, quantity, 100 + n, account) for n, (day, kind, quantity, account) in enumerate(second)]
    refused = refused_rows(kept, new, {})
    accepted = [item for item in new if item.sequence not in refused]
    assert new_faults(kept, [*kept, *accepted], {}) == ()
    assert not (refused and not check_ledger([*kept, *new], {}))


def test_an_oversell_is_told_without_trailing_zeros() -> None:
    refused = refused_rows([row(1, "buy", "2.50", 1), row(2, "sell", "1.50", 2)], [row(3, "sell", "10.0", 3)], {})
    assert refused[3].message == "10 AAA sold on 2024-01-04, but 1 held."
