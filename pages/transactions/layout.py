"""The layout of the ledger: filters, the grid, the bar of what is not saved yet, and the panel of one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.domain.transactions import TransactionType
from dashboard.formatting.transaction_types import type_name
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import portfolios
from dashboard.services.ledger.currencies import known_currencies
from dashboard.web.components.attributes import aria, data
from dashboard.web.components.basics import button, icon, icon_button, page_header
from dashboard.web.components.data import grid
from dashboard.web.components.states import empty
from dashboard.web.page import portfolio_path
from dashboard.web.state import ViewState
from pages.transactions import columns, reading
from pages.transactions.reading import ANY

STORES = ("tx-rows", "tx-reload", "tx-check", "tx-checked", "tx-save", "tx-saved")


def layout(actor: Actor, view: ViewState, *, slug: str) -> Sequence[Component]:
    """The ledger of the portfolio ``slug``; its rows come by themselves as soon as the frame stands."""
    portfolio = portfolios.portfolio_by_slug(actor, slug)
    accounts = reading.accounts(actor, portfolio)
    today = portfolios.today_in(portfolio).isoformat()
    ledger = html.Div(
        [_header(portfolio), _filters(view, accounts), _grid(portfolio, accounts, today), _bar()],
        id="tx-root",
        className="ledger",
        **data(
            slug=slug,
            portfolio=str(portfolio.id),
            today=today,
            base=portfolio.base_currency,
            rows=str(reading.PAGE_ROWS),
        ),
    )
    return [ledger, _panel(), *_suggestions(accounts), *(dcc.Store(id=name) for name in STORES)]


def _header(portfolio: PortfolioRef) -> Component:
    count = html.Span("", id="tx-count", className="t3 num only-d")
    export = html.A(
        [icon("download"), "Export"],
        href=portfolio_path(portfolio.slug, "transactions.csv"),
        className="b",
        id="tx-export",
        title="All transactions as CSV",
    )
    actions = [
        export,
        button("Import CSV", href=portfolio_path(portfolio.slug, "import"), mark="upload"),
        button("Add row", id="tx-add", mark="plus-lg", kind="pri", title="Add a row (N)"),
    ]
    return page_header("Transactions", scope=[count], actions=actions)


def _filters(view: ViewState, accounts: tuple[str, ...]) -> Component:
    search = dcc.Input(
        id="tx-text",
        type="search",
        className="in sm tx-text-x",
        placeholder="Filter by name, symbol, note",
        value=view.get("q"),
        debounce=True,
    )
    kinds = [(ANY, "Any type"), *((str(kind), type_name(kind)) for kind in TransactionType)]
    named = [(ANY, f"All accounts ({len(accounts)})"), *((name, name or "No account") for name in accounts if name)]
    custom = view.get("days") == "custom"
    days = html.Span(
        [_day("tx-from", view.start.isoformat() if view.start else "", "From"), "–",
         _day("tx-to", view.end.isoformat() if view.end else "", "To")],
        id="tx-dates",
        className="row-f gap6 t3",
        hidden=not custom,
    )  # fmt: skip
    account = _choice("tx-account", named, view.get("account"), "Account")
    count = html.Span("", id="tx-selected-count", className="t2 num")
    chosen = html.Span(
        [count, button("Delete", id="tx-delete", mark="trash", kind="sm dng")],
        id="tx-selected",
        className="row-f end",
        hidden=True,
    )  # fmt: skip
    parts = [
        html.Span(
            [icon("search", "t3"), _label("Filter by name, symbol, note", "tx-text"), search], className="tx-find"
        ),
        _choice("tx-type", kinds, view.get("type"), "Type"),
        html.Span(account, hidden=not any(accounts)),
        _choice("tx-days", list(reading.SPANS.items()), view.get("days"), "Dates"),
        days,
        button("Clear", id="tx-clear", kind="sm gh", hidden=True),
        chosen,
    ]
    return html.Div(parts, className="row-f wrap tx-filters", role="search")


def _choice(id: str, options: Sequence[tuple[str, str]], value: str, label: str) -> Component:
    known = value if value in dict(options) else ANY
    shown = [{"value": one, "label": text} for one, text in options]
    choice = dbc.Select(id=id, options=shown, value=known, class_name="filt on")
    return html.Span([_label(label, id), choice])


def _day(id: str, value: str, label: str) -> Component:
    kind: Any = "date"  # Any: Dash passes it on, its signature does not know it
    return html.Span([_label(label, id), dcc.Input(id=id, type=kind, value=value, className="in sm day-x")])


def _label(text: str, id: str) -> Component:
    return html.Label(text, htmlFor=id, className="sr")


def _grid(portfolio: PortfolioRef, accounts: tuple[str, ...], today: str) -> Component:
    first, none = _instead(portfolio)
    lines = [html.Div(html.Span(className="sk"), className="sk-row") for _ in range(8)]
    return html.Section(
        [
            html.Div(_table(portfolio, accounts, today), className="tx-grid", id="tx-table"),
            html.Div(lines, id="tx-loading", className="loading-x", **aria(label="Loading")),
            html.Div(first, id="tx-first", hidden=True),
            html.Div(none, id="tx-none", hidden=True),
            html.Div(id="tx-problem"),
            _pager(),
        ],
        className="card-x",
        **aria(label="Transactions grid"),
    )  # fmt: skip


def _table(portfolio: PortfolioRef, accounts: tuple[str, ...], today: str) -> Component:
    return grid(
        "tx-grid",
        columns.columns(portfolio, accounts),
        label="Transactions",
        row_id="id",
        column_size=None,
        options={
            "rowSelection": {"mode": "multiRow", "enableClickSelection": False},
            "selectionColumnDef": columns.selection(),
            "stopEditingWhenCellsLoseFocus": True,
            "context": columns.context(portfolio, today),
            "suppressNoRowsOverlay": True,
            "autoSizePadding": 2,
            # A column that is out of sight is measured, too.
            "suppressColumnVirtualisation": True,
        },
        eventListeners={
            "cellValueChanged": ["ledgerChanged(params)"],
            "selectionChanged": ["ledgerSelected(params)"],
            "cellFocused": ["ledgerFocused(params)"],
            "bodyScroll": ["ledgerScrolled(params)"],
            "cellEditingStarted": ["ledgerScrolled(params)"],
        },
    )  # fmt: skip


def _instead(portfolio: PortfolioRef) -> tuple[Component, Component]:
    """What stands in the grid's place before the first transaction, and where none fits the filters."""
    begin = [
        button("Import a CSV", href=portfolio_path(portfolio.slug, "import"), mark="filetype-csv", kind="pri"),
        button("Enter by hand", id="tx-add-first", mark="pencil-square"),
    ]
    first = empty(
        "Start with your transactions", "Bring a broker export, or type the first few in.", *begin, picture="steps"
    )
    none = empty("No rows match", "No transaction fits these filters.", button("Clear the filters", id="tx-clear-none"))
    return first, none


def _pager() -> Component:
    return html.Div(
        [
            html.Span("", id="tx-span", className="num"),
            html.Span(className="end"),
            icon_button("chevron-left", "Newer rows", id="tx-newer", kind="sm"),
            icon_button("chevron-right", "Older rows", id="tx-older", kind="sm"),
        ],
        className="card-f",
        id="tx-pager",
        hidden=True,
    )


def _bar() -> Component:
    error = html.Span(
        [icon("exclamation-circle"), html.Span("", id="tx-bar-errors")], className="chip bad", id="tx-bar-bad"
    )
    return html.Div(
        [
            html.Span("", id="tx-bar-count", className="med num"),
            error,
            html.Span("Save is available when errors are fixed", className="t3 xs only-d", id="tx-bar-why"),
            button("Discard", id="tx-discard", kind="sm gh"),
            html.Button(
                ["Next error ", html.Kbd("F8", className="only-d")], id="tx-next", className="b sm", type="button"
            ),
            button("Save", id="tx-save-all", kind="sm pri"),
        ],
        id="tx-bar",
        className="bar-float",
        role="region",
        hidden=True,
        **aria(label="Unsaved changes"),
    )


def _panel() -> Component:
    head = html.Div(
        [
            html.H2("", id="tx-panel-title"),
            html.Span(className="end"),
            icon_button("x-lg", "Close", id="tx-panel-close"),
        ],
        className="h",
    )
    foot = html.Div(
        [
            button("Delete", id="tx-panel-delete", mark="trash", kind="dng"),
            button("Duplicate", id="tx-panel-copy", kind="gh"),
            html.Span(className="end"),
            button("Done", id="tx-panel-done", kind="pri"),
        ],
        className="f",
    )
    panel = html.Div(
        [head, html.Div(id="tx-panel-fields", className="bd"), foot],
        className="panel",
        role="dialog",
        **aria(label="Transaction"),
    )
    return html.Div([html.Div(className="scrim", id="tx-panel-scrim"), panel], id="tx-panel", hidden=True)  # fmt: skip


def _suggestions(accounts: tuple[str, ...]) -> list[Component]:
    """What the fields offer while one types; the browser adds the symbols of the rows that it has."""
    return [
        html.Datalist([], id="tx-symbols"),
        html.Datalist([html.Option(value=name) for name in accounts if name], id="tx-accounts"),
        html.Datalist([html.Option(value=code) for code in sorted(known_currencies())], id="tx-currencies"),
    ]
