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
        ("date,type", "2024-01-02,gift", "type", "'gift' is not a type; the types are buy, sell, dividend"),
        ("date,type,cost", "2024-01-02,transfer_in,five", "cost", "'five' is not a number"),
        ("date,type,acquired", "2024-01-02,transfer_in,2019-02-30", "acquired", "There is no day 2019-02-30."),
        ("date,type,cost_fraction", "2024-01-02,spin_off,a fifth", "cost_fraction", "is not a number"),
        ("date,type,currency,accrued", "2024-01-02,buy,USD,€ 5", "accrued", "'€ 5' is not in USD"),
        (
            "date,type,currency,fee,fee_currency",
            "2024-01-02,buy,EUR,€ 5,USD",
            "fee",
            "'€ 5' is not in USD, the currency of the fee",
        ),
        ("date,type,currency,price", "2024-01-02,buy,USD,€ 5", "price", "'€ 5' is not in USD"),
        ("date,type,currency,amount", "2024-01-02,buy,USD,5.00 CHF", "amount", "is not in USD"),
        ("date,type,amount", "2024-01-02,buy,1,5", None, "The row has 4 cells, the header 3"),
    ],
)
def test_a_bad_cell_is_named_with_its_column(header: str, cells: str, column: str | None, reason: str) -> None:
    found = only_fault(f"{header}\n{cells}\n")
    assert found[0] == column
    assert reason in found[1]


def test_the_columns_of_every_type_are_read() -> None:
    header = "date,type,symbol,target_symbol,ratio,cost_fraction,acquired,cost,accrued,fee,fee_currency,currency"
    (row,) = rows(f"{header}\n2024-01-02,Spin-off,A,b,0.25,0.2,2019-05-06,0,1.5,$ 2,usd,EUR\n").rows
    assert row.draft is not None
    assert (row.draft.type, row.draft.target_symbol) == (TransactionType.SPIN_OFF, "b")
    assert (row.draft.ratio, row.draft.cost_fraction) == (Decimal("0.25"), Decimal("0.2"))
    assert (row.draft.acquired, row.draft.cost, row.draft.accrued) == (date(2019, 5, 6), Decimal(0), Decimal("1.5"))
    assert (row.draft.fee, row.draft.fee_currency) == (Decimal(2), "usd")


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("", ()),
        ("7", ("7",)),
        ("7 X-1", ("7", "X-1")),
        ("7;X-1", ("7", "X-1")),
        ("7; X-1 ;", ("7", "X-1")),
        ("trade 7;", ("trade 7",)),
        ("'=7;X", ("=7", "X")),
    ],
)
def test_lots_are_named_apart_by_semicolons_or_spaces(cell: str, ids: tuple[str, ...]) -> None:
    (row,) = rows(f"date\ttype\tlot_ids\n2024-01-02\tsell\t{cell}\n").rows
    assert row.draft is not None
    assert row.draft.lot_ids == ids


def test_a_fee_currency_that_is_the_rows_own_says_nothing() -> None:
    header = "date,type,amount,acquired,cost,lot_ids,accrued,target_symbol,cost_fraction,fee_currency,currency"
    (row,) = rows(f"{header}\n2024-01-02,deposit,5,,,,,,,EUR,EUR\n").rows
    assert row.draft is not None
    assert row.draft.fee_currency is None


def test_an_ambiguous_number_is_asked_about_and_an_answer_settles_it() -> None:
    text = 'date,type,amount\n2024-01-02,deposit,"1,234"\n'
    found = rows(text)
    assert (found.questions, found.rows[0].column) == (("decimal_mark",), "amount")
    (row,) = rows(text, decimal_mark=DecimalMark.COMMA).rows
    assert row.draft is not None
    assert row.draft.amount == Decimal("1.234")
