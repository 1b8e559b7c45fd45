"""The list of instruments, and the callback that narrows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any  # Any: what a grid tells of a click is free-form JSON

from dash import Dash, Input, Output, ctx, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.domain.access import Actor, Permission
from dashboard.errors import DashboardError
from dashboard.web import instrument_panel, state
from dashboard.web.callback import callback
from dashboard.web.components.attributes import aria
from dashboard.web.components.basics import button, icon, page_header, segmented
from dashboard.web.components.states import error_card
from dashboard.web.page import VIEW_STORE, Page, add_page
from dashboard.web.state import ViewState
from dashboard.web.view import Control, bind_view
from pages.instruments import elsewhere, listing

SHOWN = [
    (listing.Show.ALL.value, "All"),
    (listing.Show.HELD.value, "Held"),
    (listing.Show.PROBLEMS.value, "Problems"),
    (listing.Show.DELISTED.value, "Delisted"),
]
CONTROLS = {"q": Control("instruments-q"), "show": Control("instruments-show", listing.Show.ALL.value)}


def layout(actor: Actor, view: ViewState) -> Sequence[Component]:
    """The search, the filter and the list."""
    page, held = listing.found(actor, view)
    search = dcc.Input(
        id="instruments-q",
        type="search",
        value=view.get("q"),
        className="in",
        placeholder="Symbol, name or ISIN",
        debounce=0.3,
        maxLength=80,
        autoComplete="off",
    )
    bar = html.Div(
        [
            html.Label([icon("search"), html.Span("Search instruments", className="sr"), search], className="find"),
            segmented("instruments-show", SHOWN, listing.chosen(view).value, "Show"),
            html.Span(className="end"),
            html.Span(listing.counted(page), id="instruments-count", className="num t3 xs", **aria(live="polite")),
        ],
        className="row-f wrap list-bar",
    )
    rows = html.Div(listing.body(page, held, view), id="instruments-body", className="card-edge")
    new = button("New instrument", id="instruments-new", mark="plus-lg")
    return [
        page_header("Instruments", actions=[new]),
        html.Section([bar, rows], className="card-x", **aria(label="Instruments")),
        elsewhere.section(),
        instrument_panel.panel(),
    ]


def narrow(actor: Actor, search: str) -> tuple[list[Component], str]:
    """The instruments that the address asks for."""
    view = state.parse(search)
    page, held = listing.found(actor, view)
    return listing.body(page, held, view), listing.counted(page)


def opened(_actor: Actor, clicks: int | None, cell: dict[str, Any] | None) -> dict[str, str]:
    """Which instrument the panel is opened for: a new one, or that of the row whose pencil was clicked."""
    if ctx.triggered_id == "instruments-new" and clicks:
        return {"symbol": ""}
    if not cell or cell.get("colId") != listing.EDIT:
        raise PreventUpdate
    return {"symbol": str(cell.get("rowId") or ""), "at": str(cell.get("timestamp") or "")}


def failed(error: DashboardError) -> tuple[list[Component], str]:
    """The failure in the place of the list."""
    return [error_card(error)], ""


def register(app: Dash) -> None:
    """Add the page and its callback."""
    page = Page(
        "instruments", "/instruments", "Instruments", layout, Permission.INSTRUMENT_VIEW, "Research", "bar-chart-line"
    )
    add_page(app, page)
    bind_view(app, CONTROLS)
    elsewhere.register(app)
    instrument_panel.register(app)
    instrument_panel.open_from(
        app, opened, Input("instruments-new", "n_clicks"), Input("instruments-grid", "cellClicked")
    )
    callback(
        app,
        narrow,
        Output("instruments-body", "children"),
        Output("instruments-count", "children"),
        Input(VIEW_STORE, "data"),
        permission=Permission.INSTRUMENT_VIEW,
        on_error=failed,
        prevent_initial_call=True,
    )
