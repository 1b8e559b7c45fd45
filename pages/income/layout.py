"""The layout of income: what is to be booked, what was received by month and instrument, and what is to be expected."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.domain.income_calendar import IncomeCalendar, income_calendar
from dashboard.errors import InsufficientData
from dashboard.figures.income import income_figure
from dashboard.formatting import dates, numbers
from dashboard.results.income import IncomeReport
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.proposals import TO_DECIDE
from dashboard.services import actions, income, portfolios
from dashboard.web.components import basics
from dashboard.web.components.attributes import aria
from dashboard.web.components.data import graph
from dashboard.web.components.states import empty
from dashboard.web.page import portfolio_path
from dashboard.web.state import ViewState
from dashboard.web.theme import Width, current_theme, current_width
from pages.income import proposals
from pages.income.proposals import ASKED, CHANGED
from pages.income.tables import expected_card, instruments_card

HEIGHT = 280


def layout(actor: Actor, view: ViewState, *, slug: str) -> Sequence[Component]:
    """The page of the portfolio ``slug``."""
    portfolio = portfolios.portfolio_by_slug(actor, slug)
    stores = [dcc.Store(id=name) for name in (ASKED, CHANGED)]
    head = basics.page_header("Income", scope=[basics.chip(portfolio.base_currency)])
    return [head, *stores, html.Div(body(actor, portfolio), id="income-body")]


def body(actor: Actor, portfolio: PortfolioRef) -> list[Component]:
    """What is to be booked, what came in and what may come."""
    try:
        report = income.income(actor, portfolio.id)
    except InsufficientData as error:
        add = basics.button(
            "Add transaction", href=f"{portfolio_path(portfolio.slug, 'transactions')}?add=1", kind="pri"
        )
        return [basics.card("Nothing received yet", empty("No transactions", error.message, add))]
    found = income_calendar(report.received, report.expected, report.period.end)
    board = actions.board(actor, portfolio.id)
    waiting = proposals.card(board)
    cards = [_months_card(report, found), expected_card(report), instruments_card(report, found)]
    # What has to be decided comes first; where nothing has, the rules are at the foot.
    cards = [waiting, *cards] if board.of(TO_DECIDE) else [*cards, waiting]
    return [_strip(report, found), html.Div(cards, className="grid")]


def _strip(report: IncomeReport, found: IncomeCalendar) -> Component:
    currency = report.currency
    monthly = found.last_year / 12
    return basics.kpi_strip(
        basics.kpi("Last 12 months", numbers.money(found.last_year, currency), "gross"),
        basics.kpi("Net of fees and taxes", numbers.money(found.last_year_net, currency), "last 12 months"),
        basics.kpi("This year", numbers.money(found.year_to_date, currency), "gross, so far"),
        basics.kpi("A month", numbers.money(monthly, currency), "average of 12 months"),
        basics.kpi("Next 12 months", numbers.money(found.expected, currency), "expected, gross"),
        id="income-kpis",
    )


def _months_card(report: IncomeReport, found: IncomeCalendar) -> Component:
    narrow = current_width() in (Width.PHONE, Width.NARROW)
    figure = income_figure(found.months, report.currency, theme=current_theme(), narrow=narrow, height=HEIGHT)
    label = f"Income by month: {numbers.money(found.last_year, report.currency)} in the last twelve months"
    legend = html.Div([_key("Received", ""), _key("Expected", "soft")], className="legend")
    chart = graph("income-months", figure, label=label, height=HEIGHT)
    return basics.card(
        "By month",
        [legend, chart],
        sub=f"{report.currency}, gross, as of {dates.day(report.period.end)}",
        class_name="c8",
    )


def _key(name: str, tone: str) -> Component:
    return html.Span([html.I(className=f"key box {tone}".strip(), **aria(hidden="true")), name], className="row-f gap6")
