"""The layout of the holdings: the choices, and a body that is drawn anew when one of them changes."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.domain.groups import Dimension
from dashboard.errors import InsufficientData
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.visits import LastVisit
from dashboard.services import breakdowns, performance, portfolios, restatements, valuation, visits
from dashboard.web.components import basics, restated
from dashboard.web.components.states import empty
from dashboard.web.live import live_source, stream_address
from dashboard.web.page import portfolio_path
from dashboard.web.prepared import Fragment, prepared
from dashboard.web.state import Timeframe, ViewState
from dashboard.web.theme import current_theme, current_width
from pages.holdings import groups, lots, table

BODY, CHANGED = "holdings-body", "holdings-changed"
FRAMES = [
    (frame.value, frame.value)
    for frame in (Timeframe.MONTH, Timeframe.YEAR_TO_DATE, Timeframe.YEAR, Timeframe.THREE_YEARS, Timeframe.MAX)
]
GROUPS = [
    (Dimension.ASSET_CLASS.value, "Class"),
    (Dimension.SECTOR.value, "Sector"),
    (Dimension.COUNTRY.value, "Country"),
    (Dimension.CURRENCY.value, "Currency"),
    (Dimension.ACCOUNT.value, "Account"),
    (Dimension.TAG.value, "Tag"),
]


def layout(actor: Actor, view: ViewState, *, slug: str) -> Sequence[Component]:
    """The page of the portfolio ``slug``, and the store that ``assets/73-holdings-live.js`` counts changes in."""
    portfolio = portfolios.portfolio_by_slug(actor, slug)
    visits.see(actor, portfolio.id)
    head = basics.page_header(
        "Holdings",
        scope=[basics.chip(portfolio.base_currency)],
        actions=[basics.segmented("hp-tf", FRAMES, view.timeframe.value, "Period", class_name="scroll")],
    )
    return [head, html.Div(content(actor, portfolio, view), id=BODY), dcc.Store(CHANGED)]


def content(actor: Actor, portfolio: PortfolioRef, view: ViewState) -> Fragment:
    """Everything below the head, made anew when any figure in it may have changed."""
    visit = visits.last_visit(actor, portfolio.id)
    past = restatements.latest(portfolio, visit)
    key = (
        portfolio,
        valuation.version(portfolio, portfolio.benchmark),
        view,
        current_theme(),
        current_width(),
        stream_address(),
        (past, visit.ended_at) if past else None,
    )
    return prepared(f"holdings|{key}", lambda: _content(actor, portfolio, view, visit if past else None))


def _content(actor: Actor, portfolio: PortfolioRef, view: ViewState, visit: LastVisit | None) -> list[Component]:
    try:
        report = performance.holdings(actor, portfolio.id)
        first = performance.summary(actor, portfolio.id).period.start
    except InsufficientData as error:
        add = basics.button(
            "Add transaction", href=f"{portfolio_path(portfolio.slug, 'transactions')}?add=1", kind="pri"
        )
        return [basics.card("Nothing held yet", empty("No transactions", error.message, add))]
    period = view.period(valuation.today_of(portfolio), first)
    by = view.get("by", Dimension.ASSET_CLASS.value)
    dimension = Dimension(by) if by in {value for value, _ in GROUPS} else Dimension.ASSET_CLASS
    start, end = period.start, period.end
    grouped = breakdowns.breakdown(actor, [portfolio.id], dimension, start=start, end=end)
    single = breakdowns.breakdown(actor, [portfolio.id], Dimension.HOLDING, start=start, end=end)
    cards = [groups.card(grouped, GROUPS), table.card(report, single), lots.card(report)]
    source = live_source(portfolio.id, priced_on=report.last_session, stale=report.stale_count)
    moved = restated.line(portfolio, restatements.news(portfolio, visit), visit) if visit else []
    return [*moved, html.Div(cards, className="grid"), source]
