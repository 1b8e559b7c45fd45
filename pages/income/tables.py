"""The tables of income: what each instrument brings, and the payments to be expected."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.income import Basis, ExpectedPayment
from dashboard.domain.income_calendar import IncomeCalendar, InstrumentIncome
from dashboard.formatting import dates, numbers
from dashboard.results.income import IncomeReport
from dashboard.web.components import basics
from dashboard.web.components.attributes import given
from dashboard.web.components.states import empty

MOST_EXPECTED = 8


def expected_card(report: IncomeReport) -> Component:
    """The next payments, each with what it rests on."""
    if not report.expected:
        text = "Nothing that is held paid in the last twelve months, and nothing is declared."
        return basics.card("Coming up", empty("Nothing expected", text), class_name="c4")
    head = html.Tr([html.Th("Date"), html.Th("Instrument"), html.Th(f"Amount, {report.currency}", className="r")])
    rows = [_payment(one) for one in report.expected[:MOST_EXPECTED]]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="tb den")
    more = len(report.expected) - MOST_EXPECTED
    sub = f"and {more} more within a year" if more > 0 else "within a year"
    return basics.card("Coming up", table, sub=sub, class_name="c4", padded=False)


def _payment(one: ExpectedPayment) -> Component:
    chip = basics.chip("Declared", "ok") if one.basis is Basis.DECLARED else basics.chip("Estimate")
    name: list[Component | str] = [dcc.Link(one.symbol, href=f"/i/{one.symbol}", className="med"), " ", chip]
    return html.Tr(
        [
            html.Td(dates.day(one.date), className="num t2 nowrap"),
            html.Td(name),
            html.Td(numbers.number(one.amount.value), className="r num", **given(title=one.amount.reason)),
        ]
    )


def instruments_card(report: IncomeReport, found: IncomeCalendar) -> Component:
    """What each instrument brought, and may bring."""
    if not found.instruments:
        return basics.card(
            "By instrument", empty("No income yet", "Dividends and interest appear here."), class_name="c12"
        )
    titles = ("Last 12 months", "Share", "Next 12 months", "Tax withheld", "Since the start")
    head = html.Tr([html.Th("Instrument"), *(html.Th(title, className="r") for title in titles)])
    rows = [_instrument(one, found.last_year) for one in found.instruments]
    total = html.Tr(
        [
            html.Td("Total", className="semi"),
            html.Td(numbers.number(found.last_year), className="r num semi"),
            html.Td("100.0%" if found.last_year else "–", className="r num"),
            html.Td(numbers.number(found.expected), className="r num semi"),
            html.Td(numbers.number(sum(one.taxes for one in found.instruments)), className="r num semi"),
            html.Td(numbers.number(sum(one.total for one in found.instruments)), className="r num semi"),
        ]
    )
    table = html.Table([html.Thead(head), html.Tbody([*rows, total])], className="tb")
    sub = f"{report.currency}, gross"
    return basics.card(
        "By instrument", basics.scrolling(table, "By instrument"), sub=sub, class_name="c12", padded=False
    )


def _instrument(one: InstrumentIncome, whole: float) -> Component:
    name: Component | str = (
        dcc.Link(one.symbol, href=f"/i/{one.symbol}", className="med") if one.symbol else "Interest on cash"
    )
    share = numbers.percent(one.last_year / whole, 1) if whole > 0 else "–"
    return html.Tr(
        [
            html.Td(name),
            html.Td(numbers.number(one.last_year), className="r num med"),
            html.Td(share, className="r num t2"),
            html.Td(numbers.number(one.expected), className="r num"),
            html.Td(numbers.number(one.taxes), className="r num t2"),
            html.Td(numbers.number(one.total), className="r num"),
        ]
    )
