"""What the providers know by the words of the search: a worker asks them, and the page looks for its answer."""

from __future__ import annotations

from urllib.parse import quote

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.domain.access import Actor, Permission
from dashboard.errors import DashboardError
from dashboard.figures.allocation import CLASS_NAMES
from dashboard.results.instrument_editing import ProviderSearch, Twin
from dashboard.results.instruments import SearchResult
from dashboard.services import instruments
from dashboard.web.callback import callback
from dashboard.web.components.attributes import aria
from dashboard.web.components.basics import button, card, chip
from dashboard.web.components.states import error_card, note

POLL_MILLISECONDS, MOST_POLLS = 1_000, 30
Answer = tuple[list[Component], bool, int]


def section() -> Component:
    """The card, with nothing searched for yet."""
    ask = button("Search the providers", id="find-ask", mark="search", kind="sm")
    hint = html.P("Type a symbol, a name or an ISIN above; Enter asks the providers too.", className="hint")
    parts = html.Div([hint], id="find-body", **aria(live="polite"))
    poll = dcc.Interval(id="find-poll", interval=POLL_MILLISECONDS, max_intervals=MOST_POLLS, disabled=True)
    found = card("At the providers", parts, controls=[ask], class_name="find-card")
    return html.Div([found, poll, dcc.Location(id="find-go", refresh=True)])


def ask(actor: Actor, _clicks: int | None, _enters: int | None, ticks: int | None, text: str | None) -> Answer:
    """What is known by now, whether there is nothing more to wait for, and how often it was looked for."""
    if not (text or "").strip():
        raise PreventUpdate
    found = instruments.search_elsewhere(actor, text or "")
    looked = (ticks or 0) if ctx.triggered_id == "find-poll" else 0
    if found.answered:
        return _found(found), True, looked
    if looked >= MOST_POLLS:
        words = "No worker has answered. Is one running (dashboard worker)? The search goes on as soon as one is."
        return [note(words, tone="warn", mark="hourglass-split")], True, 0
    return [html.P(f"The providers are asked for “{found.text}”…", className="hint")], False, looked


def add(actor: Actor, _clicks: list[int | None], text: str | None) -> str:
    """Add what was found, and go to its page, where its history comes in."""
    if not ctx.triggered_id or not any(item["value"] for item in ctx.triggered):
        raise PreventUpdate  # the buttons came onto the page: nobody has clicked
    provider, _, symbol = str(ctx.triggered_id.get("find-add")).partition(" ")
    return _address(instruments.add_found(actor, text or "", provider, symbol).symbol)


def join(actor: Actor, _clicks: list[int | None], text: str | None) -> str:
    """Add what was found to the instrument of the same ISIN, and go to its page."""
    if not ctx.triggered_id or not any(item["value"] for item in ctx.triggered):
        raise PreventUpdate  # as above
    provider, _, symbol = str(ctx.triggered_id.get("find-join")).partition(" ")
    return _address(instruments.join_found(actor, text or "", provider, symbol).symbol)


def failed(error: DashboardError) -> Answer:
    """The failure in the place of the answer."""
    return [error_card(error)], True, 0


def _found(found: ProviderSearch) -> list[Component]:
    rows = [_row(hit, found.instrument_of(hit), found.twin_of(hit)) for hit in found.hits]
    table = [html.Table(html.Tbody(rows), className="tb")] if rows else []
    nothing = [] if rows else [html.P(f"No provider knows “{found.text}”.", className="hint")]
    failures = [
        note(f"{one.provider}: {one.message}", tone="warn", mark="exclamation-triangle") for one in found.failures
    ]
    return [*table, *nothing, *failures]


def _row(hit: SearchResult, known: str | None, twin: Twin | None) -> Component:
    told = [_told(twin)] if twin is not None else []
    name = html.Td([html.Span(hit.symbol, className="med"), html.Div(hit.name, className="t3 xs"), *told])
    where = html.Td([CLASS_NAMES[hit.asset_class], html.Div(hit.exchange, className="t3 xs")], className="only-d")
    act = dcc.Link("Open", href=_address(known), className="b sm") if known is not None else _offer(hit, twin)
    return html.Tr(
        [
            name,
            where,
            html.Td(hit.currency, className="t2 only-d"),
            html.Td(chip(hit.source)),
            html.Td(act, className="r"),
        ]
    )


def _offer(hit: SearchResult, twin: Twin | None) -> Component:
    """Add a hit; or, where an instrument is the same and can be asked for by this symbol too, add it to that one."""
    number = f"{hit.source} {hit.symbol}"
    if twin is not None and twin.joins:
        words = f"Ask {hit.source} for {twin.symbol} by the symbol {hit.symbol}"
        return button(f"Add to {twin.symbol}", id={"find-join": number}, kind="sm", title=words)
    words = "Add anyway" if twin is not None and twin.double else "Add"
    return button(words, id={"find-add": number}, kind="sm", **aria(label=f"{words}: {hit.symbol}"))


def _told(twin: Twin) -> Component:
    """That an instrument with the ISIN is here already."""
    rest = " has this ISIN already." if twin.double else f" has this ISIN already, in {twin.currency}."
    return html.Div([dcc.Link(twin.symbol, href=_address(twin.symbol)), rest], className="xs find-twin")


def _address(symbol: str) -> str:
    return f"/i/{quote(symbol, safe='')}"


def register(app: Dash) -> None:
    """Add the callbacks."""
    callback(
        app,
        ask,
        Output("find-body", "children"),
        Output("find-poll", "disabled"),
        Output("find-poll", "n_intervals"),
        Input("find-ask", "n_clicks"),
        Input("instruments-q", "n_submit"),
        Input("find-poll", "n_intervals"),
        State("instruments-q", "value"),
        permission=Permission.INSTRUMENT_VIEW,
        on_error=failed,
        prevent_initial_call=True,
    )
    callback(
        app,
        add,
        Output("find-go", "href"),
        Input({"find-add": ALL}, "n_clicks"),
        State("instruments-q", "value"),
        permission=Permission.INSTRUMENT_EDIT,
        prevent_initial_call=True,
    )
    callback(
        app,
        join,
        Output("find-go", "href", allow_duplicate=True),
        Input({"find-join": ALL}, "n_clicks"),
        State("instruments-q", "value"),
        permission=Permission.INSTRUMENT_EDIT,
        prevent_initial_call=True,
    )
