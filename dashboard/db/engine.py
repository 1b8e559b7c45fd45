"""The database of an application: flask-sqlalchemy over psycopg 3, one engine a process."""

from __future__ import annotations

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from dashboard.db.models import Base
from dashboard.settings import Settings

db = SQLAlchemy(model_class=Base, engine_options={"pool_pre_ping": True})


def psycopg_url(url: str) -> str:
    """``url`` with SQLAlchemy's name of the psycopg 3 driver."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def bind_database(app: Flask, settings: Settings) -> None:
    """Give ``app`` its database. ``settings.database_url`` must be set (embedded or not)."""
    assert settings.database_url is not None, "the caller resolves the embedded services first"
    app.config["SQLALCHEMY_DATABASE_URI"] = psycopg_url(settings.database_url.get_secret_value())
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"pool_size": 8, "max_overflow": 8, "pool_timeout": 10})
    db.init_app(app)


def forget_connections_after_fork(app: Flask) -> None:
    """Drop the parent's connections without closing them; call first in a forked child."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
