"""A document's first table as CSV: UTF-8, ISO dates, a decimal point, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from math import isfinite

from dashboard.reports.document import Cell, Document, Table, Typed
from dashboard.security.csv_safety import neutralise


def to_csv(document: Document) -> bytes:
    """The first table: a header of column keys, then its rows."""
    table = document.tables[0]
    return table_to_csv(table)


def table_to_csv(table: Table) -> bytes:
    """One table with a header of column keys."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.key for column in table.columns])
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode()


def _text(cell: Cell) -> str:
    value = cell.value if isinstance(cell, Typed) else cell
    if value is None:
        return ""
    if isinstance(value, str):
        return neutralise(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return _number(value)


def _number(value: float | Decimal) -> str:
    """The shortest decimal of the number, without an exponent."""
    if not isfinite(value):
        return ""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
