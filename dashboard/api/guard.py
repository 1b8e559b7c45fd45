"""The API's own guard: a session or 401, in problem+json, and never a redirect.

Nobody without a session learns which addresses there are. Session cookies come from browsers, so that writes need the
token against forged requests too.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter

from dashboard.errors import NotFound
from dashboard.web import csrf
from dashboard.web.identity import current_actor

BLUEPRINT = "api"
ROOT = "/api/"
DOCUMENT = "/api/openapi.json"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def install(server: Flask, open_paths: Collection[str]) -> None:
    """Put the guard before every request below ``/api/``; ``open_paths`` and the OpenAPI document need no session."""
    opened = frozenset({*open_paths, DOCUMENT})

    def check() -> None:
        if not request.path.startswith(ROOT):
            return
        if request.path not in opened:
            current_actor()
        _refuse_unknown()
        csrf.check()

    server.before_request(check)


def _refuse_unknown() -> None:
    """Refuse an address or a method that the API has not: Dash would answer it with a page.

    Raises: NotFound, MethodNotAllowed.
    """
    if request.url_rule is not None and request.blueprint == BLUEPRINT:
        return
    adapter = current_app.create_url_adapter(request)
    allowed = [] if adapter is None else [method for method in METHODS if _is_ours(adapter, method)]
    if not allowed:
        raise NotFound("There is nothing at this address of the API.")
    raise MethodNotAllowed(valid_methods=allowed)


def _is_ours(adapter: MapAdapter, method: str) -> bool:
    try:
        endpoint, _ = adapter.match(method=method)
    except HTTPException:
        return False
    return str(endpoint).startswith(f"{BLUEPRINT}.")
