"""Sign-in, set-up and sign-out: plain Flask pages, so that nothing of Dash is open."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from dashboard.domain.access import Actor
from dashboard.errors import DashboardError, InvalidInput, TooManyRequests
from dashboard.observability.metrics import SIGN_INS
from dashboard.runtime import settings
from dashboard.security.tokens import derived_token
from dashboard.services import accounts, sessions
from dashboard.web import csrf
from dashboard.web.document import asset, page_context
from dashboard.web.guard import SET_UP, SIGN_IN, local_path
from dashboard.web.identity import actor_or_none, client_address, forget_token, remember_token, session_token

blueprint = Blueprint("auth", __name__, template_folder="templates")
logger = structlog.get_logger(__name__)
PROXY_HEADERS = ("X-Forwarded-For", "X-Real-IP", "Forwarded")
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def install(server: Flask) -> None:
    """Add the pages of signing in."""
    server.register_blueprint(blueprint)
    server.context_processor(page_context)


def announce_set_up(server: Flask) -> None:
    """While there is no user, tell the log where to make the first one from another machine."""
    with server.app_context():
        if not accounts.has_users():
            address = f"{settings().base_url}{SET_UP}?token={set_up_token(server)}"
            logger.warning("set_up.open", message=f"There is no user yet. Make the first one at {address}")


def set_up_token(server: Flask) -> str:
    """What opens set-up from another machine; worth nothing once there is a user."""
    return derived_token(str(server.secret_key), "set-up")


@blueprint.get("/favicon.ico")
def favicon() -> AnyResponse:
    """The icon, where browsers look for it unasked."""
    return redirect(asset("favicon.ico"))


@blueprint.get(SIGN_IN)
def sign_in_page() -> AnyResponse:
    """The form; who is signed in already goes on, and who is first sets up."""
    target = local_path(request.args.get("next"))
    if actor_or_none() is not None:
        return redirect(target)
    if not accounts.has_users():
        return redirect(SET_UP)
    return _form("sign_in.html", next=target)


@blueprint.post(SIGN_IN)
def sign_in() -> AnyResponse:
    """Check e-mail and password, and open a session under a new id."""
    email, target = request.form.get("email", ""), local_path(request.form.get("next"))
    try:
        actor = accounts.authenticate(email, request.form.get("password", ""), client_address())
    except DashboardError as error:
        SIGN_INS.labels(error.code).inc()
        return _form("sign_in.html", error=error, status=error.http_status, next=target, email=email)
    SIGN_INS.labels("ok").inc()
    return _enter(actor, target)


@blueprint.get(SET_UP)
def set_up_page() -> AnyResponse:
    """The form that makes the first administrator."""
    if accounts.has_users():
        return redirect(SIGN_IN)
    return _form("set_up.html", allowed=_may_set_up(), token=request.args.get("token", ""))


@blueprint.post(SET_UP)
def set_up() -> AnyResponse:
    """Make the first administrator and sign him in."""
    if accounts.has_users():
        return redirect(SIGN_IN)
    email, password, token = (request.form.get(name, "") for name in ("email", "password", "token"))
    if not _may_set_up():
        return _form("set_up.html", status=403, allowed=False, token="")
    try:
        if password != request.form.get("repeat", ""):
            raise InvalidInput("The two passwords differ.", field="repeat")
        user = accounts.create_first_admin(email, password, address=client_address())
    except DashboardError as error:
        return _form("set_up.html", error=error, status=error.http_status, allowed=True, token=token, email=email)
    return _enter(Actor(user.id, user.email, user.role, client_address()), "/")


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session."""
    sessions.end_session(session_token())
    response = redirect(SIGN_IN)
    forget_token(response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _enter(actor: Actor, target: str) -> AnyResponse:
    if session_token():
        sessions.end_session(session_token())
    token = sessions.open_session(actor, address=client_address(), agent=request.user_agent.string)
    response = redirect(target)
    remember_token(response, token)
    csrf.remember(response, csrf.token_for(token))
    return response


def _form(
    template: str, *, error: DashboardError | None = None, status: int = 200, next: str = "/", **values: object
) -> AnyResponse:
    field = (error.field if isinstance(error, InvalidInput) else None) or ""
    page = render_template(template, error=error.message if error else "", bad_field=field, next=next, **values)
    response = Response(page, status, mimetype="text/html")
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(max(1, round(error.retry_after_seconds)))
    return response


def _may_set_up() -> bool:
    """From this machine, by a name of this machine (a page elsewhere cannot make a browser do that), or by token."""
    given = request.values.get("token", "")
    return _is_local() or hmac.compare_digest(given.encode(), set_up_token(current_app).encode())


def _is_local() -> bool:
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    try:
        loopback = ipaddress.ip_address(client_address()).is_loopback
    except ValueError:
        return False
    return loopback and (urlsplit(f"//{request.host}").hostname or "") in LOCAL_NAMES
