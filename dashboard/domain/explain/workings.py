"""The working of a figure: tables of inputs and steps, each computed here and said as a formula of a spreadsheet.

A formula is written with names in square brackets, which whoever writes a file turns into addresses:

- ``[column]`` the cell of the same row, ``[column^]`` the cell above it (in a table's own formulas);
- ``[table.column]`` all rows of a column, ``[table.column:3]`` its row 3 (from 0), ``[table.column:last]`` its last;
- ``[table:row]`` every figure of the same row of another table, ``[table:3]`` every figure of its row 3;
- ``[@step]`` the value of a step.

Numbers beside the formulas are the engine's own, so that a reader sees both and a spreadsheet can be held against them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.measures import Measure

METHOD = "1"
"""The version of the methods: it changes when a definition does."""


SPREADSHEET_ZERO = dt.date(1899, 12, 30)


def serial(day: dt.date) -> float:
    """A day as spreadsheets count them, which is how a step holds it."""
    return float((day - SPREADSHEET_ZERO).days)


def day_of(number: float) -> dt.date:
    """The day of a step."""
    return SPREADSHEET_ZERO + dt.timedelta(days=round(number))


class Unit(StrEnum):
    """What a figure of a working is."""

    TEXT = "text"
    DATE = "date"
    MONEY = "money"
    PRICE = "price"
    RATE = "rate"
    QUANTITY = "quantity"
    FRACTION = "fraction"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Worked:
    """A cell that is computed by a formula of its own."""

    value: float | None
    formula: str


Entry = str | int | float | Decimal | dt.date | Worked | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``formula`` computes every row but the first ``given`` ones, which are inputs."""

    key: str
    title: str
    unit: Unit
    formula: str = ""
    given: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Inputs and what follows from them, row by row; ``source`` says where the inputs come from."""

    key: str
    title: str
    source: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """One value on the way, or the figure itself (the last step). An empty ``formula`` marks an input.

    The ``value`` of a date is its serial number.
    """

    key: str
    title: str
    unit: Unit
    value: float | None
    formula: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Working:
    """How one figure is made. ``formula`` is for people (LaTeX), ``convention`` are sentences."""

    title: str
    unit: Unit
    value: Measure
    formula: str
    convention: tuple[str, ...]
    steps: tuple[Step, ...]
    tables: tuple[Table, ...]


def finite(found: Working) -> Working:
    """The working with every number that is not known, for want of a rate or a price, left blank."""
    return replace(
        found,
        steps=tuple(step if _is_known(step.value) else replace(step, value=None) for step in found.steps),
        tables=tuple(
            (
                replace(table, rows=[tuple(map(_known, row)) for row in table.rows])
                if not all(_is_known(entry) for row in table.rows for entry in row)
                else table
            )
            for table in found.tables
        ),
    )


def _known(entry: Entry) -> Entry:
    if _is_known(entry):
        return entry
    return replace(entry, value=None) if isinstance(entry, Worked) else None


def _is_known(entry: Entry) -> bool:
    value = entry.value if isinstance(entry, Worked) else entry
    return not isinstance(value, float | Decimal) or math.isfinite(value)
