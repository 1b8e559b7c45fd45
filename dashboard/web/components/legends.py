"""Legends above charts: a name, its line as the chart draws it, and its figure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.formatting import numbers
from dashboard.web.components.attributes import aria


def legend_entry(name: str, value: float | None, kind: str) -> Component:
    """An entry; ``kind`` is the look of its key: line, line dash, box or box soft."""
    figure = html.Span(numbers.percent(value, signed=True), className=f"num med {numbers.direction(value, 4)}")
    return html.Span([html.I(className=f"key {kind}", **aria(hidden="true")), name, figure], className="row-f gap6")
