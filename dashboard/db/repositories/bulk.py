"""Bulk writing: binary COPY into a table, or into a staging table from which only what differs is taken over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import psycopg
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.orm import Session, scoped_session

from dashboard.db.binary import COPY_HEADER, COPY_TRAILER

AnySession = Session | scoped_session[FlaskSession]


def raw_connection(session: AnySession) -> psycopg.Connection[tuple[object, ...]]:
    """The psycopg connection of the session's transaction."""
    return cast(psycopg.Connection[tuple[object, ...]], session.connection().connection.driver_connection)


def array_text(values: Iterable[object]) -> str:
    """Numbers or days as PostgreSQL writes an array: of thousands, the driver's own way costs more than the query."""
    return f"{{{','.join(map(str, values))}}}"


def copy_rows(connection: psycopg.Connection[tuple[object, ...]], target: str, blocks: Iterable[bytes]) -> None:
    """Write binary ``blocks`` of rows to ``target``: a table and its columns in parentheses."""
    with connection.cursor() as cursor, cursor.copy(f"copy {target} from stdin (format binary)".encode()) as copy:
        copy.write(COPY_HEADER)
        for block in blocks:
            copy.write(block)
        copy.write(COPY_TRAILER)
