"""The layout of a watchlist: the switcher, the field that adds, the settings, and the grid."""

from __future__ import annotations

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.results.watchlists import Watchlist
from dashboard.services import watchlists
from dashboard.web.components.attributes import aria
from dashboard.web.components.basics import button, field, icon, icon_button, page_header
from dashboard.web.components.states import empty
from dashboard.web.live import live_source
from dashboard.web.state import ViewState
from dashboard.web.theme import is_narrow
from pages.watchlists.table import LABELS, table

BODY, CHANGED, ASKED, NOTED = "watchlist-body", "watchlist-changed", "watchlist-asked", "watchlist-noted"


def first(actor: Actor, view: ViewState) -> Component | Sequence[Component]:
    """On to the first list; where there is none, or a new one is asked for, the form that makes one."""
    owned = watchlists.list_watchlists(actor)
    if owned and not view.get("new"):
        return dcc.Location(id="watchlists-go", href=path(owned[0].id), refresh=True)
    words = "Follow instruments that you hold or think about: live prices, trends and your notes, in an order of yours."
    heading = [] if owned else [html.P(words, className="t2")]
    name = dcc.Input(
        id="watchlist-new-name", className="in", type="text", maxLength=60, placeholder="Tech", autoComplete="off"
    )
    back = [button("Cancel", href=path(owned[0].id), kind="gh")] if owned else []
    make = button("Create watchlist", id="watchlist-create", mark="plus-lg", kind="pri")
    form = [
        *heading,
        field("Name", name),
        html.Div(id="watchlist-new-error", className="hint bad", role="alert"),
        html.Div([make, *back], className="row-f"),
        dcc.Location(id="watchlist-new-go", refresh=True),
    ]
    title = page_header("New watchlist" if owned else "Watchlists")
    return [title, html.Div(html.Div(form, className="form-x"), className="card-x page-form")]


def layout(actor: Actor, _view: ViewState, *, watchlist_id: str) -> Sequence[Component]:
    """The list ``watchlist_id``. Raises: NotFound."""
    found = watchlists.watchlist_at(actor, watchlist_id)
    new = button("New watchlist", href="/watchlists?new=1", mark="plus-lg")
    edit = icon_button("pencil", "Order and notes", id="watchlist-edit", kind="", **aria(pressed="false"))
    tools = [html.Span(className="end"), html.Span(edit, className="only-m"), _settings(found)]
    bar = html.Div([_search(), *tools], className="row-f wrap list-bar")
    body = html.Div(content(found), id=BODY, className="card-edge")
    return [
        page_header("Watchlists", actions=[new]),
        html.Div(switcher(actor, found), id="watchlist-switcher"),
        html.Section([bar, body], className="card-x watch-card", **aria(label="Watchlist")),
        dcc.Store(CHANGED),
        dcc.Store(ASKED),
        dcc.Store(NOTED),
        dcc.Location(id="watchlist-go", refresh=True),
    ]


def content(found: Watchlist) -> list[Component]:
    """The grid and what it listens to; or what to do where nothing is on the list."""
    rows = watchlists.watched(found)
    if not rows:
        nothing = empty("Nothing on this list yet", "Add a symbol above, or from the page of an instrument.")
        return [nothing, live_source()]
    stale = sum(row.is_stale for row in rows)
    newest = max((row.detail.last_date for row in rows if row.detail.last_date), default=None)
    live = live_source(symbols=found.symbols, priced_on=newest, stale=stale)
    return [table(found, rows, phone=is_narrow()), live]


def switcher(actor: Actor, found: Watchlist) -> Component:
    """The person's lists; the one that is shown is marked."""
    links = [
        dcc.Link(
            [html.Span(one.name, className="ell"), html.Span(str(len(one.items)), className="t3 num")],
            href=path(one.id),
            className="watch-tab on" if one.id == found.id else "watch-tab",
        )
        for one in watchlists.list_watchlists(actor)
    ]
    return html.Nav(links, className="watch-tabs", **aria(label="Watchlists"))


def path(watchlist_id: int) -> str:
    """The address of a list."""
    return f"/watchlists/{watchlist_id}"


def _search() -> Component:
    entry = dcc.Input(
        id="watchlist-q",
        type="search",
        className="in",
        placeholder="Symbol or name",
        debounce=0.25,
        maxLength=64,
        autoComplete="off",
    )
    label = html.Label([icon("plus-lg"), html.Span("Add an instrument", className="sr"), entry], className="find")
    return html.Div([label, html.Div(id="watchlist-hits", className="watch-hits", **aria(live="polite"))])


def _settings(found: Watchlist) -> Component:
    name = dcc.Input(id="watchlist-name", value=found.name, className="in", maxLength=60, autoComplete="off")
    save = button("Rename", id="watchlist-rename", kind="sm")
    chosen = dbc.Checklist(
        id="watchlist-columns",
        options=[{"value": column.value, "label": label} for column, label in LABELS.items()],
        value=[column.value for column in found.columns],
        className="px-choices",
    )
    delete = dcc.ConfirmDialogProvider(
        button("Delete this list", mark="trash", kind="dng sm"),
        id="watchlist-delete",
        message=f"Delete the watchlist {found.name}? Its notes go with it; the instruments stay.",
    )
    parts = [
        html.Div([field("Name", name), save], className="watch-name"),
        html.Div([html.Span("Columns", className="lab"), chosen], className="only-d"),
        html.Div(delete, className="watch-delete"),
    ]
    name_of_it = html.Span("List settings", className="only-d")
    summary = html.Summary([icon("sliders"), name_of_it], className="b", title="List settings")
    return html.Details([summary, html.Div(parts, className="px-pop watch-pop")], className="px-menu watch-menu")
