"""The instruments of a list as a grid; on a phone name, trend, and price over change."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash.development.base_component import Component

from dashboard.domain.instruments import InstrumentState
from dashboard.domain.market_hours import MarketState
from dashboard.figures.allocation import CLASS_NAMES
from dashboard.figures.sparkline import sparkline
from dashboard.formatting import dates
from dashboard.results.watchlists import WatchColumn, WatchedInstrument, Watchlist
from dashboard.web.components.data import grid

Row = dict[str, Any]  # ag-grid rows are free-form JSON
GRID = "watchlist-grid"
MARKETS = {MarketState.OPEN: "Open", MarketState.PRE: "Pre-market", MarketState.POST: "After hours"}
CLOSED, UNKNOWN, WAITING, DELISTED = "Closed", "Not found", "Waiting", "Delisted"
TONES = {"Open": "ok", "Pre-market": "info", "After hours": "info", UNKNOWN: "bad", WAITING: "info"}
LISTENERS = {
    "cellValueChanged": ["watchlistNoted(params)"],
    "rowDragEnd": ["watchlistDragged(params)"],
    "firstDataRendered": ["watchlistDrawn(params)"],
}
FIGURE = {"type": "rightAligned", "comparator": {"function": "compareNumbers"}, "sortingOrder": ["desc", "asc", None]}
LABELS = {
    WatchColumn.TREND_30: "Trend, 30 d",
    WatchColumn.TREND_90: "Trend, 90 d",
    WatchColumn.CHANGE: "Change",
    WatchColumn.CHANGE_PCT: "Change %",
    WatchColumn.DAY_RANGE: "Day range",
    WatchColumn.YEAR_RANGE: "52-week range",
    WatchColumn.MARKET: "Market",
    WatchColumn.EXCHANGE: "Exchange",
    WatchColumn.NOTE: "Note",
}


def table(found: Watchlist, rows: tuple[WatchedInstrument, ...], *, phone: bool) -> Component:
    """The grid; its rows are dragged by their handles, and notes are written into their cells."""
    columns = _phone_columns() if phone else [_name(), _price(), *map(_column, found.columns), _acts()]
    options = {"rowHeight": 56, "headerHeight": 0} if phone else {"rowDragManaged": True, "rowHeight": 44}
    return grid(
        GRID,
        columns,
        [_row(row, phone=phone) for row in rows],
        label=f"Watchlist {found.name}",
        row_id="id",
        auto_height=True,
        column_size=None,
        options={**options, "stopEditingWhenCellsLoseFocus": True},
        eventListeners=LISTENERS,
    )


def _name() -> Row:
    return {
        "field": "name", "headerName": "Instrument", "cellRenderer": "InstrumentCell", "rowDrag": True,
        "minWidth": 190, "flex": 3, "sortingOrder": ["asc", "desc", None],
    }  # fmt: skip


def _price() -> Row:
    return {
        "field": "price", "headerName": "Last", "width": 116, **FIGURE, "cellRenderer": "FreshCell",
        "cellClass": "num med ag-right-aligned-cell", "enableCellChangeFlash": True, "tooltipField": "price_of",
        "valueFormatter": {"function": "price(params.value, params.data.currency, params.data.decimals)"},
    }  # fmt: skip


def _column(column: WatchColumn) -> Row:
    return {"field": column.value, "headerName": LABELS[column], **_KINDS[column]}


_DIRECTION = {"function": "directionClass(params)"}
_TREND = {"cellRenderer": "TrendCell", "cellDataType": False, "sortable": False, "width": 116}
_RANGE = {"cellRenderer": "RangeCell", "cellDataType": False, "sortable": False, "minWidth": 196, "flex": 1}
_KINDS: dict[WatchColumn, Row] = {
    WatchColumn.TREND_30: _TREND,
    WatchColumn.TREND_90: _TREND,
    WatchColumn.CHANGE: {
        **FIGURE, "width": 98, "cellClass": _DIRECTION,
        "valueFormatter": {"function": "watchlistChange(params)"},
    },
    WatchColumn.CHANGE_PCT: {
        **FIGURE, "width": 96, "cellClass": _DIRECTION,
        "valueFormatter": {"function": "percentChange(params.value)"},
    },
    WatchColumn.DAY_RANGE: {
        **_RANGE,
        "headerTooltip": "Low and high of the session as live quotes tell them, and where the price is between them",
    },
    WatchColumn.YEAR_RANGE: {
        **_RANGE,
        "headerTooltip": "The lowest and the highest close of 52 weeks, and where the price is between them",
    },
    WatchColumn.MARKET: {
        "cellRenderer": "ChipCell", "cellRendererParams": {"tones": TONES}, "width": 104, "tooltipField": "why",
    },
    WatchColumn.EXCHANGE: {"minWidth": 130, "flex": 1, "cellClass": "t2"},
    WatchColumn.NOTE: {
        "minWidth": 120, "flex": 2, "editable": True, "sortable": False, "cellClass": "watch-note t2",
        "cellEditorParams": {"maxLength": 500}, "tooltipField": "note",
    },
}  # fmt: skip


def _acts() -> Row:
    return {
        "field": "acts",
        "headerName": "Actions",
        "headerClass": "sr-head",
        "cellRenderer": "WatchActsCell",
        "sortable": False,
        "width": 104,
        "pinned": "right",
    }


def _phone_columns() -> list[Row]:
    return [
        {"field": "name", "cellRenderer": "InstrumentCell", "flex": 1, "minWidth": 120},
        {
            "field": "trend_30",
            "cellRenderer": "TrendCell",
            "cellDataType": False,
            "width": 94,
            "cellClass": "watch-trend",
        },
        {"field": "price", "cellRenderer": "WatchQuoteCell", "width": 112, "cellClass": "ag-right-aligned-cell"},
        {"colId": "edit", "field": "symbol", "cellRenderer": "WatchEditCell", "hide": True, "flex": 1},
    ]


def _row(row: WatchedInstrument, *, phone: bool) -> Row:
    detail = row.detail
    day = detail.last_date
    return {
        "id": detail.symbol,
        "symbol": detail.symbol,
        "name": detail.name or detail.symbol,
        "kind": CLASS_NAMES[detail.asset_class],
        **({"sub": f"{detail.symbol} · {row.note}"} if phone and row.note else {}),
        "href": f"/i/{quote(detail.symbol, safe='')}",
        "currency": detail.currency,
        "decimals": detail.asset_class.price_decimals,
        "zone": detail.time_zone or "UTC",
        "priced_on": day.isoformat() if day else "",
        "price": detail.last_close,
        "price_of": f"Close of {dates.day(day)}" if day else row.problem,
        "price_status": "stale" if row.is_stale else "ok",
        "price_note": f"The last close is of {dates.day(day)}" if row.is_stale else "",
        WatchColumn.TREND_30: sparkline(row.closes[-30:]),
        WatchColumn.TREND_90: sparkline(row.closes, len(row.closes)),
        WatchColumn.CHANGE: row.change,
        WatchColumn.CHANGE_PCT: row.change_pct,
        WatchColumn.DAY_RANGE: [None, None],
        WatchColumn.YEAR_RANGE: [row.low, row.high],
        WatchColumn.MARKET: _market(row),
        "why": row.problem,
        WatchColumn.EXCHANGE: detail.exchange,
        WatchColumn.NOTE: row.note,
    }


def _market(row: WatchedInstrument) -> str:
    """Whether its market trades; before that, why it cannot be followed."""
    if row.detail.state is InstrumentState.DELISTED:
        return DELISTED
    if row.detail.state is InstrumentState.NOT_FOUND:
        return UNKNOWN
    if row.detail.last_date is None:
        return WAITING
    return "" if row.market is None else MARKETS.get(row.market, CLOSED)
