"""The layout of the import: three steps of which one is shown. ``assets/85-imports.js`` moves between them."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.domain.transactions import TransactionType
from dashboard.formatting.transaction_types import type_name
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import imports, portfolios
from dashboard.web.components.attributes import aria, data
from dashboard.web.components.basics import button, card, icon, page_header
from dashboard.web.components.data import grid
from dashboard.web.components.states import note
from dashboard.web.page import portfolio_path
from dashboard.web.state import ViewState
from pages.imports import history

Column = dict[str, object]
FIGURE = "num ag-right-aligned-cell"
STEPS = ("Upload", "Preview", "Done")
STORES = (
    "import-previewed",
    "import-before",
    "import-committed",
    "import-undo",
    "import-undone",
    "import-untrack",
    "import-untracked",
)
VERDICTS = (("all", "All", ""), ("new", "New", "ok"), ("duplicate", "Duplicate", ""), ("error", "Error", "bad"))
COLUMNS = (
    ("date", "Always. 2026-03-31, 31.03.2026 or 31/03/2026"),
    ("type", f"Always. {', '.join(TransactionType)}"),
    ("symbol", "For what is held or pays"),
    ("quantity, price", "For units that come or go; positive, the type gives the direction"),
    ("amount", "For money alone; also in place of the price"),
    ("currency", "Without it, the instrument's own"),
    ("target_symbol, ratio, cost_fraction", "For what an instrument turns into"),
    ("cost, acquired", "For a transfer in: what the units cost, and when"),
    ("fee, tax, accrued, fx_rate, lot_ids, account, note, external_id", "As you have them"),
)


def layout(actor: Actor, _view: ViewState, *, slug: str) -> Sequence[Component]:
    """The import into the portfolio ``slug``."""
    portfolio = portfolios.portfolio_by_slug(actor, slug)
    recent = history.card(actor, portfolio)
    parts = [_preview(), _done(), _upload(recent), _preview_bar(portfolio), _done_bar(portfolio)]
    return [
        html.Div(
            [page_header("Import transactions", actions=[_stepper()]), *parts],
            id="import-root",
            className="import",
            **data(slug=slug, limit=str(imports.MAX_BYTES)),
        ),
        *(dcc.Store(id=name) for name in STORES),
    ]


def _stepper() -> Component:
    parts: list[Component] = []
    for number, name in enumerate(STEPS, start=1):
        if parts:
            parts.append(html.Hr(**aria(hidden="true")))
        classes = "s on" if number == 1 else "s"
        parts.append(
            html.Span([html.I(str(number)), name], className=classes, role="listitem", **data(step=str(number)))
        )
    return html.Div(parts, className="step", role="list", id="import-steps", **aria(label="Import progress"))


def _upload(recent: Component) -> Component:
    drop = html.Div(
        [
            html.Span(icon("cloud-upload"), className="drop-mark"),
            html.B("Drop a CSV file here", className="md semi"),
            html.Span(f"or choose one; up to {imports.MAX_BYTES // 1_000_000} MB and 100,000 rows", className="t3"),
            html.Div(
                [button("Choose a file", id="import-choose", mark="filetype-csv", kind="pri")], className="drop-go"
            ),
        ],
        className="drop",
        id="import-drop",
    )
    progress = html.Div(
        [html.Div(html.I(), className="bar-x"), html.Span("", className="t2 num")], id="import-progress"
    )
    progress_box = html.Div(progress, id="import-sending", className="sending", hidden=True, role="status")
    failed = html.Div(id="import-failed", className="note bad", hidden=True, role="alert")
    expected = html.Dl([part for name, text in COLUMNS for part in (html.Dt(name, className="mono"), html.Dd(text))])
    promise = note("Nothing is written until you import, and an import can be taken back whole.")
    file = html.Div(
        [html.Section([drop, progress_box], className="card-x"), failed], className="stack", **data(shows="1")
    )
    columns = card("Columns", expected, sub="any order", class_name="columns-x")
    left = html.Div([file, recent], className="c8 stack import-left")
    right = html.Div([columns, promise], className="c4 stack", **data(shows="1"))
    return html.Div([left, right], className="grid", **data(shows="1 3"))


def _preview() -> Component:
    chips = [_verdict(*verdict) for verdict in VERDICTS]
    file = html.Div(
        [icon("filetype-csv", "t3"), html.B("", id="import-file", className="med ell"), html.Span("", id="import-size"),
         button("Change", id="import-change", kind="gh sm")],
        className="row-f xs t3 file-x",
    )  # fmt: skip
    table = grid(
        "import-grid",
        columns(),
        label="Rows of the file",
        row_id="key",
        column_size=None,
        options={
            "rowClassRules": {"t3": "params.data.verdict === 'duplicate' && !params.data.kept"},
            "context": {"words": {str(kind): type_name(kind) for kind in TransactionType}},
        },
    )
    shown = html.Section(
        [
            html.Div(table, className="import-grid"),
            html.Div(html.Span("", id="import-shown", className="num"), className="card-f"),
        ],
        className="card-x",
    )
    tabs = html.Div(chips, className="row-f wrap", role="group", **aria(label="Verdict"))
    head = html.Div([tabs, html.Span(className="end"), file], className="row-f wrap import-head")
    return html.Div([head, html.Div(id="import-notes", className="stack"), shown], hidden=True, **data(shows="2"))


def _preview_bar(portfolio: PortfolioRef) -> Component:
    return html.Div(
        [
            button("Cancel", href=portfolio_path(portfolio.slug, "transactions"), kind="gh"),
            html.Span(className="end"),
            html.Span("", id="import-sum", className="t2 num"),
            button("Back", id="import-back"),
            button("Errors, CSV", id="import-errors", mark="download"),
            button("Import", id="import-commit", kind="pri"),
        ],
        className="bar-f row-f wrap",
        hidden=True,
        **data(shows="2"),
    )


def _verdict(name: str, text: str, tone: str) -> Component:
    count = html.Span("0", className=f"chip {tone} num".replace("  ", " "))
    pressed = aria(pressed="true" if name == "all" else "false")
    return html.Button([text, " ", count], className="b sm verdict", type="button", **data(verdict=name), **pressed)


def _done() -> Component:
    words = [html.B("", id="import-result", className="med md"), html.Span("", id="import-detail", className="t2")]
    banner = html.Div(
        [icon("check-circle"), html.Span(words, className="grow done-x"),
         button("Undo import", id="import-undo-last", mark="arrow-counterclockwise")],
        className="note ok",
        role="status",
        id="import-banner",
    )  # fmt: skip
    changes = html.Section(
        [html.Div(html.H2("What changed"), className="card-h"), html.Div(id="import-changes", className="card-edge")],
        className="card-x",
    )
    return html.Div([banner, changes], className="stack narrow", hidden=True, **data(shows="3"))


def _done_bar(portfolio: PortfolioRef) -> Component:
    return html.Div(
        [
            button("Import another file", id="import-again", mark="upload", kind="gh"),
            html.Span(className="end"),
            button("Errors, CSV", id="import-errors-left", mark="download"),
            button("Go to transactions", href=portfolio_path(portfolio.slug, "transactions"), kind="pri"),
        ],
        className="bar-f row-f wrap",
        hidden=True,
        **data(shows="3"),
    )


def columns() -> list[Column]:
    """Text left, figures right; a row with an error shows its cells as the file has them."""
    row: Column = {"field": "row", "headerName": "Row", "width": 58, "minWidth": 58, "pinned": "left"}
    why: Column = {"field": "reason", "headerName": "Why", "cellRenderer": "ReasonCell", "tooltipField": "reason"}
    return [
        row | {"type": "rightAligned", "cellClass": f"{FIGURE} t3"},
        {"field": "verdict", "headerName": "Verdict", "cellRenderer": "VerdictCell", "width": 112, "minWidth": 112},
        _column("date", "Date", 108, "importDay(params)"),
        _column("type", "Type", 116, "importType(params)"),
        _column("symbol", "Instrument", 126) | {"cellRenderer": "ImportSymbolCell"},
        _figure("quantity", "Quantity", 88, 0),
        _figure("price", "Price", 86, 2),
        _column("currency", "Ccy", 62) | {"minWidth": 60},
        _figure("amount", "Amount", 124, 2),
        why | {"minWidth": 180, "flex": 1},
        _column("account", "Account", 96),
    ]


def _column(field: str, name: str, width: int, shown: str = "") -> Column:
    column: Column = {"field": field, "headerName": name, "width": width}
    column["cellClassRules"] = {"err": "params.data.place === params.colDef.field"}
    if shown:
        column["valueFormatter"] = {"function": shown}
    return column


def _figure(field: str, name: str, width: int, fewest: int) -> Column:
    shown = f"importNumber(params, {fewest})"
    return _column(field, name, width, shown) | {"type": "rightAligned", "cellClass": FIGURE}
