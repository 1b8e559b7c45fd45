"""The database of an application: flask-sqlalchemy over psycopg 3, one engine a process."""

from __future__ import annotations

import select

import psycopg
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

from dashboard.db.models import Base
from dashboard.errors import SettingsError
from dashboard.settings import Settings

db = SQLAlchemy(model_class=Base)


def psycopg_url(url: str) -> str:
    """``url`` with SQLAlchemy's name of the psycopg 3 driver."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def database_address(settings: Settings) -> str:
    """The application's database, for SQLAlchemy. Raises: SettingsError where no address was given or made."""
    if settings.database_url is None:
        raise SettingsError(("DATABASE_URL: not set, and no embedded service was started",))
    return psycopg_url(settings.database_url.get_secret_value())


def bind_database(app: Flask, settings: Settings) -> None:
    """Give ``app`` its database. Raises: SettingsError where it has no address."""
    app.config["SQLALCHEMY_DATABASE_URI"] = database_address(settings)
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"pool_size": 8, "max_overflow": 8, "pool_timeout": 10})
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "checkout", _refuse_closed)


def _refuse_closed(connection: psycopg.Connection, _record: object, _proxy: object) -> None:
    """Let the pool replace a connection that its server has closed: an idle one has nothing to be read but its end.

    Asking the server would take three round trips a request. Raises: InvalidatePoolError.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise InvalidatePoolError


def forget_connections_after_fork(app: Flask) -> None:
    """Drop the parent's connections without closing them; call first in a forked child."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
