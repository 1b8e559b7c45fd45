"""The headline: the value, and what the day did to it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.formatting import dates, numbers
from dashboard.results.holdings import HoldingsReport
from dashboard.web.components.attributes import aria, data

ARROWS = {"up": "▲", "down": "▼", "flat": "", "none": ""}


def headline(report: HoldingsReport) -> Component:
    """The value, the day's change, and how many prices it rests on. Live prices move all of it."""
    totals = report.totals
    whole, _, decimals = numbers.money(totals.market_value, report.currency).partition(".")
    direction = numbers.direction(totals.day_change)
    value = html.Div(
        [
            html.Span(whole, id="live-whole"),
            html.Span(f".{decimals}" if decimals else "", className="dec", id="live-dec"),
        ],
        className="val num",
        id="live-value",
        **aria(live="polite", atomic="true"),
        **data(currency=report.currency),
    )
    change = html.Div(
        [
            html.Span(
                f"{ARROWS[direction]} {numbers.percent(totals.day_change_pct, signed=True)}".strip(),
                className=f"chip {direction} big",
                id="live-day-pct",
            ),
            html.Span(numbers.money(totals.day_change, report.currency, signed=True), id="live-day"),
            html.Span(day_name(report), className="t3 when", id="live-when"),
        ],
        className=f"chg num {direction}",
        id="live-change",
    )
    partial = " partial" if totals.count != totals.priced else ""
    meta = html.Div(_prices(report), className=f"meta{partial}", id="live-meta")
    return html.Div([value, change, meta], className="hero")


def day_name(report: HoldingsReport) -> str:
    """``today``, or the day of the last session."""
    session = report.last_session
    return "today" if session is None or session == report.as_of else f"on {dates.day(session)}"


def _prices(report: HoldingsReport) -> str:
    """How many prices the value rests on. One text: the browser replaces it while prices move."""
    totals = report.totals
    if totals.count != totals.priced:
        return f"{totals.priced} of {totals.count} prices"
    if not totals.priced:
        return ""
    return "1 price at the close" if totals.priced == 1 else f"{totals.priced} prices at the close"
