"""Fixtures of the web application: made once a process, empty for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.db.engine import db
from dashboard.domain.access import Actor
from dashboard.settings import Settings
from tests.conftest import DatabaseUrls
from tests.smtp_loopback import Inbox, inbox
from tests.web import application, make_person, signed_in


@pytest.fixture(scope="session")
def dash_app(
    migrated_database: DatabaseUrls, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dash]:
    """The web application of this process."""
    app = application(migrated_database.database_url, redis_url, tmp_path_factory.getbasetemp() / "home")
    yield app
    with app.server.app_context():
        db.engine.dispose()


@pytest.fixture
def server(dash_app: Dash, clean_database: DatabaseUrls, redis_client: redis.Redis) -> Flask:
    """The Flask application over an empty database and an empty Redis."""
    assert isinstance(dash_app.server, Flask)
    return dash_app.server


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    """A browser that nobody has signed in with."""
    return server.test_client()


@pytest.fixture
def person(server: Flask) -> Actor:
    """A user who can sign in."""
    return make_person(server)


@pytest.fixture
def mail_server(server: Flask) -> Iterator[Inbox]:
    """A mail server that the application sends through."""
    known: Settings = server.config["SETTINGS"]
    with inbox() as running:
        mail = Settings.build(smtp_url=running.address, mail_from="Basis <basis@example.org>")
        server.config["SETTINGS"] = known.model_copy(update={"smtp_url": mail.smtp_url, "mail_from": mail.mail_from})
        yield running
    server.config["SETTINGS"] = known


@pytest.fixture
def signed(server: Flask, person: Actor) -> FlaskClient:
    """A browser in which ``person`` is signed in."""
    return signed_in(server, person.email)
