"""The callbacks of the overview: redrawn when the view in the address changes, and when the stream says so."""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.errors import InsufficientData
from dashboard.services import performance, portfolios, valuation
from dashboard.web import state
from dashboard.web.callback import callback
from dashboard.web.components import benchmarks, period_days
from dashboard.web.components.states import empty
from dashboard.web.page import ADDRESS_STORE, VIEW_STORE, Page, add_page
from dashboard.web.prepared import Fragment
from dashboard.web.view import Control, bind_view
from pages.overview import allocation, chart, refreshing
from pages.overview.layout import BODY, CHANGED, content, layout
from pages.overview.retry import failed

Address = dict[str, str]


def redraw(actor: Actor, search: str, address: Address) -> tuple[list[Component], Component, bool, str]:
    """The chart for the timeframe, the dates, the benchmark and the measure in the address."""
    view = state.parse(search)
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    today, first = valuation.today_of(portfolio), performance.summary(actor, portfolio.id).period.start
    custom = view.timeframe is state.Timeframe.CUSTOM
    fault = period_days.fault(search, today, first) if custom else ""
    try:
        period = chart.period_of(view, today, first, performance.holdings(actor, portfolio.id))
        legend, plot = chart.drawn(actor, portfolio, view, period)
    except InsufficientData as error:
        legend, plot = [], empty("Nothing to draw", error.message)
    return legend, plot, not custom, fault


def regroup(actor: Actor, by: str, look: list[str], address: Address) -> tuple[list[Component], bool]:
    """The treemap by another grouping, or through funds, and whether there is none to look through."""
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    through = allocation.through_funds(actor, portfolio, by)
    report = performance.holdings(actor, portfolio.id)
    return allocation.body(report, allocation.grouping(by), through if look else None), through is None


def refresh(actor: Actor, _count: int, search: str, address: Address) -> Fragment:
    """Everything anew: the ledger or a price has changed, or a person tries again."""
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    return content(actor, portfolio, state.parse(search))


def register(app: Dash) -> None:
    """Add the page and its callbacks."""
    page = Page(
        "overview", "/p/<slug>", "Overview", layout, Permission.PORTFOLIO_VIEW, "Portfolio", "grid-1x2", "Overview"
    )
    add_page(app, page)
    refreshing.register(app)
    bind_view(
        app,
        {
            "tf": Control("tf", state.Timeframe.YEAR.value),
            "mode": Control("mode", "value"),
            "by": Control("by", "class"),
            "look": Control("look"),
            "bm": Control("benchmark", benchmarks.OWN),
            "from": Control("tf-from"),
            "to": Control("tf-to"),
        },
    )
    _draw_anew(app)
    app.clientside_callback(ClientsideFunction("overview", "filter"), Input("holdings-filter", "value"))
    app.clientside_callback(ClientsideFunction("overview", "drawn"), Input(BODY, "children"))


def _draw_anew(app: Dash) -> None:
    """The value for another period, the allocation by another grouping, everything when a figure may have changed."""
    callback(
        app,
        redraw,
        Output("value-legend", "children"),
        Output("value-plot", "children"),
        Output("tf-days", "hidden"),
        Output("tf-hint", "children"),
        Input(VIEW_STORE, "data"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.PORTFOLIO_VIEW,
        on_error=lambda error: ([], failed(error), no_update, ""),
        prevent_initial_call=True,
    )
    callback(
        app,
        regroup,
        Output("allocation-body", "children"),
        Output("allocation-look", "hidden"),
        Input("by", "value"),
        Input("look", "value"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.PORTFOLIO_VIEW,
        on_error=lambda error: (failed(error), no_update),
        prevent_initial_call=True,
    )
    callback(
        app,
        refresh,
        Output(BODY, "children"),
        Input(CHANGED, "data"),
        State(VIEW_STORE, "data"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.PORTFOLIO_VIEW,
        prevent_initial_call=True,
    )
