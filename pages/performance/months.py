"""Monthly returns as a table whose cells are tinted by how good they are."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.formatting import numbers
from dashboard.results.analysis import Analysis, ReturnYear
from dashboard.web.components import basics
from dashboard.web.components.states import empty

NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STEPS = ((-0.05, "n3"), (-0.02, "n2"), (-0.0005, "n1"), (0.0005, "0"), (0.02, "p1"), (0.05, "p2"))
SWATCHES = ("n3", "n2", "n1", "0", "p1", "p2", "p3")


def card(found: Analysis, series: str, choices: Sequence[tuple[str, str]]) -> Component:
    """The portfolio's months, or what they had more than the benchmark's."""
    chosen = series if series in {value for value, _ in choices} else choices[0][0]
    years = found.excess if chosen == "excess" else found.months
    control = basics.segmented("pf-series", choices, chosen, "Series", class_name="sm")
    body: list[Component] = [empty("No benchmark", "Choose one above to see what the portfolio had more.")]
    if years:
        body = [basics.scrolling(_table(years), "Monthly returns"), _legend(chosen == "excess")]
    return basics.card("Monthly returns", body, controls=[control], class_name="c8")


def _table(years: Sequence[ReturnYear]) -> Component:
    head = html.Tr([html.Th("Year"), *(html.Th(name) for name in NAMES), html.Th("Year total")])
    rows = [
        html.Tr([html.Th(str(year.year), className="num"), *(_cell(value) for value in (*year.months, year.total))])
        for year in years
    ]
    return html.Table([html.Thead(head), html.Tbody(rows)], className="hm")


def _cell(value: float | None) -> Component:
    if value is None:
        return html.Td("–", className="num none")
    return html.Td(numbers.percent(value, 1, signed=True).replace("%", ""), className=f"num div-{tint(value)}")


def tint(value: float) -> str:
    """The name of the tint: n3 for a loss of 5 % or more, p3 for a gain of 5 % or more, 0 for next to nothing."""
    return next((name for limit, name in STEPS if value <= limit), "p3")


def _legend(is_excess: bool) -> Component:
    swatches = [html.I(className=f"swatch div-{name}") for name in SWATCHES]
    words = "Percentage points against the benchmark" if is_excess else "Percent, net of fees"
    return html.Div(
        [html.Span(words), html.Span(className="end"), html.Span("≤ −5"), html.Span(swatches), html.Span("≥ +5")],
        className="row-f xs t3 hm-legend",
    )
