"""The callbacks of the overview: one service call each, redrawn when the view in the address changes."""

from __future__ import annotations

from dash import Dash, Input, Output, State
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.services import performance, portfolios, valuation
from dashboard.web import state
from dashboard.web.callback import callback
from dashboard.web.components.states import error_card
from dashboard.web.page import ADDRESS_STORE, VIEW_STORE, Page, add_page
from dashboard.web.view import Control, bind_view
from pages.overview import allocation, chart
from pages.overview.layout import layout


def redraw(actor: Actor, search: str, address: dict[str, str]) -> tuple[list[Component], dict[str, object], str, bool]:
    """The chart for the timeframe, the dates and the mode in the address."""
    view = state.parse(search)
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    first = performance.summary(actor, portfolio.id).period.start
    legend, figure, label = chart.drawn(actor, portfolio, view, view.period(valuation.today_of(portfolio), first))
    return legend, figure, label, view.timeframe is not state.Timeframe.CUSTOM


def regroup(actor: Actor, by: str, address: dict[str, str]) -> list[Component]:
    """The treemap by another grouping."""
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    return allocation.body(performance.holdings(actor, portfolio.id), allocation.grouping(by))


def register(app: Dash) -> None:
    """Add the page and its callbacks."""
    page = Page(
        "overview", "/p/<slug>", "Overview", layout, Permission.PORTFOLIO_VIEW, "Portfolio", "grid-1x2", "Overview"
    )
    add_page(app, page)
    bind_view(
        app,
        {
            "tf": Control("tf", state.Timeframe.YEAR.value),
            "mode": Control("mode", "value"),
            "by": Control("by", "class"),
            "from": Control("tf-from"),
            "to": Control("tf-to"),
        },
    )
    callback(
        app,
        redraw,
        Output("value-legend", "children"),
        Output("value-chart", "figure"),
        Output("value-chart-label", "aria-label"),
        Output("tf-days", "hidden"),
        Input(VIEW_STORE, "data"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.PORTFOLIO_VIEW,
        prevent_initial_call=True,
    )
    callback(
        app,
        regroup,
        Output("allocation-body", "children"),
        Input("by", "value"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.PORTFOLIO_VIEW,
        on_error=error_card,
        prevent_initial_call=True,
    )
    app.clientside_callback(
        """(chosen) => ({isExternalFilterPresent: {function: chosen === "all" ? "false" : "true"},
            doesExternalFilterPass: {function: chosen === "up" ? "params.data.day_change > 0" : "params.data.day_change < 0"}})""",
        Output("holdings-grid", "dashGridOptions"),
        Input("holdings-filter", "value"),
        prevent_initial_call=True,
    )
