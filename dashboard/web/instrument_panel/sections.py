"""What else the panel can do with an instrument: prices by hand, an address, other symbols, merges, its end."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.instruments import InstrumentState
from dashboard.formatting import dates, numbers
from dashboard.results.instrument_editing import EditableInstrument, ManualPrice, MergePlan
from dashboard.web.components.basics import button, icon_button
from dashboard.web.components.days import named_day_box
from dashboard.web.components.states import note

SHOWN_PRICES, SHOWN_DIFFERENCES = 12, 8
ADDRESS_PARTS = {
    "url": "https://example.org/prices.json",
    "format": "json or csv",
    "date_path": "Days at: data[*].date",
    "close_path": "Closes at: data[*].close",
    "currency_path": "Currency at, if it is there",
    "date_format": "Date format, if not ISO",
    "headers": "Entry of URL_HEADERS, if any",
}


def by_hand(prices: Sequence[ManualPrice], currency: str, *, editable: bool) -> Component:
    """The prices that were entered, and a line to enter another."""
    rows = [
        html.Tr(
            [
                html.Td(dates.day(one.date), className="num"),
                html.Td(numbers.price(one.price, currency), className="r num"),
                html.Td(
                    (
                        icon_button("trash", f"Take back {one.date}", id={"ie-do": f"unset {one.date}"})
                        if editable
                        else ""
                    ),
                    className="r",
                ),
            ]
        )
        for one in prices[:SHOWN_PRICES]
    ]
    table = [html.Table(html.Tbody(rows), className="tb den")] if rows else []
    enter = html.Div(
        [
            named_day_box({"ie-line": "day"}, "Day of the price", class_name="in"),
            dcc.Input(id={"ie-line": "price"}, type="text", placeholder=f"Price, {currency}", className="in"),
            button("Enter", id={"ie-do": "set"}),
        ],
        className="row-f ie-line",
    )
    parts = [html.H3("Prices by hand", className="lab"), *([enter] if editable else []), *table]
    if len(prices) > SHOWN_PRICES:
        parts.append(html.P(f"The last {SHOWN_PRICES} of {len(prices)}.", className="hint"))
    return html.Div(parts if editable or rows else [], className="ie-part")


def more(found: EditableInstrument, plan: MergePlan | None, *, deleting: bool) -> Component:
    """Other symbols, merges, delistings; ``deleting`` asks whether it is meant."""
    delisted = found.detail.state is InstrumentState.DELISTED
    end = (
        [html.Span(f"Delisted since {dates.day(found.detail.delisted_on)}.", className="grow"),
         button("It trades after all", id={"ie-do": "relist"})]
        if delisted
        else [named_day_box({"ie-line": "end"}, "Last day of trading", class_name="in"),
              button("Delisted from then on", id={"ie-do": "delist"})]
    )  # fmt: skip
    return html.Div(
        [
            html.H3("More", className="lab"),
            _line("symbol", "Another symbol", "rename", "Rename"),
            _line("remap", "Ask its provider for", "remap", "Fetch anew"),
            _line("into", "Merge into (symbol)", "plan", "Compare"),
            *([_plan(plan)] if plan else []),
            html.Div(end, className="row-f ie-line"),
            *_deletion(found.detail.symbol, deleting),
        ],
        className="ie-part",
    )  # fmt: skip


def _deletion(symbol: str, asked: bool) -> list[Component]:
    act = (
        button("Delete for good", id={"ie-do": "delete now"}, kind="dng")
        if asked
        else button("Delete", id={"ie-do": "delete"}, mark="trash", kind="dng")
    )
    words = [note(f"{symbol} and its prices go, and cannot be brought back.", tone="warn")] if asked else []
    return [*words, html.Div([html.Span(className="grow"), act], className="row-f ie-line")]


def _plan(plan: MergePlan) -> Component:
    """What the merge would do, and the button that does it."""
    words = [
        f"{plan.transactions} transactions and {plan.added} of {plan.prices} prices go to {plan.kept}.",
        (
            f"On {len(plan.differing)} days both have a price, and not the same; that of {plan.kept} stays."
            if plan.differing
            else ""
        ),
    ]
    rows = [
        html.Tr(
            [
                html.Td(dates.day(one.date), className="num"),
                html.Td(f"{one.dropped:g} → {one.kept:g}", className="r num"),
            ]
        )
        for one in plan.differing[:SHOWN_DIFFERENCES]
    ]
    act = button(f"Merge into {plan.kept}", id={"ie-do": f"merge {plan.kept}"}, kind="dng")
    parts: list[Component] = [html.P(" ".join(filter(None, words))), html.Table(html.Tbody(rows), className="tb den")]
    return html.Div([*parts, html.P("This cannot be undone.", className="hint"), act], className="ie-plan")


def _line(box: str, placeholder: str, action: str, text: str) -> Component:
    typed = dcc.Input(
        id={"ie-line": box}, type="text", placeholder=placeholder, className="in", maxLength=64, autoComplete="off"
    )
    return html.Div([typed, button(text, id={"ie-do": action})], className="row-f ie-line")


def address(found: EditableInstrument) -> list[Component]:
    """Where its prices are fetched from, for those who may say so."""
    if not found.may_administer:
        return []
    boxes = [
        dcc.Input(
            id={"ie-line": name},
            type="text",
            value=getattr(found.address, name) if found.address else "",
            placeholder=text,
            className="in",
            autoComplete="off",
        )
        for name, text in ADDRESS_PARTS.items()
    ]
    act = html.Div([html.Span(className="grow"), button("Fetch from there", id={"ie-do": "source"})], className="row-f")
    return [html.Div([html.H3("Prices from an address", className="lab"), *boxes, act], className="ie-part")]
