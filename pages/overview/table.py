"""The grid of holdings, with sparklines and totals; on a phone a list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.figures.sparkline import sparkline
from dashboard.formatting import numbers
from dashboard.results.holdings import CashBalance, Holding, HoldingsReport
from dashboard.web.components import basics
from dashboard.web.components.attributes import aria, data
from dashboard.web.components.data import grid
from dashboard.web.components.figure_forms import PRICE, QUANTITY, change, money, percent, percent_change
from dashboard.web.components.holdings import fitted_column, identity
from dashboard.web.components.states import empty
from dashboard.web.theme import Width, current_width
from pages.overview.headline import ARROWS

LEFT_OUT = ("trend", "average_cost")
FILTERS = [("all", "All"), ("up", "Gainers"), ("down", "Losers")]
Row = dict[str, Any]  # ag-grid rows are free-form JSON


def card(report: HoldingsReport) -> Component:
    """The card."""
    cash = " + cash" if report.cash else ""
    count = len(report.holdings)
    positions = f"{count} position{'' if count == 1 else 's'}{cash}"
    if not count and not report.cash:
        return basics.card("Holdings", empty("Nothing is held", "Every position has been closed."), class_name="c12")
    control = html.Span(
        basics.segmented("holdings-filter", FILTERS, "all", "Filter", class_name="sm"), className="only-d"
    )
    found, total = rows(report), totals(report)
    # Flexible widths, and no sizing by the grid itself: it would complain about having none while a phone hides it.
    table = html.Div(
        grid(
            "holdings-grid",
            columns(report.currency, [*found, total], current_width()),
            found,
            label="Holdings",
            row_id="id",
            auto_height=True,
            column_size=None,
            options={"pinnedBottomRowData": [total]},
        ),
        className="only-d",
    )
    listed = html.Div([_mobile_row(row, report.currency) for row in report.holdings], className="only-m")
    return basics.card("Holdings", [table, listed], sub=positions, controls=[control], class_name="c12", padded=False)


def columns(currency: str, shown: Sequence[Row], width: Width = Width.WIDE) -> list[Row]:
    """Those that a page of this width has room for; ``shown`` are the rows and their total."""
    left_out = () if width is Width.WIDE else LEFT_OUT
    return [column for column in _columns(currency, shown) if column["field"] not in left_out]


def _columns(currency: str, shown: Sequence[Row]) -> list[Row]:
    """Text left, figures right, market value first in order. Widths fit the longest figures and grow evenly."""
    column = partial(fitted_column, rows=shown)
    return [
        {"field": "name", "headerName": "Instrument", "cellRenderer": "InstrumentCell", "minWidth": 158, "flex": 22},
        {
            "field": "trend",
            "headerName": "Trend, 30d",
            "cellRenderer": "TrendCell",
            "cellDataType": False,
            "sortable": False,
            "minWidth": 118,
            "flex": 9,
        },
        column("quantity", "Quantity", QUANTITY.of_rows(), 80, tooltipField="quantity_whole"),
        column("average_cost", "Avg cost", money(currency).of_rows(), 92, quiet=True),
        column("price", "Last", PRICE.of_rows(), 96, cellRenderer="FreshCell", enableCellChangeFlash=True),
        column("day_change_pct", "Day %", percent_change(2), 78, change=True),
        column("day_change", "Day", change(currency, 0), 80, change=True),
        column("market_value", "Market value", money(currency), 124, sort="desc", strong=True),
        column("unrealized", "Gain", change(currency, 0), 92, change=True),
        column("unrealized_pct", "Gain %", percent_change(1), 84, change=True),
        column("weight", "Weight", percent(1), 118, cellRenderer="WeightCell"),
    ]


def rows(report: HoldingsReport) -> list[Row]:
    """One row a holding, then one for all cash."""
    largest = max((row.weight or 0.0 for row in report.holdings), default=0.0)
    found = [_row(row, largest) for row in report.holdings]
    return [*found, _cash_row(report, largest)] if report.cash else found


def _row(row: Holding, largest: float) -> Row:
    return {
        **identity(row),
        "trend": sparkline(row.trend),
        "average_cost": row.average_cost,
        "day_change_pct": row.day_change_pct,
        "day_change": row.day_change,
        "market_value": row.market_value,
        "unrealized": row.unrealized,
        "unrealized_pct": row.unrealized_pct,
        "weight": row.weight,
        "weight_of_largest": row.weight / largest if row.weight is not None and largest > 0 else None,
    }


def _cash_row(report: HoldingsReport, largest: float) -> Row:
    value = _sum([balance.market_value for balance in report.cash])
    weight = _sum([balance.weight for balance in report.cash])
    return {
        "id": "cash",
        "symbol": "CASH",
        "badge": "CASH",
        "name": "Cash",
        "sub": " · ".join(_balance(balance) for balance in report.cash),
        "market_value": value,
        "weight": weight,
        "weight_of_largest": weight / largest if weight is not None and largest > 0 else None,
    }


def _sum(parts: Sequence[float | None]) -> float | None:
    """None where a part is not known: the rest is not the whole."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _balance(balance: CashBalance) -> str:
    return f"{balance.currency} {numbers.number(balance.amount, 0)}"


def totals(report: HoldingsReport) -> Row:
    """The pinned last row."""
    found = report.totals
    return {
        "id": "total",
        "name": "Total",
        "day_change_pct": found.day_change_pct,
        "day_change": found.day_change,
        "market_value": found.market_value,
        "unrealized": found.unrealized,
        "unrealized_pct": found.unrealized_pct,
        "weight": 1.0 if found.market_value else None,
    }


def _mobile_row(row: Holding, currency: str) -> Component:
    """A row on a phone; the browser finds its figures by the symbol while prices move."""
    name = html.Span(
        [html.B(row.name, className="ell"), html.Small(f"{row.symbol} · {numbers.percent(row.weight, 1)}")],
        className="ell",
    )
    badge = html.Span(row.symbol[:4], className="lg", **aria(hidden="true"))
    direction = numbers.direction(row.day_change_pct, 4)
    change = html.Span(
        f"{ARROWS[direction]} {numbers.percent(row.day_change_pct, signed=True)}".strip(),
        className=f"xs mchg {direction}",
    )
    value = html.Span(numbers.money(row.market_value, currency, 0), className="med mval")
    return html.A(
        [html.Span([badge, name], className="inst"), html.Span([value, change], className="r num mfig")],
        href=f"/i/{row.symbol}",
        className="mrow two",
        **data(symbol=row.symbol),
    )
