"""The menu that puts the instrument on watchlists and takes it off."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import Dash, Input, Output, State, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.domain.access import Actor, Permission
from dashboard.services import market_data, watchlists
from dashboard.web import notices
from dashboard.web.callback import callback
from dashboard.web.components.basics import button, icon
from dashboard.web.page import ADDRESS_STORE

ID = "px-watch"


def menu(actor: Actor, symbol: str) -> Component:
    """The button and the person's lists; ticked are those that have the instrument."""
    owned = watchlists.list_watchlists(actor)
    ticked = [str(one.id) for one in owned if symbol in one.symbols]
    summary = html.Summary(_words(bool(ticked)), className="b", id="px-watch-words", title="Add to watchlists")
    choice = dbc.Checklist(
        id=ID,
        options=[{"value": str(one.id), "label": one.name} for one in owned],
        value=ticked,
        className="px-choices",
    )
    new = button("New watchlist", href="/watchlists?new=1", mark="plus-lg", kind="gh sm")
    return html.Details([summary, html.Div([choice, new], className="px-pop px-watch-pop")], className="px-menu")


def follow(actor: Actor, ticked: list[str] | None, address: dict[str, str]) -> list[Component | str]:
    """Put the instrument on the lists that are ticked, and take it off the others; the words of the button."""
    symbol = market_data.instrument(actor, str(address.get("symbol", ""))).symbol
    if ticked is None:
        raise PreventUpdate
    chosen = {watchlists.watchlist_at(actor, str(text)).id for text in ticked}
    changed = [one for one in watchlists.list_watchlists(actor) if (symbol in one.symbols) != (one.id in chosen)]
    if not changed:
        raise PreventUpdate
    for one in changed:
        if one.id in chosen:
            watchlists.add(actor, one.id, [symbol])
            notices.show(f"{symbol} is on {one.name}.")
        else:
            watchlists.remove(actor, one.id, symbol)
            notices.show(f"{symbol} is off {one.name}.")
    return _words(bool(chosen))


def register(app: Dash) -> None:
    """Add the callback."""
    callback(
        app,
        follow,
        Output("px-watch-words", "children"),
        Input(ID, "value"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.WATCHLIST_EDIT,
        prevent_initial_call=True,
    )


def _words(watched: bool) -> list[Component | str]:
    return [icon("star-fill", "acc-text"), "Watched"] if watched else [icon("star"), "Watch"]
