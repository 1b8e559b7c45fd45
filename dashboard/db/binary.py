"""PostgreSQL's binary forms to and from numpy: blocks of rows for COPY, and arrays for a fast read.

Rows of fixed-width columns are laid out as one structured array, so that writing costs no Python step a row; null
values change a row's width, so rows are grouped by which of their values are null (at most a handful of groups).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from psycopg import Connection
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from psycopg.rows import tuple_row

COPY_HEADER = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
COPY_TRAILER = struct.pack(">h", -1)
EPOCH = np.datetime64("2000-01-01", "D")
NULL_LENGTH = -1
ARRAY_HEADER_BYTES = 20
FLOAT8_ARRAY_OID = 1022
DATE_ARRAY_OID = 1182
MOMENT_ARRAY_OID = 1185

Values = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a block: big-endian values of one width, and which of them are null."""

    values: Values
    null: npt.NDArray[np.bool_] | None = None

    @property
    def width(self) -> int:
        """Bytes of one value."""
        return int(self.values.dtype.itemsize)


def int8_column(values: npt.NDArray[np.integer]) -> Column:
    """Bigints."""
    return Column(values.astype(">i8"))


def int2_column(values: npt.NDArray[np.integer]) -> Column:
    """Small integers."""
    return Column(values.astype(">i2"))


def text_column(value: str, count: int) -> Column:
    """The same text in every row; "" has no width and is written as such."""
    raw = value.encode()
    return Column(np.full(count, np.void(raw) if raw else b"", dtype=f"V{len(raw)}" if raw else "V0"))


def date_column(days: npt.NDArray[np.datetime64]) -> Column:
    """Dates from datetime64[D]."""
    return Column((days.astype("datetime64[D]") - EPOCH).astype(">i4"))


def moment_column(at: npt.NDArray[np.datetime64]) -> Column:
    """Moments (timestamptz) from datetime64 in UTC."""
    return Column((at.astype("datetime64[us]") - EPOCH).astype(">i8"))


def float8_column(values: npt.NDArray[np.float64], *, nan_is_null: bool = False) -> Column:
    """Double precision; NaN becomes null where asked for."""
    null = np.isnan(values) if nan_is_null else None
    return Column(values.astype(">f8"), null if null is not None and null.any() else None)


def copy_block(columns: Sequence[Column]) -> bytes:
    """The rows of ``columns`` (all of one length) as the body of a binary COPY, without header and trailer."""
    masks = [column.null for column in columns if column.null is not None]
    if not masks:
        return _records(columns, None)
    patterns = np.zeros(len(masks[0]), dtype=np.uint8)
    for bit, mask in enumerate(masks):
        patterns |= mask.astype(np.uint8) << bit
    return b"".join(_records(columns, np.flatnonzero(patterns == pattern)) for pattern in np.unique(patterns))


def _records(columns: Sequence[Column], chosen: npt.NDArray[np.intp] | None) -> bytes:
    """The ``chosen`` rows, among which each column is null everywhere or nowhere."""
    count = len(columns[0].values) if chosen is None else len(chosen)
    if not count:
        return b""
    present = [column.null is None or chosen is None or not column.null[chosen[0]] for column in columns]
    fields: list[tuple[str, str] | tuple[str, np.dtype[np.generic]]] = [("count", ">i2")]
    for at, (column, there) in enumerate(zip(columns, present, strict=True)):
        fields.append((f"length{at}", ">i4"))
        if there and column.width:
            fields.append((f"value{at}", column.values.dtype))
    rows = np.empty(count, dtype=fields)
    rows["count"] = len(columns)
    for at, (column, there) in enumerate(zip(columns, present, strict=True)):
        rows[f"length{at}"] = column.width if there else NULL_LENGTH
        if there and column.width:
            rows[f"value{at}"] = column.values if chosen is None else column.values[chosen]
    return rows.tobytes()


class _ArrayLoader(Loader):
    """A one-dimensional array without nulls; an empty one has no dimension at all."""

    format = Format.BINARY
    element = np.dtype([("length", ">i4"), ("value", ">f8")])

    def load(self, data: Buffer) -> npt.NDArray[np.generic]:
        """The values in native byte order."""
        if len(data) < ARRAY_HEADER_BYTES:
            return np.empty(0, dtype=self.element["value"].newbyteorder("="))
        elements = np.frombuffer(data, dtype=self.element, offset=ARRAY_HEADER_BYTES)["value"]
        return elements.astype(elements.dtype.newbyteorder("="))


class Float8ArrayLoader(_ArrayLoader):
    """``float8[]`` as float64."""


class DateArrayLoader(_ArrayLoader):
    """``date[]`` as datetime64[D]."""

    element = np.dtype([("length", ">i4"), ("value", ">i4")])

    def load(self, data: Buffer) -> npt.NDArray[np.datetime64]:
        """The days."""
        return EPOCH + super().load(data).astype("timedelta64[D]")


class MomentArrayLoader(_ArrayLoader):
    """``timestamptz[]`` as datetime64[s] in UTC."""

    element = np.dtype([("length", ">i4"), ("value", ">i8")])

    def load(self, data: Buffer) -> npt.NDArray[np.datetime64]:
        """The moments."""
        return (EPOCH + super().load(data).astype("timedelta64[us]")).astype("datetime64[s]")


def array_rows(
    connection: Connection[object], query: bytes, parameters: Sequence[object]
) -> Iterator[tuple[object, ...]]:
    """The rows of ``query`` with ``float8[]``, ``date[]`` and ``timestamptz[]`` as numpy arrays."""
    with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        cursor.adapters.register_loader(FLOAT8_ARRAY_OID, Float8ArrayLoader)
        cursor.adapters.register_loader(DATE_ARRAY_OID, DateArrayLoader)
        cursor.adapters.register_loader(MOMENT_ARRAY_OID, MomentArrayLoader)
        cursor.execute(query, parameters)
        yield from cursor
