"""Queries that every request asks: composed once, and sent in one round trip where no transaction is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any  # Any: rows of any columns, read by name

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import ClauseElement, Executable
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from dashboard.db.engine import db

Rows = Sequence[Any]


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
        session = db.session()
        if not session.in_transaction():
            rows = self._directly(parameters)
            if rows is not None:
                return rows
        return session.execute(self._statement, parameters).all()

    def _directly(self, parameters: dict[str, object]) -> Rows | None:
        """The rows from a connection of the pool; None where it failed, and has to be asked again by SQLAlchemy."""
        pooled = None
        try:
            pooled = db.engine.raw_connection()
            return _rows(pooled.driver_connection, self._sql, parameters)
        except psycopg.Error as error:
            if pooled is not None:
                pooled.invalidate(error)
            return None
        finally:
            if pooled is not None:
                pooled.close()


def _rows(connection: psycopg.Connection | None, sql: bytes, parameters: dict[str, object]) -> Rows:
    if connection is None:
        raise psycopg.OperationalError("the pool gave no connection")
    connection.autocommit = True
    try:
        with connection.cursor(row_factory=namedtuple_row) as cursor:
            return cursor.execute(sql, parameters).fetchall()
    finally:
        if not connection.closed:
            connection.autocommit = False
