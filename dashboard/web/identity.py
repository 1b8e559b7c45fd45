"""Who makes a request: flask-login over the token cookie of a server-side session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, request
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, current_user

from dashboard.domain.access import Actor
from dashboard.errors import AuthenticationRequired
from dashboard.runtime import settings
from dashboard.security.cookies import SESSION, cookie_name
from dashboard.services import sessions

if TYPE_CHECKING:
    from flask import Request
    from werkzeug.wrappers import Response

SESSION_SECONDS = int(sessions.ABSOLUTE.total_seconds())


@dataclass(frozen=True, slots=True, eq=False)
class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """A person as flask-login sees him."""

    actor: Actor

    def get_id(self) -> str:
        """The id of the user, as text."""
        return str(self.actor.user_id)


class _NoClientSession(SessionInterface):
    """Nothing is kept in a signed cookie: sessions are rows. flask-login reads an empty one each time."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        return SecureCookieSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        return None


def install(server: Flask) -> None:
    """Let flask-login find the person of a request by our own cookie; its cookies are never set."""
    server.session_interface = _NoClientSession()
    manager = LoginManager(server)
    manager.session_protection = None
    manager.request_loader(_load)


def session_token() -> str:
    """The session token that the request carries, "" without one."""
    return request.cookies.get(_session_cookie(), "")


def actor_or_none() -> Actor | None:
    """The person of the request, None where nobody is signed in."""
    return current_user.actor if current_user.is_authenticated else None


def current_actor() -> Actor:
    """The person of the request. Raises: AuthenticationRequired."""
    actor = actor_or_none()
    if actor is None:
        raise AuthenticationRequired
    return actor


def remember_token(response: Response, token: str) -> None:
    """Put a new session's token into the browser."""
    response.set_cookie(
        _session_cookie(),
        token,
        max_age=SESSION_SECONDS,
        secure=settings().secure_cookies,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def forget_token(response: Response) -> None:
    """Take the session's token out of the browser."""
    response.delete_cookie(_session_cookie(), secure=settings().secure_cookies, httponly=True, samesite="Lax", path="/")


def client_address() -> str:
    """Where the request comes from; proxies count only as far as ``TRUSTED_PROXIES`` says."""
    return request.remote_addr or ""


def _load(_request: Request) -> SignedIn | None:
    token = session_token()
    actor = sessions.actor_for(token, client_address()) if token else None
    return SignedIn(actor) if actor is not None else None


def _session_cookie() -> str:
    return cookie_name(SESSION, secure=settings().secure_cookies)
