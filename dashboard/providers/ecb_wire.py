"""The reference rates of the European Central Bank, from its XML and CSV files. Pure.

Every rate is in units for 1 euro. A currency that did not exist, or was not quoted, on a day has none.
"""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from dashboard.providers.json_answers import MalformedAnswer

EURO = "EUR"
CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
NOT_QUOTED = frozenset({"", "N/A", "-"})
LARGEST_TABLE_BYTES = 32_000_000
Row = tuple[date, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class RateTable:
    """Units for 1 euro by currency, arrays as long as ``days``, in the order of the file; NaN where not quoted."""

    days: NDArray[np.datetime64]
    per_euro: Mapping[str, NDArray[np.float64]]

    def pair(self, base: str, quote: str) -> tuple[NDArray[np.datetime64], NDArray[np.float64]] | None:
        """Units of ``quote`` for 1 ``base`` on the days that have both; None for a currency that is never quoted.

        rate(d) = units of quote for 1 euro(d) / units of base for 1 euro(d)
        """
        if not {base, quote} <= {EURO, *self.per_euro} or base == quote:
            return None
        ones = np.ones(len(self.days))
        with np.errstate(divide="ignore", invalid="ignore"):
            rates = self.per_euro.get(quote, ones) / self.per_euro.get(base, ones)
        quoted = ~np.isnan(rates)
        return self.days[quoted], rates[quoted]


def parse_xml(body: bytes) -> RateTable:
    """The rates of a daily, a 90 days' or a whole history's file. Raises: MalformedAnswer."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise MalformedAnswer("its XML declares entities")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  # bounded in size, and without entities
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise MalformedAnswer("it is cut off or no XML") from error
    return _table(_xml_rows(root))


def parse_csv(text: str) -> RateTable:
    """The rates of a CSV file, with days as ``2024-03-15`` or ``15 March 2024``. Raises: MalformedAnswer."""
    rows = csv.reader(io.StringIO(text), skipinitialspace=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        if not header or header[0] != "Date":
            raise MalformedAnswer("it is not the table of rates")
        return _table(_csv_rows(header, rows))
    except csv.Error as error:
        raise MalformedAnswer("it is no CSV") from error


def parse_zip(body: bytes) -> RateTable:
    """The rates of the CSV file in a ZIP archive, as the ECB packs them. Raises: MalformedAnswer."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            (member,) = archive.infolist()
            if member.file_size > LARGEST_TABLE_BYTES:
                raise MalformedAnswer("its table is too large")
            text = archive.read(member).decode("utf-8-sig")
    except MalformedAnswer:
        raise
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise MalformedAnswer("it is no archive of one table") from error
    return parse_csv(text)


def _xml_rows(root: ElementTree.Element) -> Iterator[Row]:
    for day in root.iter(CUBE):
        if (time := day.get("time")) is not None:
            yield _day(time), {
                currency: _rate(one.get("rate", "")) for one in day.iter(CUBE) if (currency := one.get("currency"))
            }


def _csv_rows(header: list[str], rows: Iterable[list[str]]) -> Iterator[Row]:
    for row in rows:
        if row and row[0].strip():
            if len(row) not in {len(header), len(header) - 1}:
                raise MalformedAnswer("a row of it is cut off")
            yield _day(row[0].strip()), {
                name: _rate(cell.strip()) for name, cell in zip(header[1:], row[1:], strict=False) if name
            }


def _table(rows: Iterator[Row]) -> RateTable:
    found = list(rows)
    if not found:
        raise MalformedAnswer("it has no day in it")
    currencies = dict.fromkeys(currency for _, rates in found for currency in rates)
    return RateTable(
        np.array([day for day, _ in found], dtype="datetime64[D]"),
        {
            currency: np.array([rates.get(currency, math.nan) for _, rates in found], dtype=np.float64)
            for currency in currencies
        },
    )


def _day(text: str) -> date:
    for form in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise MalformedAnswer("a row of it has no usable day")


def _rate(text: str) -> float:
    if text in NOT_QUOTED:
        return math.nan
    try:
        return float(text)
    except ValueError as error:
        raise MalformedAnswer("a rate is no number") from error
