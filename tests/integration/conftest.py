"""Fixtures over the real PostgreSQL and Redis: a migrated database that is empty for each test, and the application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from argon2 import PasswordHasher
from argon2.low_level import Type
from flask import Flask
from flask_sqlalchemy.session import Session
from psycopg import sql
from sqlalchemy.orm import scoped_session

from dashboard.db import schema
from dashboard.db.engine import db
from dashboard.db.models import Base
from dashboard.embedded import APPLICATION_ROLE
from dashboard.security import passwords
from dashboard.server import create_server
from dashboard.settings import Settings
from tests.command_server import CommandServer
from tests.conftest import DatabaseUrls

CLEANER = "cleaner of the tests"  # what it calls itself, for those who count connections or end them
TEST_SECRET_KEY = "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="session")
def command_server() -> Iterator[CommandServer]:
    """The process from which this worker's commands are forked."""
    server = CommandServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def migrated_database(database_urls: DatabaseUrls) -> DatabaseUrls:
    """This worker's database at the newest revision."""
    separate = database_urls.database_url != database_urls.migration_url
    schema.upgrade(database_urls.migration_url, APPLICATION_ROLE if separate else None)
    return database_urls


@pytest.fixture(scope="session")
def cleaner(migrated_database: DatabaseUrls) -> Iterator[psycopg.Connection]:
    """The owner's connection, kept open: a new one would first have to learn of every table."""
    address = migrated_database.migration_url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True, application_name=CLEANER) as connection:
        yield connection


@pytest.fixture
def clean_database(migrated_database: DatabaseUrls, cleaner: psycopg.Connection) -> DatabaseUrls:
    """The migrated database without a row in it."""
    tables = [sql.Identifier(table.name) for table in reversed(Base.metadata.sorted_tables)]
    statements: list[sql.Composable] = [
        sql.SQL("set local lock_timeout = '10s'"),
        sql.SQL("alter table audit disable trigger user"),
    ]
    statements += [sql.SQL("delete from {}").format(table) for table in tables]
    statements += [sql.SQL("alter table audit enable trigger user")]
    with cleaner.transaction():
        cleaner.execute(sql.SQL(";").join(statements))
    return migrated_database


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little; what they cost an installation is for the tests of passwords and of signing in."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID)
    monkeypatch.setattr(passwords, "_hasher", quick)


@pytest.fixture
def settings(clean_database: DatabaseUrls, redis_url: str, tmp_path: Path) -> Settings:
    """Settings of an installation with the simulated market and an empty home."""
    return Settings.build(
        database_url=clean_database.database_url,
        database_migration_url=clean_database.migration_url,
        redis_url=redis_url,
        dashboard_home=tmp_path / "home",
        secret_key=TEST_SECRET_KEY,
        providers=("simulated",),
    )


@pytest.fixture
def app(settings: Settings, redis_client: redis.Redis) -> Iterator[Flask]:
    """The server application over an empty database and an empty Redis; no context is pushed."""
    server = create_server(settings)
    yield server
    with server.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app_context(app: Flask) -> Iterator[Flask]:
    """The application with its context pushed, for tests that call services and not the test client."""
    with app.app_context():
        yield app


@pytest.fixture
def db_session(app_context: Flask) -> scoped_session[Session]:
    """The session that services use, in the pushed context."""
    return db.session
