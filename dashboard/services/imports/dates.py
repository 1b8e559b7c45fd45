"""Dates as files have them: ISO, dd.mm.yyyy, and with slashes in either order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dashboard.services.imports.options import DateOrder

ISO_STRICT = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})")
POINTS = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
SLASHES = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})")
TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s?([AaPp][Mm])?\s?(Z|UTC|[+-]\d{2}:?\d{2})?$")
SHORT_YEAR = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2}")


class NotADateError(ValueError):
    """A cell that cannot be read as a day; the text says why."""


def order_evidence(cells: Iterable[str]) -> frozenset[DateOrder]:
    """The orders that some of ``cells`` can only have."""
    found = set()
    for cell in cells:
        match = SLASHES.fullmatch(_day_part(cell))
        if match is None:
            continue
        first, second = int(match[1]), int(match[3])
        if first > 12 >= second:
            found.add(DateOrder.DAY_FIRST)
        elif second > 12 >= first:
            found.add(DateOrder.MONTH_FIRST)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class DateReader:
    """Reads the dates of one file; ``order`` None where the file shows none for certain."""

    order: DateOrder | None

    @classmethod
    def of(cls, cells: Iterable[str], answer: DateOrder | None) -> DateReader:
        """The reader for ``cells``; ``answer`` is what a person said."""
        if answer is not None:
            return cls(answer)
        found = order_evidence(cells)
        return cls(next(iter(found)) if len(found) == 1 else None)

    def is_open(self, cell: str) -> bool:
        """Whether ``cell`` can be read as two days."""
        match = SLASHES.fullmatch(_day_part(cell))
        return (
            self.order is None
            and match is not None
            and match[1] != match[3]
            and max(int(match[1]), int(match[3])) <= 12
        )

    def read(self, cell: str) -> date:
        """The day in ``cell``; its time of day is left out. Raises: NotADateError."""
        text = _day_part(cell)
        if match := ISO_STRICT.fullmatch(text):
            year, month, day = (match[1], match[3], match[4]) if match[1] else (match[5], match[6], match[7])
            return _day(int(year), int(month), int(day), text)
        if match := POINTS.fullmatch(text):
            return _day(int(match[3]), int(match[2]), int(match[1]), text)
        if match := SLASHES.fullmatch(text):
            return self._slashed(int(match[1]), int(match[3]), int(match[4]), text)
        if SHORT_YEAR.fullmatch(text):
            raise NotADateError(f"{text!r} has a year of two digits: give four.")
        raise NotADateError(f"{text[:40]!r} is not a date: give it as 2024-03-31.")

    def _slashed(self, first: int, second: int, year: int, text: str) -> date:
        if self.is_open(text):
            raise NotADateError(
                f"{text!r} may be {year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}: say which."
            )
        month_first = second > 12 or (first <= 12 and self.order is DateOrder.MONTH_FIRST)
        return _day(year, first, second, text) if month_first else _day(year, second, first, text)


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADateError(f"There is no day {text}.") from None


def _day_part(cell: str) -> str:
    return TIME.sub("", cell.strip())
