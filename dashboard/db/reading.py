"""Queries that every request asks: composed once, and sent in one round trip where no transaction is open."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar  # Any: rows of any columns, read by name

import psycopg
from psycopg.rows import namedtuple_row, tuple_row
from sqlalchemy import ClauseElement, Executable, Result
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from dashboard.db.engine import db

Rows = Sequence[Any]
Made = TypeVar("Made")
ROWS_AT_ONCE = 500


class Reading:
    """A query with named parameters. Called, it gives all its rows, whose columns are attributes.

    SQLAlchemy's share of a short query is larger than PostgreSQL's, and a transaction around it doubles the round
    trips. Inside a transaction that is open it sees what that has written.
    """

    def __init__(self, statement: Executable) -> None:
        assert isinstance(statement, ClauseElement)  # noqa: S101  # every executable that is written here is one
        self._statement = statement
        dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        self._sql = str(statement.compile(dialect=dialect)).encode()

    def __call__(self, **parameters: object) -> Rows:
        """The rows. Raises: what SQLAlchemy raises."""
        return self._read(_named_rows, lambda result: result.all(), parameters)

    def of_each(self, make: Callable[[Sequence[Any]], Made], **parameters: object) -> Sequence[Made]:
        """``make`` of every row, which is given as plain values and let go at once: for results of many rows."""

        def made(cursor: psycopg.Cursor[Any]) -> list[Made]:
            cursor.row_factory = tuple_row
            found: list[Made] = []
            with _without_collector():
                while rows := cursor.fetchmany(ROWS_AT_ONCE):
                    found += map(make, rows)
            return found

        return self._read(made, lambda result: list(map(make, result)), parameters)

    def _read(
        self,
        directly: Callable[[psycopg.Cursor[Any]], Sequence[Made]],
        through: Callable[[Result[Any]], Sequence[Made]],
        parameters: dict[str, object],
    ) -> Sequence[Made]:
        session = db.session()
        if not session.in_transaction():
            rows = self._directly(directly, parameters)
            if rows is not None:
                return rows
        return through(session.execute(self._statement, parameters))

    def _directly(
        self, read: Callable[[psycopg.Cursor[Any]], Sequence[Made]], parameters: dict[str, object]
    ) -> Sequence[Made] | None:
        """The rows from a connection of the pool; None where it failed, and has to be asked again by SQLAlchemy."""
        pooled = None
        try:
            pooled = db.engine.raw_connection()
            return _executed(pooled.driver_connection, self._sql, parameters, read)
        except psycopg.Error as error:
            if pooled is not None:
                pooled.invalidate(error)
            return None
        finally:
            if pooled is not None:
                pooled.close()


@contextmanager
def _without_collector() -> Iterator[None]:
    """Make many objects that all stay: the collector of cycles would go through them again and again for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _named_rows(cursor: psycopg.Cursor[Any]) -> list[Any]:
    return cursor.fetchall()


def _executed(
    connection: psycopg.Connection | None,
    sql: bytes,
    parameters: dict[str, object],
    read: Callable[[psycopg.Cursor[Any]], Sequence[Made]],
) -> Sequence[Made]:
    if connection is None:
        raise psycopg.OperationalError("the pool gave no connection")
    connection.autocommit = True
    try:
        with connection.cursor(row_factory=namedtuple_row) as cursor:
            return read(cursor.execute(sql, parameters))
    finally:
        if not connection.closed:
            connection.autocommit = False
