"""The history on demand: the button that asks for all of it, and how the worker gets on."""

from __future__ import annotations

from dash import Dash, Input, State, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.services import back_fills, market_data
from dashboard.web import back_fills as shown
from dashboard.web.callback import callback
from dashboard.web.components.basics import button, card
from dashboard.web.page import ADDRESS_STORE

PREFIX = "px"


def history_card() -> Component:
    """The card; what the worker says comes into it while it runs."""
    ask = button("Fetch history", id="px-fetch", mark="download", kind="sm")
    text = "Asks the provider for every price since the first one. What is stored stays."
    return card("History", [html.P(text, className="t3 xs"), ask, shown.progress(PREFIX)], class_name="px-history")


def start(actor: Actor, _clicks: int, address: dict[str, str]) -> str:
    """Ask for the history of the page's instrument; an open request for it is joined. Raises: NotFound."""
    detail = market_data.instrument(actor, address.get("symbol", ""))
    return back_fills.ask(actor, [detail.symbol]).id


def register(app: Dash) -> None:
    """Add the callbacks."""
    callback(
        app,
        start,
        shown.store_of(PREFIX),
        Input("px-fetch", "n_clicks"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.PORTFOLIO_EDIT,
        prevent_initial_call=True,
    )
    shown.register(app, PREFIX, Permission.INSTRUMENT_VIEW)
