"""The rows and cells of an uploaded CSV file: text in, typed values or a reason with row and column out. Pure."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal

from dashboard.errors import InvalidInput
from dashboard.providers.normalise import FIRST_DAY, LARGEST_PRICE, MINOR_UNITS, SMALLEST_PRICE

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3,5}")
DELIMITERS = (",", ";", "\t")
# What Yahoo and spreadsheets write for "nothing".
EMPTY = frozenset({"null", "nan", "n/a", "-"})
# What the columns of exact numbers keep.
DECIMALS, LARGEST_DECIMAL = Decimal(1).scaleb(-18), Decimal(10) ** 12
WIDE = Context(prec=60)


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row was left out; rows are counted from 1, the header being row 1."""

    row: int
    column: str
    reason: str


class BadCell(ValueError):
    """A cell that does not hold what its column needs."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column name; every accessor raises ``BadCell``."""

    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """The text, which must not be empty."""
        if not (value := self.cells.get(column, "")):
            raise BadCell(column, "is empty")
        return value

    def optional_number(self, column: str) -> float:
        """The number; NaN where the cell says nothing."""
        value = self.cells.get(column, "")
        return math.nan if not value or value.lower() in EMPTY else self._number(column, value)

    def positive(self, column: str) -> float:
        """The number, which must be greater than 0 and not out of all proportion."""
        number = self._number(column, self.text(column))
        if number <= 0:
            raise BadCell(column, f"must be greater than 0, not {number:g}")
        if not SMALLEST_PRICE <= number < LARGEST_PRICE:
            raise BadCell(column, f"{number:g} is too {'large' if number > 1 else 'small'} to be kept")
        return number

    def positive_decimal(self, column: str) -> Decimal:
        """The number with as many decimals as are kept, which must be greater than 0."""
        number = self.positive(column)
        exact = Decimal(self.text(column))
        if exact > LARGEST_DECIMAL:
            raise BadCell(column, f"{number:g} is too large to be kept")
        return exact.quantize(DECIMALS, context=WIDE).normalize(WIDE)

    def day(self, column: str, today: date) -> date:
        """The ISO date (a time and zone after it are allowed), of a day that markets have seen by ``today``."""
        value = self.text(column)
        try:
            # The day is the one that is written: that of the exchange, whatever the zone.
            day = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value).date()
        except ValueError:
            raise BadCell(column, f"{value[:40]!r} is not a date like 2024-03-15") from None
        if day > today:
            raise BadCell(column, f"{day} is in the future")
        if day < FIRST_DAY:
            raise BadCell(column, f"{day} is before there were markets")
        return day

    def unit(self, column: str) -> str:
        """The currency, or a hundredth of one such as GBp; "" where the cell is empty or missing."""
        value = self.cells.get(column, "")
        if value and value not in MINOR_UNITS and not CURRENCY.fullmatch(value):
            raise BadCell(column, f"{value[:20]!r} is not a currency code like EUR")
        return value

    @staticmethod
    def _number(column: str, value: str) -> float:
        if not NUMBER.fullmatch(value) or not math.isfinite(number := float(value)):
            raise BadCell(column, f"{value[:40]!r} is not a number like 1234.56")
        return number


def decode(data: bytes) -> str:
    """The text of an uploaded file: UTF-8, a byte order mark allowed. Raises: InvalidInput."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("This is not a text file in UTF-8. Save it as CSV (UTF-8) and try again.") from None
    if "\0" in text:
        raise InvalidInput("This is a binary file, not a CSV file.")
    return text


def read(text: str) -> tuple[tuple[str, ...], Iterator[Row | RowError]]:
    """The header in lower case, and the rows that are not blank. Raises: InvalidInput, at the row that no CSV has."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=_delimiter(text))
    header = tuple(name.strip().lower() for name in _next(lines, 1) or ())
    if not any(header):
        raise InvalidInput("The file is empty.")
    if repeated := {name for name in header if name and header.count(name) > 1}:
        raise InvalidInput(f"The column {', '.join(sorted(repeated))} is there twice.", row=1)
    return header, _rows(lines, header)


def _rows(lines: Iterator[list[str]], header: tuple[str, ...]) -> Iterator[Row | RowError]:
    number = 1
    while (cells := _next(lines, number + 1)) is not None:
        number += 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            yield RowError(number, "", f"has {len(cells)} cells, the header has {len(header)}")
            continue
        yield Row(number, dict(zip(header, (cell.strip() for cell in cells), strict=False)))


def _next(lines: Iterator[list[str]], number: int) -> list[str] | None:
    try:
        return next(lines, None)
    except csv.Error as error:
        raise InvalidInput(f"Row {number} is not CSV: {error}.", row=number) from error


def _delimiter(text: str) -> str:
    header = text[:10_000].split("\n", 1)[0]
    return max(DELIMITERS, key=header.count)
