"""A document as an Excel workbook: a sheet for each table, number formats, frozen headers, native charts."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from dashboard.errors import InvalidInput
from dashboard.reports.document import Column, Document, Kind, LineChart, Table, Typed, Value
from dashboard.reports.xlsx_cells import CellWriter, Formats, cell_writer, width_of

SAMPLED_ROWS = 200
MOST_ROWS = 1_048_576 - 10  # what is left below the heading
MOST_DATES = 12
CHART_WIDTH, CHART_HEIGHT = 900, 380
CHART_COLORS = ("#4450cf", "#7d8595", "#bb7c14", "#2f9d94")
DASHED = {"#7d8595"}
OPTIONS = {
    # Rows go to disk as they come, so that a report of any length fits into memory. Texts never become formulas,
    # numbers or links, whatever they look like.
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where a table ended up."""

    worksheet: Worksheet
    table: Table
    header_row: int

    @property
    def first_row(self) -> int:
        return self.header_row + 1

    @property
    def last_row(self) -> int:
        return self.header_row + len(self.table.rows)


def to_xlsx(document: Document, progress: Progress | None = None) -> bytes:
    """The workbook. ``progress`` is told the share of sheets that are written."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, OPTIONS)
    formats = Formats(workbook)
    workbook.set_properties({"title": document.title, "subject": document.subject, "created": document.created_at})
    sheets = {}
    for number, table in enumerate(document.tables, start=1):
        sheets[table.name] = write_table(workbook, formats, table)
        if progress is not None:
            progress(number / (len(document.tables) + 1))
    for chart in document.charts:
        _add_chart(workbook, sheets[chart.table], chart)
    workbook.close()
    return out.getvalue()


def write_table(workbook: Workbook, formats: Formats, table: Table) -> _Sheet:
    """Write one sheet, row by row. Raises: InvalidInput where Excel cannot hold the rows."""
    if len(table.rows) > MOST_ROWS:
        raise InvalidInput(f"{table.name} has {len(table.rows):,} rows; an Excel sheet holds {MOST_ROWS:,}. Use CSV.")
    worksheet = workbook.add_worksheet(table.name)
    header_row = _heading(worksheet, formats, table)
    _set_widths(worksheet, table)
    worksheet.set_row(header_row, 20)
    for index, column in enumerate(table.columns):
        worksheet.write_string(header_row, index, column.title, formats.header(column))
    worksheet.freeze_panes(header_row + 1, 1)
    _write_rows(worksheet, formats, table, header_row + 1)
    if table.totals is not None:
        _write_totals(worksheet, formats, table, header_row + 1 + len(table.rows))
    if table.rows:
        worksheet.autofilter(header_row, 0, header_row + len(table.rows), len(table.columns) - 1)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(header_row)
    return _Sheet(worksheet, table, header_row)


def _heading(worksheet: Worksheet, formats: Formats, table: Table) -> int:
    """Lines above the header; returns the header's row."""
    for index, line in enumerate(table.heading):
        worksheet.write_string(index, 0, line, formats.title if index == 0 else formats.subtitle)
    return len(table.heading) + 1 if table.heading else 0


def _write_rows(worksheet: Worksheet, formats: Formats, table: Table, first_row: int) -> None:
    writers = [(index, cell_writer(worksheet, formats, column)) for index, column in enumerate(table.columns)]
    row_number = first_row
    for row in table.rows:
        for index, write in writers:
            value = row[index]
            if value is not None:
                write(row_number, index, value)
        row_number += 1


def _write_totals(worksheet: Worksheet, formats: Formats, table: Table, row_number: int) -> None:
    totals = table.totals or ()
    for index, column in enumerate(table.columns):
        write: CellWriter = cell_writer(worksheet, formats, column, total=True)
        value = totals[index]
        if value is None:
            worksheet.write_blank(row_number, index, None, formats.total_blank)
        else:
            write(row_number, index, value)


def _set_widths(worksheet: Worksheet, table: Table) -> None:
    sample = [*table.rows[:SAMPLED_ROWS], *([table.totals] if table.totals is not None else [])]
    for index, column in enumerate(table.columns):
        worksheet.set_column(index, index, column.width or width_of(column, [_plain(row[index]) for row in sample]))


def _plain(cell: Value | Typed) -> Value:
    return cell.value if isinstance(cell, Typed) else cell


def _add_chart(workbook: Workbook, sheet: _Sheet, chart: LineChart) -> None:
    """A native line chart beside its table; Excel draws it from the cells."""
    if len(sheet.table.rows) < 2:
        return
    drawing = workbook.add_chart({"type": "line"})
    name = sheet.table.name
    places = {column.key: index for index, column in enumerate(sheet.table.columns)}
    for key, color in zip(chart.keys, CHART_COLORS, strict=False):
        line = {"color": color, "width": 1.75, **({"dash_type": "dash"} if color in DASHED else {})}
        drawing.add_series(
            {
                "name": [name, sheet.header_row, places[key]],
                "categories": [name, sheet.first_row, 0, sheet.last_row, 0],
                "values": [name, sheet.first_row, places[key], sheet.last_row, places[key]],
                "line": line,
            }
        )
    _dress(drawing, chart, sheet.table.columns[places[chart.keys[0]]], _months(sheet.table))
    sheet.worksheet.insert_chart(sheet.header_row, len(sheet.table.columns) + 1, drawing)


def _months(table: Table) -> int:
    """Whole months between the days of the first and the last row; 0 where the rows are not days."""
    first, last = (_plain(table.rows[index][0]) for index in (0, -1))
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        return 0
    return (last.year - first.year) * 12 + last.month - first.month


def _dress(drawing: xlsxwriter.chart.Chart, chart: LineChart, column: Column, months: int) -> None:
    axis_format = "0%" if column.kind is Kind.PERCENT else "#,##0"
    drawing.set_title({"name": chart.title, "name_font": {"size": 12, "bold": True}, "overlay": False})
    every = {"major_unit": max(1, -(-months // MOST_DATES)), "major_unit_type": "months"} if months > 2 else {}
    form = "mmm yyyy" if months > 2 else "d mmm"
    drawing.set_x_axis({"date_axis": True, "num_format": form, "label_position": "low", **every})
    drawing.set_y_axis({"num_format": axis_format, "major_gridlines": {"visible": True, "line": {"color": "#EEF0F3"}}})
    drawing.set_legend({"position": "bottom"} if len(chart.keys) > 1 else {"none": True})
    drawing.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
