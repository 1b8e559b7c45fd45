"""The bars of the chart as a table, newest first."""

from __future__ import annotations

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashboard.formatting import dates, numbers
from dashboard.results.instruments import Bars

MOST_ROWS = 500
HEADS = ("Open", "High", "Low", "Close", "Change", "Volume")


def rows(bars: Bars) -> list[Component]:
    """The last bars; the CSV has them all."""
    head = html.Thead(html.Tr([html.Th("Date"), *(html.Th(name, className="r") for name in HEADS)]))
    count = len(bars.dates)
    shown = [_row(bars, index) for index in range(count - 1, max(-1, count - 1 - MOST_ROWS), -1)]
    table = html.Table([head, html.Tbody(shown)], className="tb den")
    if count <= MOST_ROWS:
        return [table]
    return [
        table,
        html.P(f"The last {MOST_ROWS} of {numbers.number(count, 0)} bars. The CSV has all.", className="hint"),
    ]


def _row(bars: Bars, index: int) -> Component:
    values = (bars.open, bars.high, bars.low, bars.close)
    change = float(bars.close[index] / bars.close[index - 1] - 1.0) if index else None
    volume = float(bars.volume[index]) if np.isfinite(bars.volume[index]) else None
    return html.Tr(
        [
            html.Td(dates.day(bars.dates[index].item()), className="num t2"),
            *(html.Td(_price(float(array[index]), bars.currency), className="r num") for array in values),
            html.Td(numbers.percent(change, signed=True), className=f"r num {numbers.direction(change, 4)}"),
            html.Td(numbers.number(volume, 0), className="r num"),
        ]
    )


def _price(value: float, currency: str) -> str:
    return numbers.price(value, currency)
