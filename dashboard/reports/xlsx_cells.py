"""Cells of a workbook: which number format a kind has, and one fast writer for each column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Any

from babel.numbers import get_currency_precision
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from dashboard.reports.document import Column, Kind, Typed, Value
from dashboard.security.csv_safety import neutralise

FIRST_DAY = dt.date(1899, 12, 30).toordinal()
MIDNIGHT = dt.time(0, tzinfo=dt.UTC)
SECONDS_PER_DAY = 86400
NARROWEST, WIDEST = 9, 46
LONGEST_TEXT = 32767
KIND_WIDTHS = {Kind.DATE: 11, Kind.MOMENT: 18, Kind.PERCENT: 11, Kind.RATIO: 11}
RIGHT = frozenset(Kind) - {Kind.TEXT}
SAFE_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

CellWriter = Callable[[int, int, Any], object]  # Any: each writer takes the values of its column's kind


class Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, bool], Format] = {}
        self._headers: dict[bool, Format] = {}
        self.title: Format = workbook.add_format({"bold": True, "font_size": 14})
        self.subtitle: Format = workbook.add_format({"font_color": "#646C7E"})
        self.total_blank: Format = workbook.add_format({"top": 1})

    def header(self, column: Column) -> Format:
        """The header's format, aligned as its column is."""
        right = column.kind in RIGHT or column.mixed
        if right not in self._headers:
            self._headers[right] = self._workbook.add_format(
                {
                    "bold": True, "font_color": "#485062", "bg_color": "#F2F4F7",
                    "bottom": 1, "bottom_color": "#C9CED8",
                    "align": "right" if right else "left", "valign": "vcenter", "indent": 0 if right else 1,
                }
            )  # fmt: skip
        return self._headers[right]

    def of(self, number_format: str, total: bool = False) -> Format:
        """The format of a cell by its number format ("" for text)."""
        key = (number_format, total)
        if key not in self._made:
            look: dict[str, object] = {"bold": True, "top": 1} if total else {}
            # Texts keep a distance from the figures of the column before them.
            look |= {"num_format": number_format} if number_format else {"indent": 1}
            self._made[key] = self._workbook.add_format(look)
        return self._made[key]


def number_format(kind: Kind, currency: str = "") -> str:
    """Excel's number format of a kind; quantities choose theirs by the cell."""
    if kind is Kind.MONEY:
        decimals = get_currency_precision(currency) if currency else 2
        return "#,##0." + "0" * decimals if decimals else "#,##0"
    return {
        Kind.TEXT: "",
        Kind.INTEGER: "#,##0",
        Kind.RATIO: "0.0000",
        Kind.PERCENT: "0.00%",
        Kind.PRICE: "#,##0.00##",
        Kind.QUANTITY: "#,##0.0#######",
        Kind.DATE: "yyyy-mm-dd",
        Kind.MOMENT: "yyyy-mm-dd hh:mm",
    }[kind]


def cell_writer(worksheet: Worksheet, formats: Formats, column: Column, total: bool = False) -> CellWriter:
    """The writer of a column's cells: ``write(row, column, value)`` for a value that is not None."""
    if column.mixed:
        return partial(_write_typed, worksheet, formats, total)
    return _kind_writer(worksheet, formats, column.kind, column.currency, total)


def width_of(column: Column, values: Iterable[Value]) -> int:
    """A width that shows the title and most of the values."""
    if column.kind in KIND_WIDTHS and not column.mixed:
        return max(KIND_WIDTHS[column.kind], len(column.title) + 4)
    longest = max((len(_shown(value, column.kind)) for value in values if value is not None), default=0)
    return min(max(longest + 2, len(column.title) + 4, NARROWEST), WIDEST)


def _shown(value: Value, kind: Kind) -> str:
    if not isinstance(value, float | Decimal):
        return str(value)
    return f"{value:,.8f}".rstrip("0") if kind is Kind.QUANTITY else f"{value:,.4f}"


def _write_typed(
    worksheet: Worksheet, formats: Formats, total: bool, row: int, column: int, cell: Typed | Value
) -> None:
    if not isinstance(cell, Typed):
        cell = Typed(cell, Kind.TEXT)
    if cell.value is not None:
        _kind_writer(worksheet, formats, cell.kind, cell.currency, total)(row, column, cell.value)


def _kind_writer(worksheet: Worksheet, formats: Formats, kind: Kind, currency: str, total: bool) -> CellWriter:
    look = formats.of(number_format(kind, currency), total)
    write_number, write_string = worksheet.write_number, worksheet.write_string
    if kind is Kind.TEXT:

        def text(row: int, column: int, value: object) -> None:
            written = str(value)
            if written[:1] not in SAFE_START:
                written = neutralise(written)
            write_string(row, column, written[:LONGEST_TEXT], look)

        return text
    if kind is Kind.DATE:

        def date(row: int, column: int, value: dt.date) -> None:
            write_number(row, column, value.toordinal() - FIRST_DAY, look)

        return date
    if kind is Kind.MOMENT:

        def moment(row: int, column: int, value: dt.datetime) -> None:
            write_number(row, column, _serial(value), look)

        return moment
    if kind is Kind.QUANTITY:
        whole = formats.of("#,##0", total)

        def quantity(row: int, column: int, value: float | Decimal) -> None:
            number = float(value)
            if isfinite(number):
                write_number(row, column, number, whole if number.is_integer() else look)

        return quantity

    def number(row: int, column: int, value: float | Decimal) -> None:
        if isfinite(value):
            write_number(row, column, value, look)

    return number


def _serial(value: dt.datetime) -> float:
    """Excel's day number of a moment, in UTC."""
    utc = value.astimezone(dt.UTC)
    seconds = (utc - dt.datetime.combine(utc.date(), MIDNIGHT)).total_seconds()
    return utc.date().toordinal() - FIRST_DAY + seconds / SECONDS_PER_DAY
