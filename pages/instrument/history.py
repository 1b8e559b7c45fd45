"""The history on demand: the button that asks for all of it, how the worker gets on, and the way to stop it."""

from __future__ import annotations

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.errors import DashboardError
from dashboard.formatting import numbers
from dashboard.results.back_fills import BackFill, BackFillState
from dashboard.services import back_fills, market_data
from dashboard.web.callback import callback
from dashboard.web.components.attributes import aria
from dashboard.web.components.basics import button, card
from dashboard.web.page import ADDRESS_STORE

POLL_MS = 1000
FORGOTTEN = "Nothing is known of this request any more. What had come in is stored; ask again for the rest."
STOPPED = "Stopped. What had come in stays."
Shown = tuple[list[Component], bool, bool, bool]


def history_card() -> Component:
    """The card; what the worker says comes into it while it runs."""
    buttons = [
        button("Fetch history", id="px-fetch", mark="download", kind="sm"),
        html.Div(button("Stop", id="px-fetch-stop", kind="gh sm"), id="px-fetch-stops", hidden=True),
    ]
    return card(
        "History",
        [
            html.P("Asks the provider for every price since the first one. What is stored stays.", className="t3 xs"),
            html.Div(buttons, className="row-f wrap px-fetch-buttons"),
            html.Div(id="px-fetch-state", className="px-fetch xs", role="status"),
            dcc.Interval("px-fetch-poll", interval=POLL_MS, disabled=True),
            dcc.Store("px-fetch-id"),
            dcc.Store("px-fetch-stopped"),
        ],
    )


def start(actor: Actor, _clicks: int, address: dict[str, str]) -> str:
    """Ask for the history of the page's instrument; an open request for it is joined. Raises: NotFound."""
    detail = market_data.instrument(actor, address.get("symbol", ""))
    return back_fills.ask(actor, [detail.symbol]).id


def stop(actor: Actor, clicks: int, back_fill_id: str | None) -> int:
    """Stop the request before its next series."""
    back_fills.cancel(actor, back_fill_id or "")
    return clicks


def follow(actor: Actor, _ticks: int | None, back_fill_id: str | None, _stopped: int | None) -> Shown:
    """What the worker has told; whether there is nothing left to wait for, to stop, and to ask for."""
    found = back_fills.progress(back_fill_id or "")
    if found is None:
        return [html.P(FORGOTTEN)], True, True, False
    return told(found), not found.is_open, not found.is_open, found.is_open


def told(found: BackFill) -> list[Component]:
    """How a request gets on, in words, with its failures."""
    reasons = [html.Li(f"{failure.symbol}: {failure.reason}".removeprefix(": ")) for failure in found.failures]
    failures = [html.Ul(reasons, className="px-fetch-failures")] if reasons else []
    if found.is_open:
        label = f"{found.done} of {found.total} series"
        bar = html.Progress(value=str(found.done), max=str(max(found.total, 1)), **aria(label=label))
        return [bar, html.P(_going(found)), *failures]
    return [html.P(_ended(found)), *failures]


def _going(found: BackFill) -> str:
    if found.state is BackFillState.WAITING:
        return "Waiting for a worker."
    current = f", {found.current} is being fetched" if found.current else ""
    return f"{found.done} of {found.total} series{current}."


def _ended(found: BackFill) -> str:
    if found.state is BackFillState.CANCELLED:
        return STOPPED
    if found.state is BackFillState.FAILED:
        return "The worker could not go on. What had come in stays."
    changed = (
        "No price is new or different."
        if not found.rows
        else f"{numbers.number(found.rows, 0)} prices are new or different."
    )
    return f"{changed} Load the page again to see them." if found.rows else changed


def failed(error: DashboardError) -> Shown:
    """The failure in place of the progress; it is not asked for again by itself."""
    return [html.P(error.message, role="alert")], True, True, False


def register(app: Dash) -> None:
    """Add the callbacks."""
    callback(
        app,
        start,
        Output("px-fetch-id", "data"),
        Input("px-fetch", "n_clicks"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.PORTFOLIO_EDIT,
        prevent_initial_call=True,
    )
    callback(
        app,
        stop,
        Output("px-fetch-stopped", "data"),
        Input("px-fetch-stop", "n_clicks"),
        State("px-fetch-id", "data"),
        permission=Permission.PORTFOLIO_EDIT,
        prevent_initial_call=True,
    )
    callback(
        app,
        follow,
        Output("px-fetch-state", "children"),
        Output("px-fetch-poll", "disabled"),
        Output("px-fetch-stops", "hidden"),
        Output("px-fetch", "disabled"),
        Input("px-fetch-poll", "n_intervals"),
        Input("px-fetch-id", "data"),
        Input("px-fetch-stopped", "data"),
        permission=Permission.INSTRUMENT_VIEW,
        on_error=failed,
        prevent_initial_call=True,
    )
