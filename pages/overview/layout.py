"""The layout of the overview: headline, key figures, chart, allocation, holdings, recent transactions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.domain.exposure import ExposureBy
from dashboard.errors import DashboardError, InsufficientData
from dashboard.figures.allocation import GroupBy
from dashboard.results.holdings import HoldingsReport
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.visits import LastVisit
from dashboard.services import day_value, exposures, performance, portfolios, restatements, valuation, visits
from dashboard.web.components import benchmarks, restated
from dashboard.web.components.basics import button, card, chip, page_header
from dashboard.web.live import live_source, stream_address
from dashboard.web.page import portfolio_path
from dashboard.web.prepared import Fragment, Unfinished, prepared
from dashboard.web.state import Timeframe, ViewState
from dashboard.web.theme import current_theme, current_width
from pages.overview import allocation, chart, figures, headline, recent, refreshing, table
from pages.overview.banner import banner
from pages.overview.nothing import nothing_yet
from pages.overview.retry import failed

BODY, CHANGED = "overview-body", "overview-changed"


def layout(actor: Actor, view: ViewState, *, slug: str) -> Sequence[Component]:
    """The overview of the portfolio ``slug``, and the store that ``assets/72-overview.js`` counts changes in."""
    portfolio = portfolios.portfolio_by_slug(actor, slug)
    visits.see(actor, portfolio.id)
    return [refreshing.place(), html.Div(content(actor, portfolio, view), id=BODY), dcc.Store(CHANGED)]


def content(actor: Actor, portfolio: PortfolioRef, view: ViewState) -> Fragment:
    """Everything below the top bar, made anew when any figure in it may have changed."""
    version = valuation.version(portfolio, portfolio.benchmark, benchmarks.symbol_of(view))
    visit = visits.last_visit(actor, portfolio.id)
    past = restatements.latest(portfolio, visit)
    key = (
        portfolio,
        version,
        view,
        current_theme(),
        current_width(),
        stream_address(),
        _within(actor, portfolio, view),
        _through(actor, portfolio, view),
        (past, visit.ended_at) if past else None,
    )
    return prepared(f"overview|{key}", lambda: _content(actor, portfolio, view, visit if past else None))


def _within(actor: Actor, portfolio: PortfolioRef, view: ViewState) -> str:
    """What a view of a day rests on beside the ledger and its closes."""
    if view.timeframe is not Timeframe.DAY:
        return ""
    try:
        return day_value.version(actor, portfolio.id)
    except InsufficientData:
        return ""


def _through(actor: Actor, portfolio: PortfolioRef, view: ViewState) -> str:
    """What the sectors of an allocation rest on beside the ledger and its closes: what funds are said to hold."""
    if allocation.grouping(view.get("by")) is not GroupBy.SECTOR:
        return ""
    try:
        return exposures.version(actor, portfolio, ExposureBy.SECTOR)
    except InsufficientData:
        return ""


def _allocation(actor: Actor, portfolio: PortfolioRef, view: ViewState, report: HoldingsReport) -> Component:
    by = view.get("by", GroupBy.CLASS)
    return allocation.card(report, by, view.get("look"), allocation.through_funds(actor, portfolio, by))


def _content(actor: Actor, portfolio: PortfolioRef, view: ViewState, visit: LastVisit | None) -> list[Component]:
    """The cards. One that cannot be made says why; the others stay."""
    failures: list[DashboardError] = []

    def part(title: str, class_name: str, make: Callable[[], Component]) -> Component:
        try:
            return make()
        except DashboardError as error:
            failures.append(error)
            return card(title, failed(error), class_name=class_name)

    try:
        report = performance.holdings(actor, portfolio.id)
        summary = performance.summary(actor, portfolio.id)
    except InsufficientData:
        return [*nothing_yet(portfolio), live_source(portfolio.id)]
    period = chart.period_of(view, valuation.today_of(portfolio), summary.period.start, report)
    cards = [
        part("Value and benchmark", "c8", lambda: chart.card(actor, portfolio, view, period)),
        part("Allocation", "c4", lambda: _allocation(actor, portfolio, view, report)),
        part("Holdings", "c12", lambda: table.card(report)),
        part("Recent transactions", "c8", lambda: recent.card(actor, portfolio)),
        part("Day’s contribution", "c4", lambda: recent.contributions(report)),
    ]
    whole = [
        _header(portfolio, benchmarks.choice(portfolio, view)),
        headline.headline(report),
        *(restated.line(portfolio, restatements.news(portfolio, visit), visit) if visit else []),
        *banner(report, summary),
        figures.strip(summary, report),
        html.Div(cards, className="grid"),
        live_source(portfolio.id, priced_on=report.last_session, stale=report.stale_count),
    ]
    if failures:
        raise Unfinished(whole)
    return whole


def _header(portfolio: PortfolioRef, benchmark: Component) -> Component:
    path = portfolio_path(portfolio.slug, "transactions")
    return page_header(
        "Overview",
        scope=[chip(portfolio.base_currency), benchmark],
        actions=[
            html.Span(button("Report", href="/reports", mark="file-earmark-text"), className="only-d"),
            button("Add transaction", href=f"{path}?add=1", mark="plus-lg", kind="pri"),
        ],
    )
