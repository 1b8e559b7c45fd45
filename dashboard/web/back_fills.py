"""A request for prices on a page: how the worker gets on, what failed, and the way to stop it.

A page makes the request by a callback of its own to the store ``<prefix>-fetch-id``; an equal one that is open is
joined.
"""

from __future__ import annotations

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.errors import DashboardError
from dashboard.formatting import numbers
from dashboard.results.back_fills import BackFill, BackFillState
from dashboard.services import back_fills
from dashboard.web.callback import callback
from dashboard.web.components.attributes import aria
from dashboard.web.components.basics import button

POLL_MS = 1000
FORGOTTEN = "Nothing is known of this request any more. What had come in is stored; ask again for the rest."
STOPPED = "Stopped. What had come in stays."
GAVE_UP = "The worker could not go on. What had come in stays."
Shown = tuple[list[Component], bool, bool]


def store_of(prefix: str) -> Output:
    """Where the callback that makes the request puts its name."""
    return Output(f"{prefix}-fetch-id", "data")


def progress(prefix: str) -> Component:
    """Where the progress comes, empty until something is asked for; polled only while it is open."""
    stopping = button("Stop", id=f"{prefix}-fetch-stop", kind="gh sm")
    return html.Div(
        [
            html.Div(id=f"{prefix}-fetch-state", className="fetch-state", role="status"),
            html.Div(stopping, id=f"{prefix}-fetch-stops", hidden=True),
            dcc.Interval(f"{prefix}-fetch-poll", interval=POLL_MS, disabled=True),
            dcc.Store(f"{prefix}-fetch-id"),
            dcc.Store(f"{prefix}-fetch-stopped"),
        ],
        className="fetch xs",
    )


def follow(actor: Actor, _ticks: int | None, back_fill_id: str | None, _stopped: int | None) -> Shown:
    """What the worker has told; whether there is nothing left to wait for, and nothing to stop."""
    found = back_fills.progress(back_fill_id or "")
    if found is None:
        return [html.P(FORGOTTEN)], True, True
    return told(found), not found.is_open, not found.is_open


def stop(actor: Actor, clicks: int, back_fill_id: str | None) -> int:
    """Stop the request before its next series."""
    back_fills.cancel(actor, back_fill_id or "")
    return clicks


def told(found: BackFill) -> list[Component]:
    """How a request gets on, in words, with its failures."""
    reasons = [html.Li(f"{failure.symbol}: {failure.reason}".removeprefix(": ")) for failure in found.failures]
    more = found.failed - sum(1 for failure in found.failures if failure.code)
    reasons += [html.Li(f"and {numbers.number(more, 0)} more")] if more > 0 else []
    failures = [html.Ul(reasons)] if reasons else []
    if not found.is_open:
        again: list[Component | str] = [" ", html.A("Show them", href="")] if found.rows else []
        return [html.P([_ended(found), *again]), *failures]
    label = f"{found.done} of {found.total} series"
    bar = html.Progress(value=str(found.done), max=str(max(found.total, 1)), **aria(label=label))
    return [bar, html.P(_going(found)), *failures]


def failed(error: DashboardError) -> Shown:
    """The failure in place of the progress; it is not asked for again by itself."""
    return [html.P(error.message, role="alert")], True, True


def register(app: Dash, prefix: str, permission: Permission) -> None:
    """Add the callbacks of the progress; ``permission`` is the page's own."""
    callback(
        app,
        stop,
        Output(f"{prefix}-fetch-stopped", "data"),
        Input(f"{prefix}-fetch-stop", "n_clicks"),
        State(f"{prefix}-fetch-id", "data"),
        permission=Permission.PORTFOLIO_EDIT,
        prevent_initial_call=True,
    )
    callback(
        app,
        follow,
        Output(f"{prefix}-fetch-state", "children"),
        Output(f"{prefix}-fetch-poll", "disabled"),
        Output(f"{prefix}-fetch-stops", "hidden"),
        Input(f"{prefix}-fetch-poll", "n_intervals"),
        Input(f"{prefix}-fetch-id", "data"),
        Input(f"{prefix}-fetch-stopped", "data"),
        permission=permission,
        on_error=failed,
        prevent_initial_call=True,
    )


def _going(found: BackFill) -> str:
    if found.state is BackFillState.WAITING:
        return "Waiting for a worker."
    current = f", {found.current} is being fetched" if found.current else ""
    return f"{found.done} of {found.total} series{current}."


def _ended(found: BackFill) -> str:
    if found.state is BackFillState.CANCELLED:
        return STOPPED
    if found.state is BackFillState.FAILED:
        return GAVE_UP
    if not found.rows:
        return "No price is new or different."
    return f"{numbers.number(found.rows, 0)} prices are new or different."
