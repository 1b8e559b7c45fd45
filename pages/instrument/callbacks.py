"""The page of an instrument and the callback that redraws its chart when the view in the address changes."""

from __future__ import annotations

from dash import Dash, Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.domain.access import Actor, Permission
from dashboard.errors import DashboardError
from dashboard.figures.states import error_figure
from dashboard.services import instrument_positions, market_data
from dashboard.web import instrument_panel, state
from dashboard.web.callback import callback
from dashboard.web.components.data import Json
from dashboard.web.components.states import error_card
from dashboard.web.page import ADDRESS_STORE, VIEW_STORE, Page, add_page
from dashboard.web.problems import reference
from dashboard.web.theme import current_theme
from dashboard.web.view import Control, bind_view
from pages.instrument import chart, following, history
from pages.instrument.layout import layout
from pages.instrument.series import ADJUSTED

CONTROLS = {
    "tf": Control("px-tf", state.Timeframe.YEAR.value),
    "iv": Control("px-interval", "D"),
    "style": Control("px-style", "candles"),
    "as": Control("px-as", "chart"),
    "adj": Control("px-adjust", ADJUSTED),
    "ind": Control("px-ind"),
    "from": Control("px-from"),
    "to": Control("px-to"),
}
Redrawn = tuple[Json, str, list[Component], list[Component], str, str, str, bool, bool, bool]


def redraw(actor: Actor, search: str, address: dict[str, str]) -> Redrawn:
    """The chart (or the table) of the bars that the address asks for."""
    view = state.parse(search)
    symbol = address.get("symbol", "")
    detail = market_data.instrument(actor, symbol)
    positions = instrument_positions.positions_in(actor, symbol)
    tabular = view.get("as") == "table"
    found = chart.drawn(detail, view, positions)
    return *found, tabular, not tabular, view.timeframe is not state.Timeframe.CUSTOM


def opened(_actor: Actor, clicks: int | None, symbol: str | None) -> dict[str, str | int]:
    """The panel is opened for the instrument of the page."""
    if not clicks:
        raise PreventUpdate
    return {"symbol": symbol or "", "at": clicks, "page": 1}


def failed(error: DashboardError) -> Redrawn:
    """The failure in the place of the chart."""
    figure = error_figure(error.message, reference(), theme=current_theme(), height=chart.HEIGHT)
    figure["layout"].pop("height", None)
    return figure, error.message, [], [error_card(error)], "", "", "", False, True, True


def register(app: Dash) -> None:
    """Add the page and its callbacks."""
    add_page(
        app, Page("instrument", "/i/<symbol>", "Instrument", layout, Permission.INSTRUMENT_VIEW, parent="instruments")
    )
    bind_view(app, CONTROLS)
    instrument_panel.open_from(app, opened, Input("px-edit", "n_clicks"), State("px-edit", "value"))
    history.register(app)
    following.register(app)
    callback(
        app,
        redraw,
        Output("px-chart", "figure"),
        Output("px-label", "aria-label"),
        Output("px-change", "children"),
        Output("px-table", "children"),
        Output("px-csv", "href"),
        Output("px-figure", "className"),
        Output("px-ind-count", "children"),
        Output("px-figure", "hidden"),
        Output("px-table", "hidden"),
        Output("px-days", "hidden"),
        Input(VIEW_STORE, "data"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.INSTRUMENT_VIEW,
        on_error=failed,
        prevent_initial_call=True,
    )
