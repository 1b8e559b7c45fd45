"""Refresh what has an old price: asked for from the banner, and followed above the cards."""

from __future__ import annotations

from dash import Dash, Input, State, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.domain.access import Actor, Permission
from dashboard.errors import InvalidInput
from dashboard.services import back_fills, performance, portfolios
from dashboard.web import back_fills as shown
from dashboard.web.callback import callback
from dashboard.web.page import ADDRESS_STORE
from pages.overview.banner import REFRESH, stale

PREFIX = "ov"


def place() -> Component:
    """Where the progress comes; outside what is made anew when a price has changed."""
    return html.Div(shown.progress(PREFIX), className="overview-fetch")


def start(actor: Actor, clicks: int | None, address: dict[str, str]) -> str:
    """Ask for the prices since the oldest of those that are old. Raises: NotFound, InvalidInput where none is."""
    if not clicks:
        raise PreventUpdate  # the button came onto the page: nobody has clicked
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    rows = stale(performance.holdings(actor, portfolio.id))
    days = [row.price_date for row in rows if row.price_date is not None]
    if not days:
        raise InvalidInput("No price is old any more.")
    return back_fills.ask(actor, [row.symbol for row in rows], min(days)).id


def register(app: Dash) -> None:
    """Add the callbacks."""
    callback(
        app,
        start,
        shown.store_of(PREFIX),
        Input(REFRESH, "n_clicks"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.PORTFOLIO_EDIT,
        prevent_initial_call=True,
    )
    shown.register(app, PREFIX, Permission.PORTFOLIO_VIEW)
