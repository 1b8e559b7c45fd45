"""Rows a second of the workbook writer against bare XlsxWriter, which writes the same cells with the same formats.

``python -m benchmarks.xlsx``: medians of five alternating runs in one process, in processor time, so that what else
the machine does counts less; exit 1 below the limit.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import xlsxwriter

from dashboard.reports.document import Column, Document, Kind, Table
from dashboard.reports.xlsx import OPTIONS, to_xlsx

ROWS = 20_000
RUNS = 5
LIMIT = 0.7
COLUMNS = (
    Column("date", "Date", Kind.DATE),
    Column("symbol", "Symbol", width=12),
    Column("name", "Name", width=24),
    Column("quantity", "Quantity", Kind.QUANTITY, width=12),
    Column("price", "Price", Kind.PRICE, width=12),
    Column("value", "Value, EUR", Kind.MONEY, "EUR", width=14),
    Column("cost", "Cost, EUR", Kind.MONEY, "EUR", width=14),
    Column("gain", "Gain, EUR", Kind.MONEY, "EUR", width=14),
    Column("gain_pct", "Gain", Kind.PERCENT),
    Column("weight", "Weight", Kind.PERCENT),
    Column("fx", "Rate", Kind.RATIO),
    Column("status", "Status", width=12),
)

FORMATS = (
    "yyyy-mm-dd", "", "", "#,##0.0#######", "#,##0.00##", "#,##0.00", "#,##0.00", "#,##0.00",
    "0.00%", "0.00%", "0.0000", "",
)  # fmt: skip

Row = tuple[dt.date, str, str, float, float, float, float, float, float, float, float, str]


def rows(count: int = ROWS) -> list[Row]:
    """Made-up holdings day by day, the same on every run."""
    random = np.random.default_rng(1)
    numbers = random.uniform(1, 1000, (count, 8)).tolist()
    first = dt.date(2015, 1, 1)
    return [_row(index, first, numbers[index]) for index in range(count)]


def _row(index: int, first: dt.date, numbers: list[float]) -> Row:
    quantity, price, value, cost, gain, gain_pct, weight, rate = numbers
    day, symbol, name = first + dt.timedelta(days=index % 3650), f"SYM{index % 97}", f"Instrument number {index % 97}"
    return (day, symbol, name, quantity, price, value, cost, gain, gain_pct, weight, rate, "ok")


def ours(data: list[Row]) -> bytes:
    """The product's writer."""
    table = Table("Rows", COLUMNS, data)
    return to_xlsx(Document("Benchmark", "", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), (table,)))


def bare(data: list[Row]) -> bytes:
    """The same workbook by hand, with the fastest method of each cell."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, OPTIONS)
    sheet = workbook.add_worksheet("Rows")
    looks = [workbook.add_format({"num_format": form} if form else {}) for form in FORMATS]
    header = workbook.add_format({"bold": True})
    for index, column in enumerate(COLUMNS):
        sheet.set_column(index, index, column.width or 11)
        sheet.write_string(0, index, column.title, header)
    sheet.freeze_panes(1, 1)
    for row_number, row in enumerate(data, start=1):
        sheet.write_datetime(row_number, 0, row[0], looks[0])
        sheet.write_string(row_number, 1, row[1], looks[1])
        sheet.write_string(row_number, 2, row[2], looks[2])
        for index in range(3, 11):
            sheet.write_number(row_number, index, row[index], looks[index])
        sheet.write_string(row_number, 11, row[11], looks[11])
    sheet.autofilter(0, 0, len(data), len(COLUMNS) - 1)
    workbook.close()
    return out.getvalue()


def seconds(write: Callable[[list[Row]], bytes], data: list[Row]) -> float:
    """The processor time that one workbook takes."""
    begun = time.process_time()
    write(data)
    return time.process_time() - begun


def measure() -> dict[str, float]:
    """Medians over alternating runs, after one of each that does not count."""
    data = rows()
    seconds(ours, data), seconds(bare, data)
    pairs = [(seconds(ours, data), seconds(bare, data)) for _ in range(RUNS)]
    our_seconds, bare_seconds = (statistics.median(column) for column in zip(*pairs, strict=True))
    return {
        "rows": ROWS,
        "columns": len(COLUMNS),
        "rows_per_second": round(ROWS / our_seconds),
        "bare_rows_per_second": round(ROWS / bare_seconds),
        "ratio": round(statistics.median(other / own for own, other in pairs), 3),
        "at_least": LIMIT,
    }


if __name__ == "__main__":
    result = measure()
    print(json.dumps(result, indent=1))
    sys.exit(result["ratio"] < LIMIT)
