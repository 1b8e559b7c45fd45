"""The callbacks of the ledger: its rows, the check of what is typed, and the one that writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.domain.transactions import Transaction
from dashboard.errors import DashboardError, InvalidInput
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data, portfolios, transactions
from dashboard.web import notices, state
from dashboard.web.callback import callback
from dashboard.web.components.basics import button
from dashboard.web.components.states import error_title, failure
from dashboard.web.page import ADDRESS_STORE, VIEW_STORE, Page, add_page
from dashboard.web.view import Control, bind_view
from pages.transactions import faults, reading
from pages.transactions.layout import layout
from pages.transactions.rows import Raw, grid_row, transaction

MOST_ROWS = 2_000
Address = dict[str, str]
Json = dict[str, Any]  # what a store of the page holds: nothing is known of it yet


def show_rows(actor: Actor, search: str, _again: object, address: Address) -> tuple[Json, Component | None]:
    """The rows that the address asks for."""
    return reading.shown(actor, _portfolio(actor, address), state.parse(search)), None


def check(actor: Actor, asked: Json, address: Address) -> Json:
    """What is wrong with the rows that are being typed, each beside its cell."""
    portfolio = _portfolio(actor, address)
    today = portfolios.today_in(portfolio)
    rows = _rows(asked)
    read = [transaction(row) for row in rows]
    answers: dict[int, Json] = {
        number: faults.unread(found, rows[number]) for number, (made, found) in enumerate(read) if made is None
    }
    added = [number for number, row in enumerate(rows) if number not in answers and not _is_stored(row)]
    edited = [number for number, row in enumerate(rows) if number not in answers and _is_stored(row)]
    typed = {number: made for number, (made, _) in enumerate(read) if made is not None}
    checks = transactions.check_changes(
        actor,
        portfolio.id,
        added=[typed[number] for number in added],
        edited=[(*_stored(rows[number]), typed[number]) for number in edited],
    )
    for number, found in zip([*added, *edited], checks, strict=True):
        answers[number] = faults.checked(found, typed[number], today)
    return {"serial": asked.get("serial"), "rows": {key: answers[n] for n, key in enumerate(faults.keys(rows))}}


def save(actor: Actor, asked: Json, search: str, address: Address) -> Json:
    """Write all of it or nothing; the rows as they are stored now."""
    portfolio = _portfolio(actor, address)
    rows = _rows(asked)
    added = [row for row in rows if not _is_stored(row)]
    edited = [row for row in rows if _is_stored(row)]
    saved = transactions.save_changes(
        actor,
        portfolio.id,
        added=[_whole(row) for row in added],
        edited=[(*_stored(row), _whole(row)) for row in edited],
        deleted=_ids(asked.get("deleted")),
    )
    touched = [row.transaction for row in saved]
    foreign = any(not {row.currency, row.fee_currency} <= {portfolio.base_currency, None} for row in touched)
    symbols = {symbol for row in touched for symbol in (row.symbol, row.target_symbol) if symbol}
    market_data.ask_for_missing(symbols, rates=foreign)
    return {
        "serial": asked.get("serial"),
        "keys": faults.keys([*added, *edited]),
        "rows": [grid_row(row) for row in saved],
        **reading.extent(actor, portfolio, state.parse(search)),
    }


def _portfolio(actor: Actor, address: Address) -> PortfolioRef:
    return portfolios.portfolio_by_slug(actor, str(address.get("slug", "")))


def _rows(asked: Json) -> list[Raw]:
    rows = asked.get("rows", []) if isinstance(asked, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput("These are not rows of a ledger.")
    if len(rows) > MOST_ROWS:
        raise InvalidInput(
            f"{len(rows)} rows are changed; {MOST_ROWS} can be saved at once. Import the rest as a file."
        )
    return rows


def _is_stored(row: Raw) -> bool:
    return str(row.get("id", "")).isdecimal()


def _stored(row: Raw) -> tuple[int, int]:
    version = row.get("version")
    if not isinstance(version, int):
        raise InvalidInput("A row without its version cannot be changed.")
    return _id(row.get("id")), version


def _ids(given: object) -> Sequence[int]:
    return [_id(one) for one in given] if isinstance(given, list) else []


def _id(given: object) -> int:
    text = str(given)
    if not text.isdecimal() or len(text) > 18:
        raise InvalidInput(f"{text[:20]!r} is not a transaction.")
    return int(text)


def _whole(row: Raw) -> Transaction:
    made, found = transaction(row)
    if made is None:
        raise found[0]
    return made


def _not_shown(error: DashboardError) -> tuple[Json, Component]:
    again = button("Try again", id="tx-again", mark="arrow-clockwise")
    return {"failed": True}, failure(error_title(error), error.message, again)


def _not_saved(error: DashboardError) -> Json:
    notices.show_error(error)
    return {"failed": error.code, "field": getattr(error, "field", None)}


def register(app: Dash) -> None:
    """Add the page and its callbacks."""
    path, name, view = "/p/<slug>/transactions", "Transactions", Permission.PORTFOLIO_VIEW
    add_page(app, Page("transactions", path, name, layout, view, "Portfolio", "arrow-left-right", "Transactions"))
    bind_view(
        app,
        {
            "q": Control("tx-text"),
            "type": Control("tx-type", reading.ANY),
            "account": Control("tx-account", reading.ANY),
            "days": Control("tx-days", reading.ANY),
            "from": Control("tx-from"),
            "to": Control("tx-to"),
        },
    )
    _browser(app)
    _show(app)
    _write(app)


def _browser(app: Dash) -> None:
    """What the server found is put into the grid and the bar."""
    for name, source, target in (
        ("show", "tx-rows", Output("tx-grid", "rowData")),
        ("checked", "tx-checked", Output("tx-bar-count", "title")),
        ("saved", "tx-saved", Output("tx-count", "title")),
        ("acted", notices.ACTION_STORE, Output("tx-bar-why", "title")),
    ):
        app.clientside_callback(
            ClientsideFunction("ledger", name), target, Input(source, "data"), prevent_initial_call=True
        )


def _show(app: Dash) -> None:
    """The rows of the view in the address."""
    callback(
        app,
        show_rows,
        Output("tx-rows", "data"),
        Output("tx-problem", "children"),
        Input(VIEW_STORE, "data"),
        Input("tx-reload", "data"),
        State(ADDRESS_STORE, "data"),
        permission=Permission.PORTFOLIO_VIEW,
        on_error=_not_shown,
    )


def _write(app: Dash) -> None:
    """Rows are checked while they are typed, and saved."""
    address = State(ADDRESS_STORE, "data")
    callback(
        app,
        check,
        Output("tx-checked", "data"),
        Input("tx-check", "data"),
        address,
        permission=Permission.PORTFOLIO_EDIT,
        prevent_initial_call=True,
    )
    callback(
        app,
        save,
        Output("tx-saved", "data"),
        Input("tx-save", "data"),
        State(VIEW_STORE, "data"),
        address,
        permission=Permission.PORTFOLIO_EDIT,
        on_error=_not_saved,
        prevent_initial_call=True,
    )
