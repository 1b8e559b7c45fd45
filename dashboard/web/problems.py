"""Failures as responses: a page for a person, RFC 9457 for a script; each with the reference that the log has too."""

from __future__ import annotations

import orjson
import structlog
from flask import Flask, Response, g, render_template, request
from redis.exceptions import RedisError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from dashboard.db.engine import db
from dashboard.db.failures import DBAPIError, OperationalError, PoolTimeout
from dashboard.errors import DashboardError, PayloadTooLarge, ServiceUnavailable, TooManyRequests
from dashboard.observability.metrics import ERRORS

logger = structlog.get_logger(__name__)
TITLES = {
    401: "Sign in to go on",
    403: "Not allowed",
    404: "Not found",
    413: "Too large",
    503: "Not available just now",
}


def install(server: Flask) -> None:
    """Turn every failure of a request into a response without a traceback."""
    server.register_error_handler(DashboardError, problem)
    server.register_error_handler(HTTPException, _http)
    server.register_error_handler(DBAPIError, _database)
    server.register_error_handler(PoolTimeout, _database)
    server.register_error_handler(RedisError, lambda error: problem(unavailable(error)))
    server.register_error_handler(Exception, _unexpected)


def problem(error: DashboardError) -> Response:
    """The response that a named failure becomes."""
    response = _render(error.http_status, error.code, error.message, getattr(error, "field", None))
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(max(1, round(error.retry_after_seconds)))
    return response


def unavailable(error: Exception) -> ServiceUnavailable:
    """The named failure of a database or a Redis that does not answer."""
    db.session.rollback()
    what = "Redis" if isinstance(error, RedisError) else "The database"
    logger.warning("service.unavailable", service=what, error=str(error)[:200])
    return ServiceUnavailable(f"{what} does not answer just now. Try again in a moment.")


def reference() -> str:
    """What a person can quote and the log has too."""
    return str(g.get("request_id", ""))


def _http(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        return problem(PayloadTooLarge(request.max_content_length or 0))
    response = _render(error.code or 500, error.name.lower().replace(" ", "_"), error.description or error.name)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _database(error: Exception) -> Response:
    if isinstance(error, OperationalError | PoolTimeout) or getattr(error, "connection_invalidated", False):
        return problem(unavailable(error))
    return _unexpected(error)


def _unexpected(error: Exception) -> Response:
    logger.exception("request.failed", path=request.path, exc_info=error)
    ERRORS.labels("request").inc()
    return _render(500, "error", "Something went wrong here. It is in the log under this reference.")


def _render(status: int, code: str, message: str, field: str | None = None) -> Response:
    wants = request.accept_mimetypes.best_match(["application/problem+json", "text/html"], "application/problem+json")
    title = TITLES.get(status, "That did not work")
    if wants == "text/html" and not request.path.startswith(("/_dash", "/api/")):
        page = render_template("problem.html", title=title, message=message, reference=reference(), status=status)
        return Response(page, status, mimetype="text/html")
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": message}
    body |= {"reference": reference()} | ({"field": field} if field else {})
    return Response(orjson.dumps(body), status, mimetype="application/problem+json")
