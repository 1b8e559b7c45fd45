"""The guard before every request: nobody gets past it without a session, but to what is open to all.

The REST API and embeds have guards of their own.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from flask import Flask, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from dashboard.errors import AuthenticationRequired, DashboardError
from dashboard.services import accounts
from dashboard.web import csrf
from dashboard.web.identity import actor_or_none
from dashboard.web.problems import problem

SIGN_IN = "/sign-in"
SET_UP = "/set-up"
OPEN_PATHS = frozenset({SIGN_IN, SET_UP, "/favicon.ico", "/_favicon.ico", "/healthz", "/readyz", "/metrics"})
OPEN_PREFIXES = ("/assets/", "/_dash-component-suites/")
OWN_GUARD_PREFIXES = ("/api/", "/embed/")


def install(server: Flask) -> None:
    """Put the guard before every request of ``server``; call it before anything else adds routes."""
    server.before_request(_guard)


def is_open(path: str) -> bool:
    """Whether anybody may ask for ``path``."""
    return path in OPEN_PATHS or path.startswith(OPEN_PREFIXES)


def local_path(target: str | None) -> str:
    """``target`` where it is a path of this installation, else "/": nobody is sent elsewhere after signing in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return "/"
    parts = urlsplit(target)
    unsafe = parts.scheme or parts.netloc or any(ord(character) < 32 for character in target)
    return "/" if unsafe or parts.path in {SIGN_IN, SET_UP} else target


def _guard() -> AnyResponse | None:
    path = request.path
    if path.startswith(OWN_GUARD_PREFIXES):
        return None
    try:
        if not is_open(path) and actor_or_none() is None:
            return _turn_away()
        csrf.check()
    except DashboardError as error:
        return problem(error)
    return None


def _turn_away() -> AnyResponse:
    """A person who opens a page goes to sign in (or to set up); a script is told so."""
    reads = request.method in {"GET", "HEAD"} and not request.path.startswith("/_")
    if not reads or request.accept_mimetypes.best_match(["text/html", "application/json"]) != "text/html":
        return problem(AuthenticationRequired())
    if not accounts.has_users():
        return redirect(SET_UP)
    target = local_path(request.full_path.rstrip("?"))
    return redirect(SIGN_IN if target == "/" else f"{SIGN_IN}?next={quote(target, safe='/')}")
