"""The web application: the server, the guard, sign-in, operations, Dash and its pages."""

from __future__ import annotations

import structlog
from dash import Dash
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

import pages
from dashboard import api, embeds
from dashboard.db import schema
from dashboard.db.engine import database_address
from dashboard.server import create_server
from dashboard.settings import Settings
from dashboard.web import (
    auth,
    csrf,
    downloads,
    explanations,
    guard,
    headers,
    identity,
    ops,
    polling,
    problems,
    static_files,
    uploads,
)
from dashboard.web.dash_app import make_dash

PLAIN_COOKIES = "The address is http: cookies and pages travel in the clear. For more than one machine, use https."
LARGEST_BODY = 64 * 1024 * 1024
COMPRESSED = ("text/html", "text/css", "text/csv", "application/json", "application/javascript", "text/javascript")

logger = structlog.get_logger(__name__)


def create_app(settings: Settings) -> Dash:
    """Make the application; its ``server`` is what gunicorn serves.

    Raises: SettingsError, SchemaMismatch (and what to run), ServiceUnavailable.
    """
    schema.require_current(database_address(settings))
    server = create_server(settings)
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    server.config["COMPRESS_MIMETYPES"] = list(COMPRESSED)
    server.config["COMPRESS_ALGORITHM"] = ["zstd", "br", "gzip"]
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    headers.install(server, settings)
    problems.install(server)
    identity.install(server)
    ops.install(server)
    guard.install(server)
    csrf.install(server)
    auth.install(server)
    uploads.install(server)
    downloads.install(server)
    polling.install(server)
    explanations.install(server)
    api.install(server)
    embeds.install(server)
    Compress(server)
    static_files.install(server)
    app = make_dash(server, pages.register, secure=settings.secure_cookies)
    if not settings.secure_cookies:
        logger.info("cookies.plain", message=PLAIN_COOKIES, address=settings.base_url)
    auth.announce_set_up(server)
    return app
