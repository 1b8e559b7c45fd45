"""From bytes to a table: encodings, separators, headers and limits."""

from __future__ import annotations

import gzip

import pytest

from dashboard.errors import DashboardError, InvalidInput, PayloadTooLarge
from dashboard.services.imports import table
from dashboard.services.imports.table import Table, read_table

KNOWN = frozenset({"date", "type", "note", "amount"})


def read(content: bytes | str) -> Table:
    return read_table(content.encode() if isinstance(content, str) else content, KNOWN)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    found = read(
        f"date{separator}type{separator}note\n2024-01-02{separator}buy{separator}a, b; c".replace("a, b; c", "x")
    )
    assert found == Table(("date", "type", "note"), (("2024-01-02", "buy", "x"),), separator)


def test_a_byte_order_mark_a_separator_line_and_blank_lines_are_tolerated() -> None:
    found = read("\ufeffsep=;\n\nDate;TYPE\n2024-01-02;buy\n\n;\n2024-01-03;sell\n")
    assert found.columns == ("date", "type")
    assert found.rows == (("2024-01-02", "buy"), (), (), ("2024-01-03", "sell"))


def test_quoted_newlines_separators_and_quotation_marks_stay_in_their_cell() -> None:
    found = read('date,note\r\n2024-01-02,"two\nlines, ""quoted"""\r\n')
    assert found.rows == (("2024-01-02", 'two\nlines, "quoted"'),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b" \n \n", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b"date,type,amount\n", "a header and no rows"),
        (b"date,type,amount\n,,\n", "a header and no rows"),
        (gzip.compress(b"date,type", mtime=0), "is not text|not UTF-8"),
        (b"PK\x03\x04\x00\x00workbook", "is not text: give a CSV file"),
        ("date,note\n2024-01-02,café".encode("latin-1"), "Line 2 is not UTF-8"),
        ("date,note\n".encode("utf-16"), "UTF-16"),
        (b'date,note\n2024-01-02,"never closed\n', "never closed"),
        (b'date,note\n2024-01-02,"a"b\n', "Line 2 is not well-formed"),
        (b"date,date\n1,2\n", "the column date twice"),
        (b",".join(b"c%d" % n for n in range(101)) + b"\n1\n", "101 columns"),
        (b"date,note\n1," + b"x" * 10_001, "Row 1 has a cell of more than 10,000 characters"),
        (b"date,note\n1," + b"x" * 200_000, "more than 10,000 characters"),
        (b"date,note\n1" + b"," * 101, "Row 1 has 102 cells"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read(content)


def test_too_many_bytes_or_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PayloadTooLarge):
        read(b"x" * (table.MAX_BYTES + 1))
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    with pytest.raises(InvalidInput, match="more than 3 rows"):
        read("date\n" + "2024-01-02\n" * 4)


def test_noise_is_refused_and_never_breaks_the_reader() -> None:
    import random

    noise = random.Random(7)
    for _ in range(300):
        with pytest.raises(DashboardError):
            found = read(noise.randbytes(200))
            raise InvalidInput(f"{found} is a table after all")
