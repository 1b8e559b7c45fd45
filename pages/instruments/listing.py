"""The instruments that fit a search, as a grid."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.domain.instruments import InstrumentState
from dashboard.domain.measures import Status
from dashboard.figures.allocation import CLASS_NAMES
from dashboard.formatting import numbers
from dashboard.providers.base import MANUAL
from dashboard.results.instruments import InstrumentDetail, InstrumentPage
from dashboard.services import instrument_positions, market_data
from dashboard.web.components.basics import button
from dashboard.web.components.data import grid
from dashboard.web.components.states import empty
from dashboard.web.state import ViewState
from dashboard.web.theme import is_narrow

Row = dict[str, Any]  # ag-grid rows are free-form JSON
OK, STALE, NO_PRICES, WAITING, UNKNOWN, FAILED = "Priced", "Stale", "No prices", "Waiting", "Not found", "Failed"
DELISTED, BY_HAND = "Delisted", "By hand"
TONES = {OK: "", STALE: "warn", NO_PRICES: "", WAITING: "info", UNKNOWN: "bad", FAILED: "warn"}
# What somebody has to do something about, the worst first.
ATTENTION = (UNKNOWN, FAILED, WAITING, STALE)
EDIT = "edit"


class Show(StrEnum):
    """Which instruments are listed."""

    ALL = "all"
    HELD = "held"
    PROBLEMS = "problems"
    DELISTED = "delisted"


def found(actor: Actor, view: ViewState) -> tuple[InstrumentPage, frozenset[str]]:
    """The instruments of the view, and which of all the actor holds."""
    held = instrument_positions.held_symbols(actor)
    show = chosen(view)
    page = market_data.list_instruments(
        actor,
        view.get("q"),
        symbols=held if show is Show.HELD else None,
        troubled=show is Show.PROBLEMS,
        state=InstrumentState.DELISTED if show is Show.DELISTED else None,
    )
    return page, held


def chosen(view: ViewState) -> Show:
    """Which instruments the address asks for."""
    given = view.get("show")
    return Show(given) if given in set(Show) else Show.ALL


def body(page: InstrumentPage, held: Collection[str], view: ViewState) -> list[Component]:
    """The grid, on a phone with two columns; or why there is nothing in it."""
    if not page.rows:
        return [_nothing(view)]
    ordered = sorted(page.rows, key=lambda detail: _place(detail, held))
    phone = is_narrow()
    table = grid(
        "instruments-grid",
        _phone_columns() if phone else _columns(),
        [_row(detail, detail.symbol in held, phone) for detail in ordered],
        label="Instruments",
        row_id="id",
        auto_height=True,
        column_size=None,
        options={"rowHeight": 56, "headerHeight": 0} if phone else None,
    )
    return [table]


def _place(detail: InstrumentDetail, held: Collection[str]) -> tuple[int, bool, str]:
    """Where an instrument stands: what needs attention first, then what is held, by name."""
    shown = condition(detail)
    urgency = ATTENTION.index(shown) if shown in ATTENTION else len(ATTENTION)
    return urgency, detail.symbol not in held, (detail.name or detail.symbol).lower()


def counted(page: InstrumentPage) -> str:
    """How many there are, and whether all of them are shown."""
    total, shown = numbers.number(page.total, 0), len(page.rows)
    return f"{shown} of {total}; search to narrow" if shown < page.total else total


def condition(detail: InstrumentDetail) -> str:
    """How the prices stand, in a word."""
    if detail.state is InstrumentState.DELISTED:
        return DELISTED
    if detail.state is InstrumentState.NOT_FOUND:
        return UNKNOWN
    if detail.problem_code:
        return FAILED
    if detail.last_date is None:
        return WAITING if detail.state is InstrumentState.UNRESOLVED else NO_PRICES
    if detail.price_status is Status.STALE:
        return STALE
    return BY_HAND if detail.provider == MANUAL else OK


def path(symbol: str) -> str:
    """The address of an instrument's page."""
    return f"/i/{quote(symbol, safe='')}"


def _columns() -> list[Row]:
    right = {"type": "rightAligned", "comparator": {"function": "compareNumbers"}, "sortingOrder": ["desc", "asc"]}
    mine = {"tones": {"Held": "acc"}}
    return [
        {"field": "name", "headerName": "Instrument", "cellRenderer": "InstrumentCell", "minWidth": 260, "flex": 3},
        {"field": "held", "headerName": "Mine", "cellRenderer": "ChipCell", "cellRendererParams": mine, "width": 84},
        {"field": "exchange", "headerName": "Exchange", "minWidth": 168, "flex": 1, "cellClass": "t2"},
        {"field": "currency", "headerName": "Currency", "width": 96, "cellClass": "t2"},
        {
            "field": "close", "headerName": "Last close", "width": 132, **right,
            "cellClass": "num med ag-right-aligned-cell",
            "valueFormatter": {"function": "price(params.value, params.data.currency, params.data.decimals)"},
        },
        {
            "field": "change", "headerName": "Change", "width": 104, **right,
            "cellClass": {"function": "directionClass(params)"},
            "valueFormatter": {"function": "percentChange(params.value)"},
        },
        {
            "field": "date", "headerName": "On", "width": 124, "cellClass": "num t2",
            "valueFormatter": {"function": "day(params.value)"},
        },
        {
            "field": "condition", "headerName": "Prices", "width": 116, "cellRenderer": "ChipCell",
            "cellRendererParams": {"tones": TONES}, "tooltipField": "why",
        },
        {
            "field": EDIT, "headerName": "Edit", "headerClass": "sr-head", "width": 72, "sortable": False,
            "cellClass": "acc-text pointer",
        },
    ]  # fmt: skip


def _phone_columns() -> list[Row]:
    """The name, and the price over its change (or what is wrong with it)."""
    return [
        {"field": "name", "cellRenderer": "InstrumentCell", "flex": 1, "minWidth": 120},
        {"field": "close", "cellRenderer": "QuoteCell", "width": 128, "cellRendererParams": {"tones": TONES}},
    ]


def _row(detail: InstrumentDetail, held: bool, phone: bool) -> Row:
    return {
        "id": detail.symbol,
        "symbol": detail.symbol,
        "name": detail.name or detail.symbol,
        "kind": " · ".join([CLASS_NAMES[detail.asset_class], *(["Held"] if held and phone else [])]),
        "href": path(detail.symbol),
        "held": "Held" if held else "",
        "exchange": detail.exchange or "–",
        "currency": detail.currency,
        "close": detail.last_close,
        "decimals": detail.asset_class.price_decimals,
        "change": _change(detail),
        "date": detail.last_date.isoformat() if detail.last_date else None,
        "condition": condition(detail),
        "why": detail.problem,
        EDIT: "Edit",
    }


def _change(detail: InstrumentDetail) -> float | None:
    if detail.last_close is None or not detail.previous_close:
        return None
    return detail.last_close / detail.previous_close - 1.0


def _nothing(view: ViewState) -> Component:
    text, show = view.get("q"), chosen(view)
    everything = button("Show all instruments", href="/instruments")
    if text:
        known = f"No stored symbol, name or ISIN contains “{text}”. Enter asks the providers."
        return empty("No instruments match", known, everything)
    if show is Show.HELD:
        return empty("Nothing is held", "What your portfolios hold appears here.", everything)
    if show is Show.DELISTED:
        return empty("Nothing is delisted", "What trades no more is marked so in its panel.", everything)
    if show is Show.PROBLEMS:
        return empty("No problems", "Every instrument was found, and its last refresh went well.", everything)
    begin = button("Go to the overview", href="/", kind="pri")
    return empty("No instruments yet", "They appear with the first transactions in which they are traded.", begin)
