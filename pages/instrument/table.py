"""The bars of the chart as a table, newest first."""

from __future__ import annotations

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashboard.figures.times import is_within_days, labels
from dashboard.formatting import numbers
from dashboard.results.instruments import Bars
from dashboard.web.components.data import Json, grid

MOST_ROWS = 2500
PRICES = ("open", "high", "low", "close")


def rows(bars: Bars, min_decimals: int) -> list[Component]:
    """The last bars; the CSV has them all."""
    count = len(bars.dates)
    shown = [_row(bars, index) for index in range(count - 1, max(-1, count - 1 - MOST_ROWS), -1)]
    table = grid("px-grid", _columns(bars, min_decimals), shown, label="Prices", row_id="date", column_size=None)
    if count <= MOST_ROWS:
        return [table]
    text = f"The last {numbers.number(MOST_ROWS, 0)} of {numbers.number(count, 0)} bars. The CSV has them all."
    return [table, html.P(text, className="hint")]


def _columns(bars: Bars, min_decimals: int) -> list[Json]:
    figure = {"type": "rightAligned", "cellClass": "num ag-right-aligned-cell", "flex": 1, "minWidth": 96}
    money = {**figure, "valueFormatter": {"function": f"price(params.value, '{bars.currency}', {min_decimals})"}}
    within = is_within_days(bars.dates)
    named = {} if within else {"valueFormatter": {"function": "day(params.value)"}}
    change = {"function": "percentChange(params.value)"}
    return [
        {
            "field": "date",
            "headerName": "Time" if within else "Date",
            "width": 144 if within else 128,
            "cellClass": "num t2",
            "pinned": "left",
            **named,
        },
        *({"field": name, "headerName": name.capitalize(), **money} for name in PRICES),
        {
            **figure,
            "field": "change",
            "headerName": "Change",
            "cellClass": {"function": "directionClass(params)"},
            "valueFormatter": change,
        },
        {
            **figure,
            "field": "volume",
            "headerName": "Volume",
            "valueFormatter": {"function": "amount(params.value, 0)"},
        },
    ]


def _row(bars: Bars, index: int) -> Json:
    before = float(bars.close[index - 1]) if index else None
    return {
        "date": labels(bars.dates[index : index + 1])[0].replace("T", " "),
        **{name: _known(getattr(bars, name)[index]) for name in PRICES},
        "change": float(bars.close[index]) / before - 1.0 if before else None,
        "volume": _known(bars.volume[index]),
    }


def _known(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None
