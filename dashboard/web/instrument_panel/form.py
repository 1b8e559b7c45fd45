"""The form of the panel: what is kept of an instrument, its prices by hand, and what else can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.instruments import AssetClass, InstrumentState
from dashboard.figures.allocation import CLASS_NAMES
from dashboard.formatting import dates, numbers
from dashboard.results.instrument_editing import EditableInstrument, ManualPrice, MergePlan
from dashboard.services.instruments.fields import PROVIDERS
from dashboard.services.ledger.currencies import known_currencies
from dashboard.web.components.basics import button, field, icon_button
from dashboard.web.components.days import day_box
from dashboard.web.components.states import note

OPENED = "ie-opened"
SHOWN_PRICES, SHOWN_DIFFERENCES = 12, 8
LABELS = {
    "name": "Name",
    "exchange": "Exchange",
    "mic": "Market code (MIC)",
    "isin": "ISIN",
    "time_zone": "Time zone",
    "sector": "Sector",
    "industry": "Industry",
    "country": "Country",
    "multiplier": "Multiplier",
    "price_unit": "Price unit",
    "provider_symbol": "Symbol there",
    "stale_after_days": "A price may be old (days)",
}
HINTS = {
    "price_unit": "GBp, percent, or empty",
    "stale_after_days": "Empty: five sessions, or 400 days by hand",
    "symbols": "alphavantage=TSCO.LON, one a line",
}
NAMES = {"manual": "By hand", "url": "An address", "file": "Files", "ecb": "ECB", "alphavantage": "Alpha Vantage"}


def panel() -> Component:
    """The panel, closed, with the stores that open it and tell what was done."""
    foot = html.Div(
        [
            button("Close", id={"ie-do": "close"}, kind="gh"),
            html.Span(className="end"),
            button("Save", id={"ie-do": "save"}, kind="pri"),
        ],
        className="panel-f",
    )
    shown: Component = dbc.Offcanvas(
        [
            html.Div([html.Div(id="ie-form"), html.Div(id="ie-error", className="hint bad", role="alert")],
                     className="panel-bd"),
            foot,
        ],
        id="ie-panel",
        title="Instrument",
        placement="end",
        is_open=False,
        class_name="panel-x",
    )  # fmt: skip
    return html.Div([shown, dcc.Store(id=OPENED), dcc.Location(id="ie-go", refresh=True)])


def new_form() -> list[Component]:
    """The fields of an instrument that nobody quotes, or that no search finds."""
    by_hand = dbc.Checkbox(
        id={"ie": "by_hand"}, label="Nobody quotes it: I enter its prices", value=True, class_name="check",
        input_class_name="ck",
    )  # fmt: skip
    return [
        _two(field("Symbol", _box("symbol", "")), _currency("EUR")),
        field("Name", _box("name", "")),
        _asset_class(AssetClass.OTHER),
        by_hand,
    ]


def edit_form(found: EditableInstrument, plan: MergePlan | None = None) -> list[Component]:
    """All of it, or a word about who may change it."""
    if not found.may_edit:
        words = "Others have this instrument in their portfolios too: an administrator can change it."
        return [note(words, mark="lock"), _by_hand(found.prices_by_hand, found.detail.currency, editable=False)]
    detail = found.detail
    double = [_doubles(found)] if found.same_isin else []
    boxes = {name: field(label, _box(name, _shown(getattr(detail, name))), hint=HINTS.get(name, ""))
             for name, label in LABELS.items()}  # fmt: skip
    provider = dbc.Select(
        id={"ie": "provider"},
        options=[{"value": "", "label": "Whichever knows it"}]
        + [{"value": name, "label": NAMES.get(name, name.capitalize())} for name in PROVIDERS],
        value=detail.provider,
        class_name="in",
    )
    symbols = dcc.Textarea(
        id={"ie": "symbols"}, value="\n".join(f"{name}={text}" for name, text in found.symbols.items()), className="in"
    )
    return [
        *double,
        boxes["name"],
        _two(_asset_class(detail.asset_class), _currency(detail.currency)),
        _two(boxes["exchange"], boxes["mic"]),
        _two(boxes["isin"], boxes["country"]),
        _two(boxes["sector"], boxes["industry"]),
        _two(boxes["multiplier"], boxes["price_unit"]),
        _two(field("Prices from", provider), boxes["provider_symbol"]),
        field("Other providers call it", symbols, hint=HINTS["symbols"]),
        _two(boxes["time_zone"], boxes["stale_after_days"]),
        _by_hand(found.prices_by_hand, detail.currency, editable=True),
        _more(found, plan),
    ]


def _doubles(found: EditableInstrument) -> Component:
    names = ", ".join(found.same_isin)
    return note(f"{names} has the same ISIN and currency. If they are one, merge this one into it.", tone="warn")


def _by_hand(prices: Sequence[ManualPrice], currency: str, *, editable: bool) -> Component:
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
            day_box({"ie-line": "day"}),
            dcc.Input(id={"ie-line": "price"}, type="text", placeholder=f"Price, {currency}", className="in"),
            button("Enter", id={"ie-do": "set"}),
        ],
        className="row-f ie-line",
    )
    parts = [html.H3("Prices by hand", className="lab"), *([enter] if editable else []), *table]
    if len(prices) > SHOWN_PRICES:
        parts.append(html.P(f"The last {SHOWN_PRICES} of {len(prices)}.", className="hint"))
    return html.Div(parts if editable or rows else [], className="ie-part")


def _more(found: EditableInstrument, plan: MergePlan | None) -> Component:
    delisted = found.detail.state is InstrumentState.DELISTED
    end = (
        [html.Span(f"Delisted since {dates.day(found.detail.delisted_on)}.", className="grow"),
         button("It trades after all", id={"ie-do": "relist"})]
        if delisted
        else [day_box({"ie-line": "end"}), button("Delisted from then on", id={"ie-do": "delist"})]
    )  # fmt: skip
    return html.Div(
        [
            html.H3("More", className="lab"),
            _line("symbol", "Another symbol", "rename", "Rename"),
            _line("remap", "Ask its provider for", "remap", "Fetch anew"),
            _line("into", "Merge into (symbol)", "plan", "Compare"),
            *([_plan(plan)] if plan else []),
            html.Div(end, className="row-f ie-line"),
            html.Div([html.Span(className="grow"), button("Delete", id={"ie-do": "delete"}, mark="trash", kind="dng")],
                     className="row-f ie-line"),
        ],
        className="ie-part",
    )  # fmt: skip


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


def _two(*parts: Component) -> Component:
    return html.Div(list(parts), className="panel-two")


def _box(name: str, value: str) -> Component:
    return dcc.Input(id={"ie": name}, type="text", value=value, className="in", maxLength=200, autoComplete="off")


def _asset_class(chosen: AssetClass) -> Component:
    options = [{"value": one.value, "label": CLASS_NAMES[one]} for one in AssetClass]
    return field("Class", dbc.Select(id={"ie": "asset_class"}, options=options, value=chosen.value, class_name="in"))


def _currency(chosen: str) -> Component:
    options = sorted({*known_currencies(), chosen})
    return field("Currency", dbc.Select(id={"ie": "currency"}, options=options, value=chosen, class_name="in"))


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
