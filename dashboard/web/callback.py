"""The one way to register a callback: it names the permission that it needs.

The function gets the actor first, then the values of its dependencies. A :class:`DashboardError` becomes a notice, or
what ``on_error`` makes of it. Refusals and failures keep their HTTP status; ``assets/10-fetch.js`` hands the renderer
the body all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from dash import Dash, ctx, no_update
from dash.exceptions import PreventUpdate
from redis.exceptions import RedisError

from dashboard.db.engine import db
from dashboard.db.failures import OperationalError, PoolTimeout
from dashboard.domain.access import Actor, Permission
from dashboard.errors import DashboardError, PermissionDenied
from dashboard.observability.metrics import CALLBACK_SECONDS, ERRORS
from dashboard.services import audit
from dashboard.web import notices
from dashboard.web.identity import current_actor
from dashboard.web.problems import unavailable
from dashboard.web.values import checked_values

RENDERED_HEADER = "X-Dashboard-Rendered"
SHOWN_AS_THEY_ARE = frozenset({401, 403, 404, 500, 502, 503})

logger = structlog.get_logger(__name__)

Rendered = Any  # what a callback returns is Dash's: components, figures, plain JSON
OnError = Callable[[DashboardError], Rendered]


def callback(
    app: Dash,
    function: Callable[..., Rendered],
    *dependencies: object,
    permission: Permission,
    on_error: OnError | None = None,
    prevent_initial_call: bool | str = False,
    running: list[object] | None = None,
) -> None:
    """Register ``function(actor, *values)`` for ``dependencies`` (outputs, inputs, states, as Dash has them)."""
    run = guarded(function, permission, on_error)
    app.callback(*dependencies, prevent_initial_call=prevent_initial_call, running=running)(run)


def guarded(
    function: Callable[..., Rendered], permission: Permission, on_error: OnError | None = None
) -> Callable[..., Rendered]:
    """``function`` behind ``permission``, with its failures turned into something a person can read."""

    check = checked_values(function)

    @wraps(function)
    def run(*values: object, **named: object) -> Rendered:
        started, result = time.perf_counter(), "ok"
        try:
            actor = permitted(permission)
            check(values)
            return function(actor, *values, **named)
        except PreventUpdate:
            raise
        except DashboardError as error:
            result = error.code
            return refuse(error, on_error)
        except (OperationalError, PoolTimeout, RedisError) as error:
            result = "service_unavailable"
            return refuse(unavailable(error), on_error)
        except Exception:  # the edge of a callback: logged, and told with a reference
            result = "failed"
            return refuse(_unexpected(function), on_error)
        finally:
            name = f"{function.__module__}.{function.__qualname__}"
            CALLBACK_SECONDS.labels(name, result).observe(time.perf_counter() - started)

    run.permission = permission  # type: ignore[attr-defined]  # the permission test reads it
    return run


def permitted(permission: Permission) -> Actor:
    """The person of the request, who may do this. Raises: AuthenticationRequired, PermissionDenied."""
    actor = current_actor()
    if not actor.may(permission):
        audit.record(actor, "permission.denied", result="denied", details={"permission": permission.value})
        raise PermissionDenied("Your role does not allow this.")
    return actor


def refuse(error: DashboardError, on_error: OnError | None = None) -> Rendered:
    """Answer with ``on_error``'s rendering of a failure, else with a notice and nothing changed."""
    keep_status(error.http_status)
    if on_error is not None:
        return on_error(error)
    notices.show_error(error)
    return no_update


def keep_status(status: int) -> None:
    """Give the answer of the running callback the HTTP status of a refusal, and mark it as to be rendered."""
    if status in SHOWN_AS_THEY_ARE:
        response = ctx.response.callback_response
        response.status_code = status
        response.headers[RENDERED_HEADER] = "1"


def _unexpected(function: Callable[..., Rendered]) -> DashboardError:
    db.session.rollback()
    logger.exception("callback.failed", callback=f"{function.__module__}.{function.__qualname__}")
    ERRORS.labels("callback").inc()
    return DashboardError("Something went wrong here. It is in the log under this reference.")
