"""Rows of the canonical file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboard.domain.transactions import TransactionType
from dashboard.errors import InvalidInput
from dashboard.services.imports.canonical import FileRows
from dashboard.services.imports.files import read_rows
from dashboard.services.imports.options import DecimalMark, ImportOptions
from dashboard.services.ledger.draft import Draft


def rows(text: str, decimal_mark: DecimalMark | None = None) -> FileRows:
    return read_rows(text.encode(), "auto", ImportOptions(decimal_mark=decimal_mark))


def only_fault(text: str) -> tuple[str | None, str]:
    (row,) = rows(text).rows
    assert row.draft is None
    return row.column, row.reason


def test_a_continental_file_is_read() -> None:
    found = rows("Datum;date;type;Symbol;quantity;price;currency\nx;31.12.2023;Buy;ABC;1.000;12,50 €;eur\n")
    assert found.problems == ("The column 'datum' is not known and is left out.",)
    assert found.rows[0].draft == Draft(
        date=date(2023, 12, 31),
        type=TransactionType.BUY,
        symbol="ABC",
        quantity=Decimal(1000),
        price=Decimal("12.5"),
        currency="eur",
    )


def test_rows_are_counted_below_the_header_and_blank_ones_too() -> None:
    found = rows("date,type,amount\n2024-01-02,deposit,1\n\n2024-01-03,deposit,2\n")
    assert [row.row for row in found.rows] == [1, 3]


def test_missing_columns_are_named() -> None:
    with pytest.raises(InvalidInput, match="has no column type") as refused:
        rows("date,symbol,amount\n2024-01-02,A,1\n")
    assert refused.value.field == "type"
    with pytest.raises(InvalidInput, match=r"not a header of transactions; it begins with '2024_01_02', 'buy'"):
        rows("2024-01-02,buy,ABC\n2024-01-03,sell,ABC\n")
    with pytest.raises(InvalidInput, match="'degiro' is not a format"):
        read_rows(b"date,type\n", "degiro", ImportOptions())


@pytest.mark.parametrize(
    ("header", "cells", "column", "reason"),
    [
        ("date,type", ",buy", "date", "The date is missing."),
        ("date,type", "2024-01-02,", "type", "The type is missing."),
        ("date,type,cost", "2024-01-02,buy,5", "cost", "is for transfers in kind, which cannot be imported yet"),
        ("date,type,lot_ids", "2024-01-02,sell,5", "lot_ids", "sales of specific lots"),
        ("date,type,currency,fee_currency", "2024-01-02,buy,EUR,USD", "fee_currency", "A fee in 'USD'"),
        ("date,type,currency,price", "2024-01-02,buy,USD,€ 5", "price", "'€ 5' is not in USD"),
        ("date,type,currency,amount", "2024-01-02,buy,USD,5.00 CHF", "amount", "is not in USD"),
        ("date,type,amount", "2024-01-02,buy,1,5", None, "The row has 4 cells, the header 3"),
    ],
)
def test_a_bad_cell_is_named_with_its_column(header: str, cells: str, column: str | None, reason: str) -> None:
    found = only_fault(f"{header}\n{cells}\n")
    assert found[0] == column
    assert reason in found[1]


def test_columns_of_later_types_are_accepted_where_they_are_blank() -> None:
    header = "date,type,amount,acquired,cost,lot_ids,accrued,target_symbol,cost_fraction,fee_currency,currency"
    (row,) = rows(f"{header}\n2024-01-02,deposit,5,,,,,,,EUR,EUR\n").rows
    assert row.draft is not None


def test_an_ambiguous_number_is_asked_about_and_an_answer_settles_it() -> None:
    text = 'date,type,amount\n2024-01-02,deposit,"1,234"\n'
    found = rows(text)
    assert (found.questions, found.rows[0].column) == (("decimal_mark",), "amount")
    (row,) = rows(text, decimal_mark=DecimalMark.COMMA).rows
    assert row.draft is not None
    assert row.draft.amount == Decimal("1.234")
