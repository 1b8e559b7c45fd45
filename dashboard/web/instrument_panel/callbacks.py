"""What the panel does: it shows an instrument, and each of its buttons is one call of a service."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.domain.access import Actor, Permission
from dashboard.errors import Conflict, InvalidInput, NotFound
from dashboard.results.instrument_editing import MergePlan, PriceAddress
from dashboard.services import instruments, market_data
from dashboard.web import notices
from dashboard.web.callback import callback
from dashboard.web.instrument_panel import form
from dashboard.web.instrument_panel.sections import ADDRESS_PARTS

Json = dict[str, Any]  # what a store of the page holds: nothing is known of it yet
Shown = tuple[object, object, object, object]


def show(actor: Actor, opened: Json) -> tuple[list[Component], str, bool, str]:
    """The form of the instrument that is to be changed, or of a new one."""
    symbol = _symbol(opened)
    if not symbol:
        return form.new_form(), "New instrument", True, ""
    found = instruments.editable_instrument(actor, symbol)
    return form.edit_form(found), found.detail.name or symbol, True, ""


def act(
    actor: Actor,
    _clicks: list[int | None],
    values: list[object],
    ids: list[dict[str, str]],
    typed: list[object],
    names: list[dict[str, str]],
    opened: Json,
) -> Shown:
    """Do what the button says; what is wrong is said in the panel, which then stays open."""
    if not ctx.triggered_id or not any(item["value"] for item in ctx.triggered):
        raise PreventUpdate  # the buttons came into the panel: nobody has clicked
    action, _, rest = str(ctx.triggered_id.get("ie-do")).partition(" ")
    fields = {str(one.get("ie")): value for one, value in zip(ids or (), values or (), strict=False)}
    lines = {
        str(one.get("ie-line")): str(value or "").strip() for one, value in zip(names or (), typed or (), strict=False)
    }
    if action == "close":
        return no_update, "", False, no_update
    try:
        symbol = _symbol(opened)
        path = _page_of(symbol) if (opened or {}).get("page") else "/instruments"
        return _done(actor, action, rest, symbol, fields, lines, path)
    except (Conflict, InvalidInput, NotFound) as error:
        return no_update, error.message, no_update, no_update


def _done(actor: Actor, action: str, rest: str, symbol: str, fields: Json, lines: dict[str, str], path: str) -> Shown:
    """What the panel is after an action: its form anew, or closed and the page loaded again."""
    if not symbol:
        made = instruments.add(actor, str(fields.pop("symbol", "")), _new(fields))
        return _gone(_page_of(made.symbol))
    if action == "save":
        symbols = _symbols(str(fields.pop("symbols", "") or ""))
        instruments.edit(actor, symbol, fields, symbols)
        return _gone(path)
    if action in {"set", "unset"}:
        return _priced(actor, action, rest, symbol, lines)
    if action == "plan":
        return _form(actor, symbol, instruments.plan_merge(actor, symbol, lines.get("into", "")))
    if action == "merge":
        instruments.merge(actor, symbol, rest)
        return _gone(_page_of(rest))
    if action == "rename":
        return _gone(_page_of(instruments.rename(actor, symbol, lines.get("symbol", "")).symbol))
    if action == "remap":
        instruments.remap(actor, symbol, lines.get("remap", ""))
        market_data.ask_for_missing([symbol], rates=False)
        return _gone(path)
    if action == "delist":
        instruments.delist(actor, symbol, _day(lines.get("end", "")))
    elif action == "relist":
        instruments.relist(actor, symbol)
    elif action == "source":
        instruments.set_address(actor, symbol, PriceAddress(**{name: lines.get(name, "") for name in ADDRESS_PARTS}))
        market_data.ask_for_missing([symbol], rates=False)
    elif action == "delete" and rest:
        instruments.delete(actor, symbol)
        return _gone("/instruments")
    elif action == "delete":
        return form.edit_form(instruments.editable_instrument(actor, symbol), deleting=True), "", no_update, no_update
    else:
        raise PreventUpdate
    return _gone(path)


def _priced(actor: Actor, action: str, rest: str, symbol: str, lines: dict[str, str]) -> Shown:
    if action == "set":
        found = instruments.set_price(actor, symbol, _day(lines.get("day", "")), _price(lines.get("price", "")))
        notices.show(f"{symbol} is {found.price:g} on {found.date}.")
    else:
        instruments.unset_price(actor, symbol, _day(rest))
        notices.show(f"The price of {symbol} on {rest} is taken back.")
    return _form(actor, symbol)


def _form(actor: Actor, symbol: str, plan: MergePlan | None = None) -> Shown:
    return form.edit_form(instruments.editable_instrument(actor, symbol), plan), "", no_update, no_update


def _gone(path: str) -> Shown:
    return no_update, "", False, path


def _page_of(symbol: str) -> str:
    return f"/i/{quote(symbol, safe='')}"


def _new(fields: Json) -> Json:
    by_hand = bool(fields.pop("by_hand", False))
    return {**fields, "provider": "manual"} if by_hand else fields


def _symbols(text: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in text.replace(",", "\n").splitlines() if line.strip()]
    if any(not mark for _, mark, _ in pairs):
        raise InvalidInput("Other providers' symbols look like alphavantage=TSCO.LON.", field="symbols")
    return {name.strip(): symbol.strip() for name, _, symbol in pairs}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("Choose a day.", field="date") from None


def _price(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput("A price is a number such as 1234.56.", field="price") from None


def _symbol(opened: Json | None) -> str:
    return str((opened or {}).get("symbol") or "")


def open_from(app: Dash, function: Any, *inputs: Input | State) -> None:  # Any: a function of the page's own inputs
    """Have ``function`` of a page say which instrument the panel is opened for."""
    callback(
        app,
        function,
        Output(form.OPENED, "data", allow_duplicate=True),
        *inputs,
        permission=Permission.INSTRUMENT_VIEW,
        prevent_initial_call=True,
    )


def register(app: Dash) -> None:
    """Add the panel's callbacks, once an application."""
    body, error = Output("ie-form", "children"), Output("ie-error", "children")
    is_open = Output("ie-panel", "is_open")
    callback(
        app,
        show,
        body,
        Output("ie-title", "children"),
        is_open,
        error,
        Input(form.OPENED, "data"),
        permission=Permission.INSTRUMENT_VIEW,
        prevent_initial_call=True,
    )
    again = [Output(one.component_id, one.component_property, allow_duplicate=True) for one in (body, error, is_open)]
    callback(
        app,
        act,
        *again,
        Output("ie-go", "href"),
        Input({"ie-do": ALL}, "n_clicks"),
        State({"ie": ALL}, "value"),
        State({"ie": ALL}, "id"),
        State({"ie-line": ALL}, "value"),
        State({"ie-line": ALL}, "id"),
        State(form.OPENED, "data"),
        permission=Permission.INSTRUMENT_EDIT,
        prevent_initial_call=True,
    )
