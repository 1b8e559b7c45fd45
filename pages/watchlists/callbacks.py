"""The callbacks of watchlists: what is added, removed, put in order, noted, renamed and deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.domain.access import Actor, Permission
from dashboard.errors import Conflict, InvalidInput, NotFound
from dashboard.results.watchlists import WatchItem, Watchlist
from dashboard.services import watchlists
from dashboard.web import notices
from dashboard.web.callback import callback
from dashboard.web.page import ADDRESS_STORE, Page, add_page
from pages.watchlists import adding
from pages.watchlists.layout import ASKED, BODY, CHANGED, NOTED, content, first, layout, path, switcher

Address = dict[str, str]
Json = dict[str, Any]  # what a store of the page holds: nothing is known of it yet
UNDO = "watchlist:"
VIEW, EDIT = Permission.WATCHLIST_VIEW, Permission.WATCHLIST_EDIT


def show(actor: Actor, _changed: object, address: Address) -> tuple[list[Component], Component]:
    """The list as it is after a change."""
    found = _watchlist(actor, address)
    return content(found), switcher(actor, found)


def suggest(actor: Actor, text: str | None, address: Address) -> list[Component]:
    """What could be added, while one types."""
    return adding.hits(actor, _watchlist(actor, address), text or "")


def add(
    actor: Actor,
    _enters: int | None,
    _clicks: list[int | None],
    text: str | None,
    changed: int | None,
    address: Address,
) -> tuple[int, str]:
    """Add what was typed or clicked."""
    found = _watchlist(actor, address)
    clicked = ctx.triggered_id
    if isinstance(clicked, dict):
        if not any(item["value"] for item in ctx.triggered):
            raise PreventUpdate  # the buttons came onto the page: nobody has clicked
        symbols = [str(clicked.get("watch-add"))]
    else:
        symbols = adding.chosen(actor, text or "")
    if not symbols:
        raise PreventUpdate
    after = watchlists.add(actor, found.id, symbols)
    if after.symbols == found.symbols:
        notices.show(f"{', '.join(symbols)} is on {found.name} already.", tone=notices.Tone.INFO)
    return (changed or 0) + 1, ""


def act(actor: Actor, asked: Json, changed: int | None, address: Address) -> object:
    """Remove, or put in order: what a row of the grid asks for."""
    found = _watchlist(actor, address)
    what, symbol = (asked or {}).get("what"), str((asked or {}).get("symbol") or "")
    if what == "arrange":
        watchlists.arrange(actor, found.id, _symbols(asked.get("symbols")))
    elif what == "remove":
        watchlists.remove(actor, found.id, symbol)
        item = next(one for one in found.items if one.symbol == symbol)
        before = {"symbol": symbol, "note": item.note, "at": found.symbols.index(symbol)}
        name = f"{UNDO}{found.id}:{json.dumps(before)}"
        notices.show(f"{symbol} is off {found.name}.", action="Undo", action_id=name)
        return (changed or 0) + 1
    else:
        raise PreventUpdate
    return no_update  # the grid shows it already


def note(actor: Actor, noted: Json, _changed: int | None, address: Address) -> object:
    """Keep what was written beside an instrument."""
    found = _watchlist(actor, address)
    if not isinstance(noted, dict) or not noted.get("symbol"):
        raise PreventUpdate
    watchlists.set_note(actor, found.id, str(noted["symbol"]), str(noted.get("note") or ""))
    return no_update  # the grid shows it already


def undo(actor: Actor, action: Json, changed: int | None, address: Address) -> int:
    """Put back what was taken off, where it was and with its note."""
    found = _watchlist(actor, address)
    name = str(action.get("id", "")) if isinstance(action, dict) else ""
    if not name.startswith(f"{UNDO}{found.id}:"):
        raise PreventUpdate
    symbol, note, at = _taken_off(name.partition(":")[2].partition(":")[2])
    items = [item for item in found.items if item.symbol != symbol]
    watchlists.replace(actor, found.id, [*items[:at], WatchItem(symbol, note), *items[at:]])
    return (changed or 0) + 1


def choose_columns(actor: Actor, columns: list[str], changed: int | None, address: Address) -> int:
    """Show these columns from now on."""
    found = _watchlist(actor, address)
    if not isinstance(columns, list) or set(columns) == {column.value for column in found.columns}:
        raise PreventUpdate
    watchlists.set_columns(actor, found.id, _symbols(columns))
    return (changed or 0) + 1


def rename(actor: Actor, clicks: int | None, _enters: int | None, name: str | None, address: Address) -> str:
    """Give the list another name, and show its page anew."""
    found = _watchlist(actor, address)
    if name is None or name == found.name:
        raise PreventUpdate
    return path(watchlists.rename(actor, found.id, name).id)


def delete(actor: Actor, clicks: int | None, address: Address) -> str:
    """Delete the list, and go on to the first one."""
    found = _watchlist(actor, address)
    if not clicks:
        raise PreventUpdate
    watchlists.delete(actor, found.id)
    return "/watchlists"


def create(actor: Actor, _clicks: int | None, _enters: int | None, name: str | None) -> tuple[object, str]:
    """Make a list and go to it; what is wrong is said beside the form."""
    try:
        return path(watchlists.create(actor, name or "").id), ""
    except (InvalidInput, Conflict) as error:
        return no_update, error.message


def register(app: Dash) -> None:
    """Add the pages and their callbacks."""
    add_page(app, Page("watchlists", "/watchlists", "Watchlists", first, VIEW, "Research", "eye"))
    add_page(app, Page("watchlist", "/watchlists/<watchlist_id>", "Watchlist", layout, VIEW, parent="watchlists"))
    address = State(ADDRESS_STORE, "data")
    again = Output(CHANGED, "data", allow_duplicate=True)
    reads: tuple[tuple[Callable[..., object], list[Output], Input], ...] = (
        (show, [Output(BODY, "children"), Output("watchlist-switcher", "children")], Input(CHANGED, "data")),
        (suggest, [Output("watchlist-hits", "children")], Input("watchlist-q", "value")),
    )
    for read, outputs, source in reads:
        callback(app, read, *outputs, source, address, permission=VIEW, prevent_initial_call=True)
    callback(
        app,
        add,
        again,
        Output("watchlist-q", "value"),
        Input("watchlist-q", "n_submit"),
        Input({"watch-add": ALL}, "n_clicks"),
        State("watchlist-q", "value"),
        State(CHANGED, "data"),
        address,
        permission=EDIT,
        prevent_initial_call=True,
    )
    writes: tuple[tuple[Callable[..., object], Input], ...] = (
        (act, Input(ASKED, "data")),
        (note, Input(NOTED, "data")),
        (undo, Input(notices.ACTION_STORE, "data")),
        (choose_columns, Input("watchlist-columns", "value")),
    )
    for write, source in writes:
        callback(app, write, again, source, State(CHANGED, "data"), address, permission=EDIT, prevent_initial_call=True)
    go = Output("watchlist-go", "href", allow_duplicate=True)
    names = (Input("watchlist-rename", "n_clicks"), Input("watchlist-name", "n_submit"))
    callback(
        app, rename, go, *names, State("watchlist-name", "value"), address, permission=EDIT, prevent_initial_call=True
    )
    confirmed = Input("watchlist-delete", "submit_n_clicks")
    callback(app, delete, go, confirmed, address, permission=EDIT, prevent_initial_call=True)
    callback(
        app,
        create,
        Output("watchlist-new-go", "href"),
        Output("watchlist-new-error", "children"),
        Input("watchlist-create", "n_clicks"),
        Input("watchlist-new-name", "n_submit"),
        State("watchlist-new-name", "value"),
        permission=EDIT,
        prevent_initial_call=True,
    )


def _watchlist(actor: Actor, address: Address) -> Watchlist:
    return watchlists.watchlist_at(actor, str(address.get("watchlist_id", "")))


def _symbols(given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise InvalidInput("This is not what the page sends. Load it again.")
    return given


def _taken_off(text: str) -> tuple[str, str, int]:
    """Symbol, note and place of what a notice offers to put back. Raises: NotFound."""
    try:
        before = json.loads(text)
        return str(before["symbol"]), str(before["note"]), max(0, int(before["at"]))
    except (ValueError, KeyError, TypeError):
        raise NotFound("There is nothing to put back.") from None
