"""The callback of the holdings: drawn anew when the view in the address changes, and when the stream says so."""

from __future__ import annotations

from dash import Dash, Input, Output, State

from dashboard.domain.access import Actor, Permission
from dashboard.services import portfolios
from dashboard.web import state
from dashboard.web.callback import callback
from dashboard.web.components.states import error_card
from dashboard.web.page import ADDRESS_STORE, VIEW_STORE, Page, add_page
from dashboard.web.prepared import Fragment
from dashboard.web.view import Control, bind_view
from pages.holdings.layout import BODY, CHANGED, content, layout

Address = dict[str, str]


def redraw(actor: Actor, search: str, _count: int, address: Address) -> Fragment:
    """The cards for the period and the grouping in the address."""
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    return content(actor, portfolio, state.parse(search))


def register(app: Dash) -> None:
    """Add the page and its callback."""
    permission = Permission.PORTFOLIO_VIEW
    page = Page("holdings", "/p/<slug>/holdings", "Holdings", layout, permission, "Portfolio", "layers", "Holdings")
    add_page(app, page)
    bind_view(
        app,
        {"tf": Control("hp-tf", state.Timeframe.YEAR.value), "by": Control("hp-by", "asset_class")},
    )
    callback(
        app,
        redraw,
        Output(BODY, "children"),
        Input(VIEW_STORE, "data"),
        Input(CHANGED, "data"),
        State(ADDRESS_STORE, "data"),
        permission=permission,
        on_error=error_card,
        prevent_initial_call=True,
    )
