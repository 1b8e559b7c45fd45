"""The form of the panel: what is kept of an instrument, its prices by hand, and what else can be done with it."""

from __future__ import annotations

from decimal import Decimal

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.instruments import AssetClass
from dashboard.figures.allocation import CLASS_NAMES
from dashboard.results.instrument_editing import EditableInstrument, MergePlan
from dashboard.services.ledger.currencies import known_currencies
from dashboard.services.market_data.master_data import PROVIDERS
from dashboard.web.components.basics import button, field
from dashboard.web.components.states import note
from dashboard.web.instrument_panel import sections

OPENED = "ie-opened"
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
        title=html.Span("Instrument", id="ie-title"),
        labelledby="ie-title",
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


def edit_form(found: EditableInstrument, plan: MergePlan | None = None, *, deleting: bool = False) -> list[Component]:
    """All of it, or a word about who may change it."""
    if not found.may_edit:
        words = "Others have this instrument in their portfolios too: an administrator can change it."
        return [
            html.Div(note(words, mark="lock"), className="ie-locked"),
            sections.by_hand(found.prices_by_hand, found.detail.currency, editable=False),
        ]
    detail = found.detail
    double = [_doubles(found)] if found.same_isin else []
    boxes = {name: field(label, _box(name, _shown(getattr(detail, name))), hint=HINTS.get(name, ""))
             for name, label in LABELS.items()}  # fmt: skip
    provider = dbc.Select(
        id={"ie": "provider"},
        options=[{"value": "", "label": "Whichever knows it"}]
        + [{"value": name, "label": NAMES.get(name, name.capitalize())} for name in PROVIDERS],
        value=detail.provider,
        placeholder="Whichever knows it",
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
        sections.by_hand(found.prices_by_hand, detail.currency, editable=True),
        *sections.address(found),
        sections.more(found, plan, deleting=deleting),
    ]


def _doubles(found: EditableInstrument) -> Component:
    names = ", ".join(found.same_isin)
    return note(f"{names} has the same ISIN and currency. If they are one, merge this one into it.", tone="warn")


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
