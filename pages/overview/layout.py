"""The layout of the overview: headline, key figures, chart, allocation, holdings, recent transactions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.errors import DashboardError, InsufficientData
from dashboard.results.holdings import HoldingsReport
from dashboard.results.performance import PerformanceSummary
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import performance, portfolios, valuation
from dashboard.web.components.basics import button, card, chip, page_header
from dashboard.web.components.states import empty, error_card, note
from dashboard.web.live import live_source
from dashboard.web.page import portfolio_path
from dashboard.web.state import ViewState
from pages.overview import allocation, chart, figures, headline, recent, table

PERMISSION = Permission.PORTFOLIO_VIEW


def layout(actor: Actor, view: ViewState, *, slug: str) -> Sequence[Component]:
    """The overview of the portfolio ``slug``. A card that cannot be made says why; the others stay."""
    portfolio = portfolios.portfolio_by_slug(actor, slug)
    try:
        report = performance.holdings(actor, portfolio.id)
        summary = performance.summary(actor, portfolio.id)
    except InsufficientData:
        return _nothing_yet(portfolio)
    period = view.period(valuation.today_of(portfolio), summary.period.start)
    return [
        _header(portfolio),
        headline.headline(report),
        *_banners(report, summary),
        figures.strip(summary, report),
        html.Div(
            [
                _card(lambda: chart.card(actor, portfolio, view, period)),
                _card(lambda: allocation.card(report, view.get("by", "class"))),
                _card(lambda: table.card(report)),
                _card(lambda: recent.card(actor, portfolio)),
                _card(lambda: recent.contributions(report)),
            ],
            className="grid",
        ),
        live_source(portfolio.id),
    ]


def _card(make: Callable[[], Component]) -> Component:
    try:
        return make()
    except DashboardError as error:
        return card("Not available", error_card(error), class_name="c8")


def _header(portfolio: PortfolioRef) -> Component:
    path = portfolio_path(portfolio.slug, "transactions")
    return page_header(
        "Overview",
        scope=[chip(portfolio.base_currency)],
        actions=[
            button("Report", href="/reports", mark="file-earmark-text"),
            button("Add transaction", href=f"{path}?add=1", mark="plus-lg", kind="pri"),
        ],
    )


def _nothing_yet(portfolio: PortfolioRef) -> list[Component]:
    begin = [
        button("Import a CSV", href=portfolio_path(portfolio.slug, "import"), mark="filetype-csv", kind="pri"),
        button("Enter by hand", href=portfolio_path(portfolio.slug, "transactions"), mark="pencil-square"),
    ]
    text = (
        "Everything here, from value to XIRR, is computed from what you bought, sold, received and paid. "
        "Bring a broker export, or type the first few in."
    )
    shown = empty("Start with your transactions", text, *begin, picture="steps")
    return [
        page_header("Overview", scope=[chip(portfolio.base_currency)]),
        html.Div(shown, className="card-x page-empty"),
        dcc.Store(id="overview-none"),
    ]


def _banners(report: HoldingsReport, summary: PerformanceSummary) -> list[Component]:
    """What a reader must know before the figures: each remark once, the longest list folded."""
    messages = list(dict.fromkeys(item.message for item in (*report.status, *summary.status)))
    if not messages:
        return []
    first, rest = messages[0], messages[1:]
    more = html.Details([html.Summary(f"and {len(rest)} more"), html.Ul([html.Li(text) for text in rest])])
    return [note([first, more] if rest else first, tone="warn", mark="clock-history")]
