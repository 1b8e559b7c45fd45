"""The grid of positions: what each is worth, what it cost, what it gained and how it did in the period."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.domain.groups import GroupFigures
from dashboard.domain.lines import LineKind
from dashboard.results.breakdowns import BreakdownReport
from dashboard.results.holdings import Holding, HoldingsReport
from dashboard.web.components import basics
from dashboard.web.components.data import grid
from dashboard.web.components.holdings import Row, figure_column, identity
from dashboard.web.components.states import empty


def card(report: HoldingsReport, single: BreakdownReport) -> Component:
    """The card; its rows scroll sideways under a fixed first column."""
    if not report.holdings:
        return basics.card("Positions", empty("Nothing is held", "Every position has been closed."), class_name="c12")
    figures = {group.name: group for group in single.groups if group.kind is LineKind.HOLDING}
    table = grid(
        "positions-grid",
        columns(report.currency),
        [_row(item, figures.get(item.symbol)) for item in report.holdings],
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


def columns(currency: str) -> list[Row]:
    """Name first and fixed, then quantity and price, value and gain, and the period's returns."""
    return [
        {
            "field": "name", "headerName": "Instrument", "cellRenderer": "InstrumentCell", "minWidth": 150,
            "width": 160,
            "pinned": "left",
        },
        figure_column("quantity", "Quantity", "quantity(params.value, params.data.crypto)", 78),
        figure_column("average_cost", "Avg cost", f"money(params.value, '{currency}')", 88),
        figure_column("price", "Last", "price(params.value, params.data.currency)", 90, cellRenderer="FreshCell"),
        figure_column("market_value", "Value", f"money(params.value, '{currency}')", 112, sort="desc"),
        figure_column("unrealized", "Unrealised", f"change(params.value, '{currency}', 0)", 100, change=True),
        figure_column("unrealized_pct", "%", "percentChange(params.value, 1)", 88, change=True),
        figure_column("realized", "Realised", f"change(params.value, '{currency}', 0)", 96, change=True),
        figure_column("income", "Income", f"change(params.value, '{currency}', 0)", 96, change=True),
        figure_column("time_weighted", "TWR", "percentChange(params.value, 1)", 84, change=True),
        figure_column("contribution", "Contrib.", "percentChange(params.value)", 88, change=True),
        figure_column("weight", "Weight", "percent(params.value, 1)", 74),
    ]  # fmt: skip


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
