"""A working as a workbook whose own formulas reproduce the figure from its inputs."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from dashboard.reports.document import Column as ReportColumn
from dashboard.reports.document import Kind
from dashboard.reports.xlsx_cells import FIRST_DAY, Formats, number_format
from dashboard.results.explanations import METHOD, Column, Entry, Explanation, Step, Table, Unit, Worked
from dashboard.security.csv_safety import neutralise

OPTIONS = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
SUMMARY = "Working"
NAME = re.compile(r"\[(@?)([^\[\]:^]*)(\^?)(?::([^\[\]]+))?\]")
KINDS = {
    Unit.TEXT: Kind.TEXT, Unit.DATE: Kind.DATE, Unit.MONEY: Kind.MONEY, Unit.PRICE: Kind.PRICE, Unit.RATE: Kind.RATIO,
    Unit.QUANTITY: Kind.QUANTITY, Unit.FRACTION: Kind.PERCENT, Unit.NUMBER: Kind.RATIO,
}  # fmt: skip
EXACT = {Unit.FRACTION: "0.000000%", Unit.NUMBER: "0.00######", Unit.RATE: "0.000000####"}
HEADER_ROW = 3
FIRST_ROW = HEADER_ROW + 1
STEP_COLUMN = 1


def to_workbook(found: Explanation) -> bytes:
    """The workbook: the working on the first sheet, then a sheet for each table of inputs."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, OPTIONS)
    workbook.set_properties({"title": found.working.title, "created": found.as_of.replace(tzinfo=None)})
    workbook.set_calc_mode("auto")
    writer = _Writer(workbook, found)
    writer.summary()
    for table in found.working.tables:
        writer.table(table)
    workbook.close()
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Turns the names in a formula into addresses of cells."""

    tables: Mapping[str, Table]
    steps: Mapping[str, int]

    def formula(self, text: str, table: Table | None = None, row: int = 0) -> str:
        """``text`` with addresses, as it stands in ``row`` of ``table`` or in a step."""
        return NAME.sub(lambda match: self._address(match, table, row), text)

    def _address(self, match: re.Match[str], table: Table | None, row: int) -> str:
        is_step, name, above, place = match.groups()
        if is_step:
            return f"'{SUMMARY}'!{_cell(self.steps[name], STEP_COLUMN)}"
        other, _, column = name.partition(".")
        if table is not None and not column and other not in self.tables:
            return str(xl_rowcol_to_cell(FIRST_ROW + row - (1 if above else 0), _index(table, other)))
        if not column:
            return self._figures(self.tables[other], row if place == "row" else int(place))
        return self._column(self.tables[other], column, place)

    def _figures(self, table: Table, row: int) -> str:
        """Every figure of a row: all but its date."""
        at = FIRST_ROW + row
        return f"'{table.title}'!{xl_range_abs(at, 1, at, len(table.columns) - 1)}"

    def _column(self, table: Table, column: str, place: str | None) -> str:
        index, last = _index(table, column), FIRST_ROW + len(table.rows) - 1
        if place is None:
            return f"'{table.title}'!{xl_range_abs(FIRST_ROW, index, last, index)}"
        row = last if place == "last" else FIRST_ROW + int(place)
        return f"'{table.title}'!{_cell(row, index)}"


def _cell(row: int, column: int) -> str:
    return str(xl_rowcol_to_cell(row, column, True, True))


def _index(table: Table, key: str) -> int:
    return next(index for index, column in enumerate(table.columns) if column.key == key)


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, workbook: Workbook, found: Explanation) -> None:
        self._workbook, self._found = workbook, found
        self._formats = Formats(workbook)
        self._input = workbook.add_format({"font_color": "#2F54C4"})
        self._wrap = workbook.add_format({"text_wrap": True, "valign": "top", "font_color": "#646C7E"})
        working = found.working
        self._first_step = 6 + len(working.convention)
        steps = {step.key: self._first_step + at for at, step in enumerate(working.steps)}
        self._addresses = _Addresses({table.key: table for table in working.tables}, steps)

    def summary(self) -> None:
        """The figure, its period, the convention and the steps."""
        sheet, working = self._workbook.add_worksheet(SUMMARY), self._found.working
        sheet.set_column(0, 0, 38)
        sheet.set_column(1, 1, 22)
        sheet.set_column(2, 3, 60)
        period = self._found.period
        sheet.write_string(0, 0, f"{working.title}: {_text(self._found.portfolio.name)}", self._formats.title)
        about = f"{period.start} to {period.end}, {self._found.currency}, as of {self._found.as_of:%Y-%m-%d %H:%M} UTC"
        sheet.write_string(1, 0, f"{about}, methods version {METHOD}", self._formats.subtitle)
        sheet.write_string(2, 0, working.formula, self._formats.subtitle)
        for at, sentence in enumerate(working.convention):
            sheet.write_string(3 + at, 0, sentence, self._formats.subtitle)
        if working.value.reason:
            status = f"{working.value.status.value}: {working.value.reason}"
            sheet.write_string(3 + len(working.convention), 0, status, self._formats.subtitle)
        header = self._first_step - 1
        for column, title in enumerate(("Step", "Value", "Formula", "Note")):
            sheet.write_string(header, column, title, self._formats.header(ReportColumn(title, title)))
        for at, step in enumerate(working.steps):
            self._step(sheet, self._first_step + at, step, is_last=at == len(working.steps) - 1)

    def _step(self, sheet: Worksheet, row: int, step: Step, *, is_last: bool) -> None:
        sheet.write_string(row, 0, step.title)
        look = self._formats.of(_number_format(step.unit, self._found.currency), total=is_last)
        formula = self._addresses.formula(step.formula)
        if formula and step.value is not None:
            sheet.write_formula(row, STEP_COLUMN, formula, look, step.value)
        elif step.value is not None:
            sheet.write_number(row, STEP_COLUMN, step.value, look)
        sheet.write_string(row, 2, formula[1:] if formula else "input", self._formats.subtitle)
        if step.note:
            sheet.write_string(row, 3, step.note, self._formats.subtitle)

    def table(self, table: Table) -> None:
        """A sheet of inputs and of what follows from them; blue figures are inputs."""
        sheet = self._workbook.add_worksheet(table.title)
        sheet.write_string(0, 0, table.title, self._formats.title)
        sheet.write_string(1, 0, table.source, self._formats.subtitle)
        for index, column in enumerate(table.columns):
            head = ReportColumn(column.key, column.title, KINDS[column.unit])
            sheet.write_string(HEADER_ROW, index, _text(column.title), self._formats.header(head))
            sheet.set_column(index, index, max(12, min(30, len(column.title) + 4)))
        sheet.freeze_panes(FIRST_ROW, 1)
        for row, entries in enumerate(table.rows):
            self._row(sheet, table, row, entries)

    def _row(self, sheet: Worksheet, table: Table, row: int, entries: Sequence[Entry]) -> None:
        for index, (entry, column) in enumerate(zip(entries, table.columns, strict=True)):
            text = entry.formula if isinstance(entry, Worked) else column.formula if row >= column.given else ""
            value = entry.value if isinstance(entry, Worked) else entry
            if text and value is not None:  # without a value it would give one where there is none
                self._formula(sheet, FIRST_ROW + row, index, self._addresses.formula(text, table, row), value, column)
            else:
                self._value(sheet, FIRST_ROW + row, index, value, column)

    def _formula(self, sheet: Worksheet, row: int, index: int, text: str, value: Entry, column: Column) -> None:
        look = self._formats.of(_number_format(column.unit, self._found.currency))
        sheet.write_formula(row, index, text, look, float(value) if isinstance(value, int | float | Decimal) else 0)

    def _value(self, sheet: Worksheet, row: int, index: int, value: Entry, column: Column) -> None:
        look = self._formats.of(_number_format(column.unit, self._found.currency))
        if isinstance(value, str):
            sheet.write_string(row, index, _text(value))
        elif isinstance(value, dt.date):
            sheet.write_number(row, index, value.toordinal() - FIRST_DAY, look)
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, index, float(value), look)


def _number_format(unit: Unit, currency: str) -> str:
    """Money as usual; ratios with the digits that a check needs."""
    return EXACT.get(unit) or number_format(KINDS[unit], currency)


def _text(value: str) -> str:
    """A text from a user's file that no spreadsheet takes for a formula."""
    return neutralise(value)
