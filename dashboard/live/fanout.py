"""The fan-out: a Flask application, no Dash, that sends Server-Sent Events from a gevent process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, request
from gevent.lock import BoundedSemaphore

from dashboard.db.engine import db
from dashboard.db.failures import OperationalError, PoolTimeout
from dashboard.domain.access import Actor, PortfolioId
from dashboard.errors import AuthenticationRequired, DashboardError, NotFound, ServiceUnavailable
from dashboard.live.clients import Client, encoded
from dashboard.live.hub import Hub
from dashboard.live.topics import Topic
from dashboard.redis_store import Json
from dashboard.security.cookies import SESSION, cookie_name
from dashboard.server import create_server
from dashboard.services import portfolios, sessions
from dashboard.services.live_frames import asked_symbols
from dashboard.settings import Settings

MOST_OPENING = 6
"""Streams that are opened at a time: all may come back at once after a restart, and each needs the database."""
PREFIXES = ("", "/stream")
LONGEST_NUMBER = 18
SEND_BUFFER_BYTES = 32_768
STUCK_SECONDS = 30.0


def create_fanout(settings: Settings) -> Flask:
    """The application of ``dashboard stream``. Paths answer with and without ``/stream`` before them."""
    app = create_server(settings)
    address = settings.redis_url.get_secret_value() if settings.redis_url else ""  # create_server refuses none
    hub = Hub(app, app.extensions["redis"], address)

    opening = BoundedSemaphore(MOST_OPENING)

    def portfolio(portfolio_id: int) -> Response:
        with opening:
            client, actor = _client(settings)
            portfolios.portfolio_by_id(actor, PortfolioId(portfolio_id))
            hub.start()
            return _stream(hub, hub.join_portfolio(client, PortfolioId(portfolio_id), _heard()), client)

    def quotes() -> Response:
        with opening:
            client, _ = _client(settings)
            known, unknown = asked_symbols(request.args.get("symbols", ""))
            if unknown:
                client.put("refused", encoded("refused", {"symbols": [_refusal(symbol) for symbol in unknown]}))
            hub.start()
            return _stream(hub, hub.join_quotes(client, known, _heard()), client)

    for number, prefix in enumerate(PREFIXES):
        app.add_url_rule(f"{prefix}/portfolios/<int:portfolio_id>", f"portfolio{number}", portfolio)
        app.add_url_rule(f"{prefix}/quotes", f"quotes{number}", quotes)
    app.add_url_rule("/healthz", "healthz", lambda: jsonify(status="ok"))
    app.register_error_handler(DashboardError, _problem)
    for failure in (OperationalError, PoolTimeout):
        app.register_error_handler(failure, lambda _: _problem(ServiceUnavailable("The database does not answer.")))
    app.after_request(lambda response: _allow_origin(response, settings))
    return app


def _client(settings: Settings) -> tuple[Client, Actor]:
    """The listener and the person behind it. Raises: AuthenticationRequired."""
    token = request.cookies.get(cookie_name(SESSION, secure=settings.secure_cookies), "")
    actor = sessions.actor_for(token, request.remote_addr or "") if token else None
    if actor is None:
        raise AuthenticationRequired
    if not _origin_allowed(settings):
        abort(403)
    return Client(token), actor


def _refusal(symbol: str) -> dict[str, Json]:
    return {"symbol": symbol, "code": NotFound.code, "message": f"There is no instrument {symbol}."}


def _heard() -> int | None:
    """The last batch that a browser which comes back has heard; None where it comes new or sends something else."""
    sent = request.headers.get("Last-Event-ID", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= LONGEST_NUMBER else None


def _stream(hub: Hub, topic: Topic, client: Client) -> Response:
    def body() -> Iterator[bytes]:
        try:
            yield from client.frames()
        finally:
            hub.leave(topic, client)

    _bound_what_waits()
    db.session.remove()  # a stream lives for hours: it must not keep a database connection
    response = Response(body(), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _bound_what_waits() -> None:
    """Keep little for a client that does not read, and hang up on one that has not for long: it may come back."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        connection.settimeout(STUCK_SECONDS)


def _origin_allowed(settings: Settings) -> bool:
    """Whether the page that asks is one of ours: the base address, or any port of the host that was asked."""
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    if settings.dashboard_base_url is not None:
        return origin == settings.dashboard_base_url
    return urlsplit(origin).hostname == urlsplit(f"//{request.host}").hostname


def _allow_origin(response: Response, settings: Settings) -> Response:
    origin = request.headers.get("Origin")
    if origin is not None and _origin_allowed(settings):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Vary"] = "Origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response


def _problem(error: DashboardError) -> tuple[Response, int]:
    return jsonify(code=error.code, message=error.message), error.http_status
