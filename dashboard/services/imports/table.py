"""From the bytes of a file to a table of text: encoding, separator, header and the limits of an upload."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashboard.errors import InvalidInput, PayloadTooLarge

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 100
MAX_CELL = 10_000
SEPARATORS = (",", ";", "\t")
WIDE_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows as text; ``separator`` is what stands between the cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    separator: str


def read_table(content: bytes, known_columns: frozenset[str]) -> Table:
    """The table in ``content``. The separator is the one whose header names most of ``known_columns``.

    Raises: PayloadTooLarge; InvalidInput where it is no table or passes a limit.
    """
    text = _without_separator_line(decoded(content))
    separator = max(SEPARATORS, key=lambda mark: _recognised(text, mark, known_columns))
    records = _records(text, separator)
    columns = _header(next(records, ()))
    rows = tuple(_limited(records))
    if not any(any(row) for row in rows):
        raise InvalidInput("The file has a header and no rows.")
    return Table(columns, rows, separator)


def decoded(content: bytes) -> str:
    """The text of ``content``. Raises: PayloadTooLarge; InvalidInput where it is empty or no UTF-8 text."""
    if len(content) > MAX_BYTES:
        raise PayloadTooLarge(MAX_BYTES)
    if not content.strip():
        raise InvalidInput("The file is empty.")
    if content.startswith(WIDE_ENCODINGS):
        raise InvalidInput("The file is UTF-16 text; save it as CSV in UTF-8.")
    if b"\0" in content:
        raise InvalidInput("The file is not text: give a CSV file, not a workbook, an archive or a picture.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"Line {line} is not UTF-8 text; save the file as CSV in UTF-8.") from None
    if not text.strip():
        raise InvalidInput("The file is empty.")
    return text


def _without_separator_line(text: str) -> str:
    """Drop the ``sep=;`` line that spreadsheets write first."""
    first, _, rest = text.partition("\n")
    return rest if first.strip().lower().startswith("sep=") and len(first.strip()) <= 5 else text


def _recognised(text: str, separator: str, known_columns: frozenset[str]) -> int:
    first = text.lstrip().partition("\n")[0]
    return sum(name in known_columns for name in map(column_name, first.split(separator)))


def column_name(cell: str) -> str:
    """A header cell in the form of the canonical names: lower case, underscores."""
    return "_".join(cell.strip().strip('"').lower().replace("-", " ").split())


def _records(text: str, separator: str) -> Iterator[tuple[str, ...]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    blank_before_header = True
    try:
        for record in reader:
            if blank_before_header and not any(cell.strip() for cell in record):
                continue
            blank_before_header = False
            yield tuple(record)
    except csv.Error as error:
        raise InvalidInput(_csv_problem(str(error), reader.line_num)) from None


def _csv_problem(reason: str, line: int) -> str:
    if "field larger" in reason:
        return f"Line {line}: a cell has more than {MAX_CELL:,} characters; a quotation mark may be left open."
    if "unexpected end" in reason:
        return "A quotation mark is opened and never closed."
    return f"Line {line} is not well-formed CSV: a quotation mark stands in the middle of a cell."


def _header(record: Sequence[str]) -> tuple[str, ...]:
    if len(record) > MAX_COLUMNS:
        raise InvalidInput(f"The header has {len(record)} columns; {MAX_COLUMNS} can be read.")
    columns = tuple(map(column_name, record))
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise InvalidInput(f"The header has the column {', '.join(twice)} twice.")
    return columns


def _limited(records: Iterator[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for number, record in enumerate(records, start=1):
        if number > MAX_ROWS:
            raise InvalidInput(f"The file has more than {MAX_ROWS:,} rows; import it in parts.")
        if len(record) > MAX_COLUMNS:
            raise InvalidInput(f"Row {number} has {len(record)} cells; {MAX_COLUMNS} can be read.", row=number)
        if any(len(cell) > MAX_CELL for cell in record):
            raise InvalidInput(f"Row {number} has a cell of more than {MAX_CELL:,} characters.", row=number)
        yield record if any(cell.strip() for cell in record) else ()
