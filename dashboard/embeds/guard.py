"""What holds for every address below ``/embed/``: only these views, only reading, and framed by their origins alone."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, request
from werkzeug.exceptions import MethodNotAllowed

from dashboard.errors import NotFound
from dashboard.web.csrf import SAFE_METHODS

BLUEPRINT = "embeds"
ROOT = "/embed/"


def install(server: Flask) -> None:
    """Refuse what is no view: Dash would answer it with a page."""
    server.before_request(_check)


def policy(origins: Iterable[str]) -> str:
    """The content security policy of a view that ``origins`` may frame; nobody where there is none."""
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(origins) or "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _check() -> None:
    if not request.path.startswith(ROOT):
        return
    if request.method not in SAFE_METHODS:
        raise MethodNotAllowed(valid_methods=["GET", "HEAD", "OPTIONS"])
    if request.url_rule is None or request.blueprint != BLUEPRINT:
        raise NotFound("There is no view at this address.")
