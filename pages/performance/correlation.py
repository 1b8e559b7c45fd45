"""How the holdings move together: the lower half of the matrix of correlations."""

from __future__ import annotations

from math import isnan

from dash import html
from dash.development.base_component import Component

from dashboard.formatting import numbers
from dashboard.results.risk import RiskMatrix
from dashboard.web.components import basics
from dashboard.web.components.states import empty

MOST = 12


def card(found: RiskMatrix | None) -> Component:
    """A triangle of coefficients; ochre below zero, indigo above, both stronger the farther from it."""
    if found is None or len(found.symbols) < 2:
        text = "It takes two holdings with twenty days of prices each."
        return basics.card("Correlation", empty("Nothing to compare", text), class_name="c6")
    count = min(len(found.symbols), MOST)
    rows = [_row(found, at) for at in range(1, count)]
    foot = html.Tr([html.Td(), *(html.Th(found.symbols[at], className="ell") for at in range(count - 1))])
    table = html.Table([html.Tbody(rows), html.Tfoot(foot)], className="cor num")
    average = _average(found, count)
    more = f", the largest {MOST} holdings" if len(found.symbols) > MOST else ""
    body = [
        basics.scrolling(table, "Correlation"),
        html.Div(f"Average {numbers.number(average)}{more}", className="xs t3 num"),
    ]
    return basics.card("Correlation", body, sub=f"{found.observations} daily returns", class_name="c6")


def _row(found: RiskMatrix, at: int) -> Component:
    cells = [_cell(found.values[at][other], found.symbols[at], found.symbols[other]) for other in range(at)]
    return html.Tr([html.Th(found.symbols[at], className="ell"), *cells])


def _cell(value: float, one: str, other: str) -> Component:
    text = numbers.number(value)
    if isnan(value):
        return html.Td("–", title=f"{one} and {other}: a price did not move")
    share = f"{min(abs(value), 1.0) * 46:.0f}%"
    tone = "var(--c1)" if value >= 0 else "var(--c2)"
    style = {"background": f"color-mix(in srgb, {tone} {share}, var(--bg-sunken))"}
    return html.Td(text, style=style, title=f"{one} and {other}: {text}")


def _average(found: RiskMatrix, count: int) -> float | None:
    known = [found.values[at][other] for at in range(count) for other in range(at)]
    known = [value for value in known if not isnan(value)]
    return sum(known) / len(known) if known else None
