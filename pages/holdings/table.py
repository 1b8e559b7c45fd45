"""The grid of positions: what each is worth, what it cost, what it gained and how it did in the period."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from dash import html
from dash.development.base_component import Component

from dashboard.domain.groups import GroupFigures
from dashboard.domain.lines import LineKind
from dashboard.results.breakdowns import BreakdownReport
from dashboard.results.holdings import Holding, HoldingsReport
from dashboard.web.components import basics
from dashboard.web.components.data import grid
from dashboard.web.components.figure_forms import (
    PRICE,
    QUANTITY,
    change,
    money,
    percent,
    percent_change,
)
from dashboard.web.components.holdings import Row, fitted_column, identity
from dashboard.web.components.states import empty
from dashboard.web.theme import is_narrow

ON_A_PHONE = ("market_value", "unrealized_pct")


def card(report: HoldingsReport, single: BreakdownReport) -> Component:
    """The card; its rows scroll sideways under a fixed first column."""
    if not report.holdings:
        return basics.card("Positions", empty("Nothing is held", "Every position has been closed."), class_name="c12")
    figures = {group.name: group for group in single.groups if group.kind is LineKind.HOLDING}
    rows = [_row(item, figures.get(item.symbol)) for item in report.holdings]
    table = grid(
        "positions-grid",
        columns(report.currency, rows),
        rows,
        label="Positions",
        row_id="id",
        auto_height=True,
        column_size=None,
    )
    count = len(report.holdings)
    sub: list[Component | str] = [
        f"{count} position{'' if count == 1 else 's'}, ",
        html.Span("at the last close", id="live-priced"),
    ]
    return basics.card("Positions", html.Div(table), sub=sub, class_name="c12", padded=False)


def columns(currency: str, rows: Sequence[Row]) -> list[Row]:
    """Name first and fixed, then quantity, price, value, gain and the period's returns, each as wide as its figures.

    A phone shows no more than :data:`ON_A_PHONE` beside the name without scrolling.
    """
    column = partial(fitted_column, rows=rows)
    found = [
        {
            "field": "name", "headerName": "Instrument", "cellRenderer": "InstrumentCell", "minWidth": 150,
            "width": 160,
            "pinned": "left",
        },
        column("quantity", "Quantity", QUANTITY, 84, tooltipField="quantity_whole"),
        column("average_cost", "Avg cost", money(currency), 84),
        column("price", "Last", PRICE, 80, cellRenderer="FreshCell"),
        column("market_value", "Value", money(currency), 96, sort="desc"),
        column("unrealized", "Unrealised", change(currency, 0), 100, change=True),
        column("unrealized_pct", "%", percent_change(1), 76, change=True),
        column("realized", "Realised", change(currency, 0), 88, change=True),
        column("income", "Income", change(currency, 0), 80, change=True),
        column("time_weighted", "TWR", percent_change(1), 76, change=True),
        column("contribution", "Contrib.", percent_change(2), 84, change=True),
        column("weight", "Weight", percent(1), 74),
    ]  # fmt: skip
    first = ("name", *ON_A_PHONE) if is_narrow() else ()
    return sorted(found, key=lambda one: first.index(one["field"]) if one["field"] in first else len(first))


def _row(item: Holding, figures: GroupFigures | None) -> Row:
    return {
        **identity(item),
        "average_cost": item.average_cost,
        "market_value": item.market_value,
        "unrealized": item.unrealized,
        "unrealized_pct": item.unrealized_pct,
        "realized": item.realized,
        "income": item.income,
        "time_weighted": figures.returns.time_weighted.value if figures else None,
        "contribution": figures.contribution.value if figures else None,
        "weight": item.weight,
    }
