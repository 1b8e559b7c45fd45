"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.services.imports.numbers import NotANumberError, NumberReader
from dashboard.services.imports.options import DecimalMark


def read(cell: str, *others: str) -> Decimal:
    return NumberReader.of([cell, *others], None).read(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1500", "1500"),
        ("9.9900", "9.99"),
        ("-12.5", "-12.5"),
        ("+3", "3"),
        ("−3", "-3"),
        (".5", "0.5"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("12,5", "12.5"),
        ("0,123", "0.123"),
        ("1234,567", "1234.567"),
        ("1.234.567", "1234567"),
        ("12,34,567.5", "1234567.5"),
        ("1 234,50", "1234.50"),
        ("1 234 567,5", "1234567.5"),
        ("1'234.50", "1234.5"),
        ("€1,234.50", "1234.5"),
        ("1.234,50 €", "1234.5"),
        ("EUR 12.50", "12.5"),
        ("12,50EUR", "12.5"),
        ("(1,234.50)", "-1234.5"),
        ("$ -5.20", "-5.2"),
        ("1.5e-8", "0.000000015"),
        ("1.234", "1.234"),
    ],
)
def test_a_number_is_read_as_it_was_meant(cell: str, value: str) -> None:
    assert read(cell) == Decimal(value)


@pytest.mark.parametrize(
    "cell", ["abc", "1.2.3", "1,23,4", "--5", "12 34x", "nan", "Infinity", ".", "1,2,3", "٣", "0x10"]
)
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(NotANumberError):
        read(cell)


def test_other_cells_tell_whether_a_comma_is_a_decimal_mark() -> None:
    assert read("1,234", "0,5") == Decimal("1.234")
    assert read("1,234", "0.5") == Decimal(1234)
    assert read("1.234", "0,5") == Decimal(1234)


@pytest.mark.parametrize(("cell", "others"), [("1,234", ()), ("1,234", ("0.5", "0,5")), ("1.234", ("0.5", "0,5"))])
def test_a_number_that_can_be_read_in_two_ways_is_asked_about(cell: str, others: tuple[str, ...]) -> None:
    reader = NumberReader.of([cell, *others], None)
    assert reader.is_open(cell)
    with pytest.raises(NotANumberError, match=r"may be 1234 or 1\.234"):
        reader.read(cell)
    assert NumberReader.of([cell], DecimalMark.COMMA).is_open(cell) is False


def test_an_answer_is_followed_and_what_denies_it_is_refused() -> None:
    assert NumberReader.of(["1,234"], DecimalMark.COMMA).read("1,234") == Decimal("1.234")
    assert NumberReader.of(["1,234"], DecimalMark.POINT).read("1,234") == Decimal(1234)
    with pytest.raises(NotANumberError, match="decimal comma"):
        NumberReader.of([], DecimalMark.COMMA).read("1.5")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_every_plain_decimal_is_read_back_whatever_stands_beside_it(value: Decimal) -> None:
    assert read(f"{value:f}") == value
    assert read(f"{value:,f}", "0.5") == value
    continental = f"{value:,f}".translate(str.maketrans(",.", ".,"))
    assert read(continental, "0,5") == value
