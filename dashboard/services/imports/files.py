"""Which format a file is in, and its rows."""

from __future__ import annotations

from dashboard.errors import InvalidInput
from dashboard.services.imports import canonical
from dashboard.services.imports.canonical import FileRows
from dashboard.services.imports.options import ImportOptions
from dashboard.services.imports.table import read_table

FORMATS = ("auto", canonical.FORMAT)


def read_rows(content: bytes, file_format: str, options: ImportOptions) -> FileRows:
    """The rows of a file. Raises: PayloadTooLarge; InvalidInput where the whole file cannot be read."""
    if file_format not in FORMATS:
        raise InvalidInput(f"{file_format!r} is not a format; the formats are {', '.join(FORMATS)}.", field="format")
    return canonical.parse(read_table(content, canonical.KNOWN_COLUMNS), options)
