"""Columns and rows of grids of holdings, on every page alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.domain.instruments import AssetClass
from dashboard.figures.allocation import CLASS_NAMES
from dashboard.results.holdings import Holding
from dashboard.web.components.figure_forms import Form, whole_quantity

Row = dict[str, Any]  # ag-grid rows and columns are free-form JSON


def figure_column(
    field: str,
    name: str,
    formatted: str,
    width: int,
    *,
    change: bool = False,
    quiet: bool = False,
    strong: bool = False,
    **more: Any,
) -> Row:
    """A column of figures: ``formatted`` is the browser's function of a value, ``change`` colours it by its sign."""
    tone = (
        {"function": "directionClass(params)"}
        if change
        else f"ag-right-aligned-cell num{' t2' * quiet}{' med' * strong}"
    )
    return {
        "field": field,
        "headerName": name,
        "type": "rightAligned",
        "valueFormatter": {"function": formatted},
        "comparator": {"function": "compareNumbers"},
        "cellClass": tone,
        "sortingOrder": ["desc", "asc"],
        "minWidth": width,
        "flex": width // 10,
        **more,
    }


def fitted_column(field: str, name: str, form: Form, at_least: int, *, rows: Sequence[Row], **more: Any) -> Row:
    """A column of figures in which the longest of ``rows`` has its room."""
    return figure_column(field, name, form.script, form.room(field, rows, at_least), **more)


def identity(item: Holding) -> Row:
    """Who a row is about: its names and its link, the quantity, and the last price with how good it is."""
    return {
        "id": item.symbol,
        "symbol": item.symbol,
        "name": item.name,
        "kind": CLASS_NAMES[item.asset_class],
        "href": f"/i/{item.symbol}",
        "currency": item.currency,
        "crypto": item.asset_class is AssetClass.CRYPTO,
        "quantity": float(item.quantity),
        "quantity_whole": whole_quantity(item.quantity),
        "price": item.price,
        "price_status": item.price_status.value,
        "price_note": f"The last price is of {item.price_date}" if item.price_date else "There is no price",
    }
