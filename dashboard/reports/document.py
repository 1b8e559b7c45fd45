"""A report before it is a file: tables of typed columns, notes, and which series make a chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dashboard.results.scalars import Json


class Kind(StrEnum):
    """What a cell holds; each file decides how it looks."""

    TEXT = "text"
    INTEGER = "integer"
    RATIO = "ratio"
    PERCENT = "percent"
    MONEY = "money"
    PRICE = "price"
    QUANTITY = "quantity"
    DATE = "date"
    MOMENT = "moment"


Value = str | int | float | Decimal | dt.date | dt.datetime | None


@dataclass(frozen=True, slots=True)
class Typed:
    """A value whose kind is its own, in a column that holds several kinds."""

    value: Value
    kind: Kind
    currency: str = ""


Cell = Value | Typed


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``key`` names it in machine-readable files; ``currency`` is that of money and prices in it."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    currency: str = ""
    width: int | None = None
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under typed columns; ``totals`` is a last row that stands out."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Cell] | None = None
    heading: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineChart:
    """Columns of a table as lines over its first column, by their keys."""

    table: str
    title: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """All that a report says. ``tables[0]`` is the one that a format with a single table gets, ``data`` the JSON."""

    title: str
    subject: str
    created_at: dt.datetime
    tables: tuple[Table, ...]
    charts: tuple[LineChart, ...] = ()
    data: Json = None

    @property
    def row_count(self) -> int:
        """Rows of all tables together."""
        return sum(len(table.rows) for table in self.tables)
