"""What a person may tell about a file that the file itself leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DateOrder(StrEnum):
    """How 03/04/2024 is read."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class DecimalMark(StrEnum):
    """Which mark begins the decimals: decides whether 1,234 is 1234 or 1.234."""

    POINT = "."
    COMMA = ","


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Answers to a file's questions; None leaves it to the file's own evidence."""

    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
