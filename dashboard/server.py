"""The Flask application with its database, Redis and logging: what services need, and no Dash."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response, g, request

from dashboard.db.engine import bind_database
from dashboard.errors import SettingsError
from dashboard.observability.logging import configure_logging
from dashboard.redis_store import connect
from dashboard.security.secret_key import secret_key

if TYPE_CHECKING:
    from dashboard.settings import Settings

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def create_server(settings: Settings) -> Flask:
    """Make the application for web, jobs and command line alike.

    ``settings`` must name both services; :func:`dashboard.embedded.services_for` starts them where they are embedded.

    Raises: SettingsError where an address is missing.
    """
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if getattr(settings, name.lower()) is None]
    if missing or settings.redis_url is None:
        raise SettingsError(tuple(f"{name}: not set, and no embedded service was started" for name in missing))
    configure_logging(settings)
    app = Flask("dashboard", static_folder=None)
    app.config["SETTINGS"] = settings
    app.secret_key = secret_key(settings)
    bind_database(app, settings)
    app.extensions["redis"] = connect(settings.redis_url.get_secret_value())
    app.before_request(_begin_request)
    app.after_request(_name_request)
    return app


def _begin_request() -> None:
    """Take over a proxy's request id if it is a plain one, else make one; every log line carries it."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _name_request(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    return response
