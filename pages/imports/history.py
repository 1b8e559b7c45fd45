"""What was imported before, each file with the button that takes it back."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.formatting import dates, numbers
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.transactions import ImportBatchItem
from dashboard.services import imports
from dashboard.web.components import basics
from dashboard.web.components.attributes import aria, data
from dashboard.web.components.basics import chip, icon
from dashboard.web.components.states import empty

SHOWN = 20


def card(actor: Actor, portfolio: PortfolioRef) -> Component:
    """The card with the table."""
    body = html.Div(table(actor, portfolio), id="import-history")
    return basics.card("Recent imports", body, sub="each can be taken back whole", padded=False)


def table(actor: Actor, portfolio: PortfolioRef) -> Component:
    """The newest imports."""
    found = imports.list_batches(actor, portfolio.id)[:SHOWN]
    if not found:
        return empty("No imports yet", "Files that you import are listed here.")
    undo: Component = html.Span("Undo", className="sr")
    names: list[tuple[Component | str, str]] = [("File", ""), ("Imported", "only-d"), ("Rows", "r"), ("Status", "")]
    names.append((undo, "r"))
    head = html.Thead(html.Tr([html.Th(name, className=classes) for name, classes in names]))
    body = html.Tbody([_row(item, portfolio.time_zone) for item in found])
    return html.Table([head, body], className="tb history-x")


def _row(item: ImportBatchItem, zone: str) -> Component:
    undone = item.undone_at is not None
    return html.Tr(
        [
            html.Td(html.Span(item.filename, className="ell", title=item.filename), className="med name-x"),
            html.Td(dates.moment(item.created_at, zone), className="num t2 only-d"),
            html.Td(numbers.number(item.added, 0), className="r num", title=_left_out(item)),
            html.Td(chip("Undone") if undone else chip("Imported", "ok")),
            html.Td(html.Span("–", className="t3") if undone else _undo(item), className="r"),
        ]
    )


def _undo(item: ImportBatchItem) -> Component:
    return html.Button(
        [icon("arrow-counterclockwise"), "Undo"],
        className="b sm gh",
        type="button",
        **data(undo=str(item.id)),
        **aria(label=f"Undo the import of {item.filename}"),
    )


def _left_out(item: ImportBatchItem) -> str:
    return f"{item.duplicates} duplicates and {item.failed} rows with errors were left out"
