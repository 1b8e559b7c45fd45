"""Cross-site request forgery: a signed token, in a cookie and in a header or a form field, on every write.

With a session the token is bound to it; without one (sign-in, set-up) it is bound to itself by a signature.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import Flask, Response, current_app, g, request
from werkzeug.wrappers import Response as AnyResponse

from dashboard.errors import PermissionDenied
from dashboard.runtime import settings
from dashboard.security.cookies import cookie_name
from dashboard.web.identity import actor_or_none, session_token

HEADER = "X-CSRFToken"
FIELD = "csrf_token"
COOKIELESS = "/embed/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie(*, secure: bool) -> str:
    """The name of the cookie; the pages' scripts read it."""
    return cookie_name("basis_csrf", secure=secure)


def token() -> str:
    """The token of this request's session; of its own where there is no session."""
    if actor_or_none() is not None:
        return _signature(f"session:{session_token()}")
    given = request.cookies.get(_cookie(), "")
    if _is_signed(given):
        return given
    if "csrf_token" not in g:
        g.csrf_token = _fresh()
    return str(g.csrf_token)


def token_for(session: str) -> str:
    """The token of a session that is just being opened."""
    return _signature(f"session:{session}")


def check() -> None:
    """Refuse a write that does not carry the token. Raises: PermissionDenied."""
    if request.method in SAFE_METHODS:
        return
    given = request.headers.get(HEADER) or request.form.get(FIELD) or ""
    expected = token()
    in_cookie = hmac.compare_digest(request.cookies.get(_cookie(), "").encode(), expected.encode())
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise PermissionDenied("The request came from another site.")
    if not in_cookie or not hmac.compare_digest(given.encode(), expected.encode()):
        raise PermissionDenied("The page is out of date. Load it again.")


def remember(response: AnyResponse, value: str) -> None:
    """Put ``value`` where the pages' scripts find it."""
    g.csrf_remembered = True
    response.set_cookie(_cookie(), value, secure=settings().secure_cookies, httponly=False, samesite="Lax", path="/")


def install(server: Flask) -> None:
    """Keep the cookie of every page that is shown up to date."""
    server.after_request(_refresh)


def _refresh(response: Response) -> Response:
    embedded = request.path.startswith(COOKIELESS)
    shown = response.mimetype == "text/html" and "csrf_remembered" not in g and not embedded
    if shown and request.cookies.get(_cookie()) != token():
        remember(response, token())
    return response


def _cookie() -> str:
    return cookie(secure=settings().secure_cookies)


def _fresh() -> str:
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_signature(f'nonce:{nonce}')}"


def _is_signed(value: str) -> bool:
    nonce, _, signature = value.partition(".")
    return bool(nonce) and hmac.compare_digest(signature.encode(), _signature(f"nonce:{nonce}").encode())


def _signature(text: str) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"csrf:{text}".encode(), hashlib.sha256).hexdigest()
