"""The canonical CSV of transactions: a table of text becomes drafts, each row by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from dashboard.domain.transactions import TransactionType
from dashboard.errors import InvalidInput
from dashboard.security.csv_safety import restore
from dashboard.services.imports.dates import DateReader, NotADateError
from dashboard.services.imports.numbers import NotANumberError, NumberReader, currencies_shown, shown
from dashboard.services.imports.options import ImportOptions
from dashboard.services.imports.table import Table
from dashboard.services.ledger.draft import Draft, other_currency
from dashboard.services.ledger.lot_names import lots_in

T = TypeVar("T")
FORMAT = "canonical"
DATES = ("date", "settle_date", "acquired")
NUMBERS = (
    *("quantity", "price", "fee", "tax", "amount", "fx_rate", "target_amount", "ratio", "cost_fraction", "cost"),
    "accrued",
)
MONEY = ("price", "fee", "tax", "amount", "cost", "accrued")
TEXTS = (
    *("symbol", "currency", "cash_currency", "account", "note", "external_id", "target_currency", "target_symbol"),
    "fee_currency",
)
LOT_IDS = "lot_ids"
# A zero in these says no more than a blank.
BLANK_AT_ZERO = frozenset({"quantity", "fee", "tax", "amount", "accrued"})
KNOWN_COLUMNS = frozenset({"type", LOT_IDS, *DATES, *NUMBERS, *TEXTS})
TYPES = {str(kind): kind for kind in TransactionType}


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file, counted from 1 below the header: its draft, or what is wrong and in which column."""

    row: int
    cells: tuple[tuple[str, str], ...]
    draft: Draft | None = None
    column: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FileRows:
    """The rows of a file, what is odd about it, and what only a person can tell (names of ImportOptions)."""

    rows: tuple[FileRow, ...]
    problems: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


class _FaultyCellError(Exception):
    """A cell that cannot be read."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def parse(table: Table, options: ImportOptions) -> FileRows:
    """The drafts of ``table``. Raises: InvalidInput where the header is not the canonical one."""
    _check_header(table.columns)
    numbers = NumberReader.of(_cells(table, NUMBERS), options.decimal_mark)
    dates = DateReader.of(_cells(table, DATES), options.date_order)
    reader = _RowReader(numbers, dates)
    rows = tuple(_row(reader, table.columns, n, record) for n, record in enumerate(table.rows, start=1) if record)
    open_dates = any(map(dates.is_open, _cells(table, DATES)))
    open_numbers = any(map(numbers.is_open, _cells(table, NUMBERS)))
    questions = [name for name, is_open in (("date_order", open_dates), ("decimal_mark", open_numbers)) if is_open]
    return FileRows(rows, _problems(table.columns), tuple(questions))


def _check_header(columns: tuple[str, ...]) -> None:
    missing = [name for name in ("date", "type") if name not in columns]
    if not missing:
        return
    if KNOWN_COLUMNS.isdisjoint(columns):
        found = ", ".join(shown(name) for name in columns[:6])
        raise InvalidInput(f"The first row is not a header of transactions; it begins with {found}.")
    raise InvalidInput(f"The header has no column {' and no column '.join(missing)}.", field=missing[0])


def _problems(columns: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in columns if name and name not in KNOWN_COLUMNS]
    return tuple(f"The column {shown(name)} is not known and is left out." for name in unknown)


def _cells(table: Table, columns: tuple[str, ...]) -> set[str]:
    """The different cells of some columns."""
    places = [place for place, name in enumerate(table.columns) if name in columns]
    return {row[place].strip() for row in table.rows for place in places if place < len(row)} - {""}


def _row(reader: _RowReader, columns: tuple[str, ...], number: int, record: tuple[str, ...]) -> FileRow:
    cells = tuple((name, cell) for name, cell in zip(columns, record, strict=False) if name and cell.strip())
    if any(cell.strip() for cell in record[len(columns) :]):
        reason = f"The row has {len(record)} cells, the header {len(columns)}: a separator may stand inside a cell."
        return FileRow(number, cells, reason=reason)
    try:
        return FileRow(number, cells, reader.draft(dict(cells)))
    except _FaultyCellError as fault:
        return FileRow(number, cells, column=fault.column, reason=fault.reason)


@dataclass(frozen=True, slots=True)
class _RowReader:
    """Reads rows with the marks and the order of dates of their file."""

    numbers: NumberReader
    dates: DateReader

    def draft(self, cells: Mapping[str, str]) -> Draft:
        day = self._date(cells, "date")
        if day is None:
            raise _FaultyCellError("date", "The date is missing.")
        kind = _type(cells.get("type", ""))
        values = {name: self._number(cells, name) for name in NUMBERS}
        texts = {name: restore(cells.get(name, "").strip()).strip() for name in TEXTS}
        fee_currency = other_currency(texts["fee_currency"], texts["currency"]) if values["fee"] else None
        _check_signs(cells, texts["currency"], fee_currency)
        return Draft(
            date=day,
            type=kind,
            symbol=texts["symbol"] or None,
            quantity=values["quantity"],
            price=values["price"],
            currency=texts["currency"] or None,
            fee=values["fee"],
            tax=values["tax"],
            amount=values["amount"],
            fx_rate=values["fx_rate"],
            cash_currency=texts["cash_currency"] or None,
            account=texts["account"],
            settle_date=self._date(cells, "settle_date"),
            note=texts["note"],
            external_id=texts["external_id"] or None,
            target_amount=values["target_amount"],
            target_currency=texts["target_currency"] or None,
            ratio=values["ratio"],
            target_symbol=texts["target_symbol"] or None,
            cost_fraction=values["cost_fraction"],
            acquired=self._date(cells, "acquired"),
            cost=values["cost"],
            lot_ids=lots_in(restore(cells.get(LOT_IDS, "").strip())),
            accrued=values["accrued"],
            fee_currency=fee_currency,
        )

    def _date(self, cells: Mapping[str, str], column: str) -> date | None:
        return _read(cells, column, self.dates.read)

    def _number(self, cells: Mapping[str, str], column: str) -> Decimal | None:
        value = _read(cells, column, self.numbers.read)
        return None if not value and column in BLANK_AT_ZERO else value


def _read(cells: Mapping[str, str], column: str, read: Callable[[str], T]) -> T | None:
    cell = cells.get(column, "").strip()
    if not cell:
        return None
    try:
        return read(cell)
    except (NotANumberError, NotADateError) as error:
        raise _FaultyCellError(column, str(error)) from None


def _type(cell: str) -> TransactionType:
    name = cell.strip().lower().replace(" ", "_").replace("-", "_")
    if not name:
        raise _FaultyCellError("type", "The type is missing.")
    if name not in TYPES:
        raise _FaultyCellError("type", f"{shown(cell)} is not a type; the types are {', '.join(TransactionType)}.")
    return TYPES[name]


def _check_signs(cells: Mapping[str, str], currency: str, fee_currency: str | None) -> None:
    """A currency sign beside a number that is not the row's currency: one of the two is wrong."""
    for column in MONEY:
        own = fee_currency if column == "fee" and fee_currency else currency
        possible = currencies_shown(cells.get(column, ""))
        if own and possible and own.upper() not in possible:
            whose = "row" if own == currency else "fee"
            raise _FaultyCellError(column, f"{shown(cells[column])} is not in {own}, the currency of the {whose}.")
