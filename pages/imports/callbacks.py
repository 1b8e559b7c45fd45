"""The callbacks of the import. The file itself goes to ``dashboard.web.uploads``; here is what surrounds it."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.errors import InvalidInput
from dashboard.services import imports, portfolios
from dashboard.web import notices
from dashboard.web.callback import callback
from dashboard.web.components.states import error_card
from dashboard.web.page import ADDRESS_STORE, Page, add_page
from pages.imports import changes, history
from pages.imports.layout import layout

Address = dict[str, str]
Json = dict[str, Any]  # what a store of the page holds: nothing is known of it yet


def remember(actor: Actor, _previewed: Json, address: Address) -> dict[str, float | None]:
    """The portfolio's figures before the import."""
    return changes.measure(actor, portfolios.portfolio_by_slug(actor, address.get("slug", ""))).as_json()


def show_changes(
    actor: Actor, _committed: Json, before: dict[str, float | None] | None, address: Address
) -> tuple[Component, Component]:
    """What the import did, and the list of imports with it."""
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    table = changes.table(before or {}, changes.measure(actor, portfolio), portfolio)
    return table, history.table(actor, portfolio)


def undo(actor: Actor, asked: Json, address: Address) -> tuple[Component, Json]:
    """Take an import back."""
    batch = asked.get("batch") if isinstance(asked, dict) else None
    if not isinstance(batch, int):
        raise InvalidInput("Which import is to be undone?")
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    removed = imports.undo(actor, batch)
    notices.show(f"{removed} transaction{'' if removed == 1 else 's'} removed.", title="Import undone")
    return history.table(actor, portfolio), {"batch": batch, "at": asked.get("at")}


def stop_tracking(actor: Actor, asked: Json, address: Address) -> Json:
    """Count cash no longer: every buy is then money that comes in."""
    portfolio = portfolios.portfolio_by_slug(actor, address.get("slug", ""))
    portfolios.set_track_cash(actor, portfolio.id, False)
    notices.show(
        "Buys count as money that comes in, sells as money that goes out.", title="Cash is not tracked any more"
    )
    return asked


def register(app: Dash) -> None:
    """Add the page and its callbacks."""
    add_page(
        app, Page("import", "/p/<slug>/import", "Import", layout, Permission.PORTFOLIO_EDIT, parent="transactions")
    )
    _remember_and_show(app)
    _take_back(app)
    app.clientside_callback(
        ClientsideFunction("imports", "mount"), Output("import-steps", "title"), Input("import-root", "id")
    )
    app.clientside_callback(
        ClientsideFunction("imports", "undone"), Output("import-banner", "title"), Input("import-undone", "data")
    )


def _remember_and_show(app: Dash) -> None:
    """What stood before an import is kept, and told beside what stands after it."""
    address = State(ADDRESS_STORE, "data")
    callback(
        app,
        remember,
        Output("import-before", "data"),
        Input("import-previewed", "data"),
        address,
        permission=Permission.PORTFOLIO_EDIT,
        prevent_initial_call=True,
    )
    callback(
        app,
        show_changes,
        Output("import-changes", "children"),
        Output("import-history", "children"),
        Input("import-committed", "data"),
        State("import-before", "data"),
        address,
        permission=Permission.PORTFOLIO_EDIT,
        on_error=lambda error: (error_card(error), no_update),
        prevent_initial_call=True,
    )


def _take_back(app: Dash) -> None:
    """An import is undone whole; instruments are no longer looked up."""
    address = State(ADDRESS_STORE, "data")
    callback(
        app,
        undo,
        Output("import-history", "children", allow_duplicate=True),
        Output("import-undone", "data"),
        Input("import-undo", "data"),
        address,
        permission=Permission.PORTFOLIO_EDIT,
        prevent_initial_call=True,
    )
    callback(
        app,
        stop_tracking,
        Output("import-untracked", "data"),
        Input("import-untrack", "data"),
        address,
        permission=Permission.PORTFOLIO_EDIT,
        prevent_initial_call=True,
    )
