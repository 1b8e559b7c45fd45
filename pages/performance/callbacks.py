"""The callback of performance and risk: the body is drawn anew when the view in the address changes."""

from __future__ import annotations

from dash import Dash, Input, Output, State
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.figures.growth import Scale
from dashboard.services import portfolios, valuation
from dashboard.web import state
from dashboard.web.callback import callback
from dashboard.web.components import benchmarks, period_days
from dashboard.web.components.states import error_card
from dashboard.web.page import ADDRESS_STORE, VIEW_STORE, Page, add_page
from dashboard.web.prepared import Fragment
from dashboard.web.view import Control, bind_view
from pages.performance.layout import BODY, content, layout, period_of

Address = dict[str, str]


def redraw(actor: Actor, search: str, address: Address) -> tuple[Fragment | Component, bool, str]:
    """The cards for the period, the benchmark and the choices in the address."""
    view = state.parse(search)
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    custom = view.timeframe is state.Timeframe.CUSTOM
    fault = ""
    if custom:
        _, first = period_of(actor, portfolio, view)
        fault = period_days.fault(search, valuation.today_of(portfolio), first)
    return content(actor, portfolio, view), not custom, fault


def register(app: Dash) -> None:
    """Add the page and its callback."""
    permission = Permission.PORTFOLIO_VIEW
    page = Page(
        "performance",
        "/p/<slug>/performance",
        "Performance",
        layout,
        permission,
        "Portfolio",
        "graph-up",
        "Performance",
    )
    add_page(app, page)
    bind_view(
        app,
        {
            "tf": Control("pf-tf", state.Timeframe.YEAR.value),
            "scale": Control("pf-scale", Scale.LINEAR.value),
            "series": Control("pf-series", "own"),
            "by": Control("pf-by", "asset_class"),
            "bm": Control("pf-benchmark", benchmarks.OWN),
            "from": Control("pf-from"),
            "to": Control("pf-to"),
        },
    )
    callback(
        app,
        redraw,
        Output(BODY, "children"),
        Output("pf-days", "hidden"),
        Output("pf-hint", "children"),
        Input(VIEW_STORE, "data"),
        State(ADDRESS_STORE, "data"),
        permission=permission,
        on_error=lambda error: (error_card(error), True, ""),
        prevent_initial_call=True,
    )
