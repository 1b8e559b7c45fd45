"""The first page: on to the first portfolio, or how to begin; and the form that makes a portfolio."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.errors import Conflict, InvalidInput
from dashboard.services import portfolios
from dashboard.web.callback import callback
from dashboard.web.components.basics import button, field, page_header
from dashboard.web.components.states import empty
from dashboard.web.page import Page, add_page, portfolio_path
from dashboard.web.state import ViewState

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "HKD", "SGD", "INR")


def register(app: Dash) -> None:
    """Add the page and its callback."""
    add_page(app, Page("home", "/", "Home", layout, Permission.PORTFOLIO_VIEW))
    add_page(app, Page("new_portfolio", "/new", "New portfolio", new_layout, Permission.PORTFOLIO_EDIT))
    callback(
        app,
        create,
        Output("new-go", "href"),
        Output("new-error", "children"),
        Input("new-create", "n_clicks"),
        State("new-name", "value"),
        State("new-currency", "value"),
        State("new-cash", "value"),
        permission=Permission.PORTFOLIO_EDIT,
        prevent_initial_call=True,
    )


def layout(actor: Actor, _view: ViewState) -> Component | list[Component]:
    """On to the first portfolio; where there is none, how to begin."""
    owned = portfolios.list_portfolios(actor)
    if owned:
        return dcc.Location(id="home-go", href=portfolio_path(owned[0].portfolio.slug), refresh=True)
    begin = button("Create a portfolio", href="/new", mark="plus-lg", kind="pri")
    text = "Everything here, from value to XIRR, is computed from what you bought, sold, received and paid."
    return html.Div(
        empty("Start with a portfolio", text, begin, picture="steps", alone=True), className="card-x page-empty"
    )


def new_layout(_actor: Actor, _view: ViewState) -> list[Component]:
    """The form that makes a portfolio."""
    name = dcc.Input(
        id="new-name", className="in", type="text", maxLength=80, placeholder="Long-term", autoComplete="off"
    )
    currency = dcc.Input(
        id="new-currency",
        className="in",
        type="text",
        list="new-currencies",
        value="EUR",
        maxLength=5,
        autoComplete="off",
    )
    known = html.Datalist([html.Option(value=code) for code in CURRENCIES], id="new-currencies")
    cash = dbc.Checkbox(
        id="new-cash", label="Track cash", value=True, input_class_name="ck", label_class_name="", class_name="check"
    )
    form = [
        field("Name", name),
        field("Currency", currency, hint="Every value is shown in it. It cannot be changed later."),
        html.Div(
            [
                cash,
                html.P("Deposits and withdrawals are then the flows, and cash is part of the value.", className="hint"),
            ]
        ),
        known,
        html.Div(id="new-error", className="hint bad", role="alert"),
        html.Div(
            [button("Create portfolio", id="new-create", kind="pri"), button("Cancel", href="/", kind="gh")],
            className="row-f",
        ),
        dcc.Location(id="new-go", refresh=True),
    ]
    return [page_header("New portfolio"), html.Div(html.Div(form, className="form-x"), className="card-x page-form")]


def create(actor: Actor, _clicks: int, name: str | None, currency: str | None, cash: bool) -> tuple[object, str]:
    """Make the portfolio and go to it; what is wrong is said beside the form."""
    try:
        made = portfolios.create_portfolio(
            actor, (name or "").strip(), (currency or "").strip().upper(), track_cash=bool(cash)
        )
    except (InvalidInput, Conflict) as error:
        return no_update, error.message
    return portfolio_path(made.slug), ""
