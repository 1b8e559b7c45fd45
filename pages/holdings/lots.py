"""Every open lot: when it was acquired, what it cost, what it is worth and for how long it has been held."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.transactions import LotMethod
from dashboard.formatting import dates, numbers
from dashboard.results.holdings import Holding, HoldingsReport, OpenLot
from dashboard.web.components import basics

METHODS = {
    LotMethod.FIFO: "FIFO",
    LotMethod.LIFO: "LIFO",
    LotMethod.HIFO: "HIFO",
    LotMethod.AVERAGE: "average cost",
    LotMethod.SPECIFIC: "name",
}
DAYS_A_YEAR = 365
MOST = 200


def card(report: HoldingsReport) -> Component:
    """The lots of all positions, position by position, the oldest first."""
    found = [(item, lot) for item in report.holdings for lot in item.lots]
    titles = ("Quantity", "Cost", "Market value", "Gain", "%", "Held")
    head = html.Tr([html.Th("Instrument"), html.Th("Acquired"), *(html.Th(title, className="r") for title in titles)])
    rows = [_row(report, item, lot) for item, lot in found[:MOST]]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="tb den")
    more = f", the first {MOST} shown" if len(found) > MOST else ""
    lots = "1 lot" if len(found) == 1 else f"{len(found)} lots"
    sub = f"{lots} by {METHODS[report.portfolio.method]}{more}"
    box = html.Details([html.Summary("Show every lot", className="lots-more"), basics.scrolling(table, "Open lots")])
    return basics.card("Open lots", box, sub=sub, class_name="c12", padded=False)


def _row(report: HoldingsReport, item: Holding, lot: OpenLot) -> Component:
    value = _value(item, lot)
    gain = None if value is None else value - float(lot.cost)
    share = gain / float(lot.cost) if gain is not None and lot.cost > 0 else None
    days = (report.as_of - lot.acquired).days
    term = basics.chip("Long", "ok") if days >= DAYS_A_YEAR else basics.chip("Short")
    return html.Tr(
        [
            html.Td(dcc.Link(item.symbol, href=f"/i/{item.symbol}", className="med")),
            html.Td(dates.day(lot.acquired), className="num t2 nowrap"),
            html.Td(numbers.quantity(lot.quantity), className="r num"),
            html.Td(numbers.number(float(lot.cost)), className="r num"),
            html.Td(numbers.number(value), className="r num med"),
            html.Td(numbers.number(gain, signed=True), className=f"r num {numbers.direction(gain)}"),
            html.Td(numbers.percent(share, 1, signed=True), className=f"r num {numbers.direction(share, 3)}"),
            html.Td([f"{days:,} d ", term], className="r num nowrap"),
        ]
    )


def _value(item: Holding, lot: OpenLot) -> float | None:
    """The lot's share of the position's value, by units."""
    if item.market_value is None or not item.quantity:
        return None
    return item.market_value * float(lot.quantity / item.quantity)
