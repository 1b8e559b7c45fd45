"""The layout of performance and risk: the choices, and a body that is drawn anew when one of them changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.domain.calendar import Period
from dashboard.domain.groups import Dimension
from dashboard.errors import DashboardError, InsufficientData
from dashboard.figures.growth import Scale
from dashboard.results.performance import PerformanceSummary
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.return_variants import VariantReport
from dashboard.results.risk import RiskReport
from dashboard.services import analysis, breakdowns, performance, portfolios, return_variants, risk, valuation
from dashboard.services.revaluation import ROLLING_WINDOW, page_question
from dashboard.web.components import basics, benchmarks, period_days
from dashboard.web.components.states import empty, error_card
from dashboard.web.page import portfolio_path
from dashboard.web.prepared import Fragment, Unfinished, prepared
from dashboard.web.state import Timeframe, ViewState
from dashboard.web.theme import current_theme, current_width
from pages.performance import charts, correlation, months, reconciliation, tables
from pages.performance.bridge import bridge_card

BODY = "performance-body"
FRAMES = [(frame.value, frame.value) for frame in (
    Timeframe.HALF, Timeframe.YEAR_TO_DATE, Timeframe.YEAR, Timeframe.THREE_YEARS, Timeframe.FIVE_YEARS, Timeframe.MAX
)] + [(Timeframe.CUSTOM.value, "Custom")]  # fmt: skip
SCALES = [(Scale.LINEAR.value, "Linear"), (Scale.LOG.value, "Log")]
SERIES = [("own", "Portfolio"), ("excess", "Excess")]
GROUPS = [
    (Dimension.ASSET_CLASS.value, "Class"),
    (Dimension.HOLDING.value, "Holding"),
    (Dimension.CURRENCY.value, "Currency"),
]


def layout(actor: Actor, view: ViewState, *, slug: str) -> Sequence[Component]:
    """The page of the portfolio ``slug``."""
    portfolio = portfolios.portfolio_by_slug(actor, slug)
    head = basics.page_header(
        "Performance and risk",
        scope=[basics.chip(portfolio.base_currency), benchmarks.choice(portfolio, view, id="pf-benchmark")],
        actions=[
            basics.segmented("pf-tf", FRAMES, view.timeframe.value, "Period", class_name="scroll"),
            period_days.boxes(view, prefix="pf"),
            html.Span(basics.button("Report", href="/reports/new", mark="file-earmark-text"), className="only-d"),
        ],
    )
    return [head, html.Div(content(actor, portfolio, view), id=BODY)]


def content(actor: Actor, portfolio: PortfolioRef, view: ViewState) -> Fragment:
    """Everything below the head, made anew when any figure in it may have changed."""
    version = valuation.version(portfolio, portfolio.benchmark, benchmarks.symbol_of(view))
    key = (portfolio, version, view, current_theme(), current_width())
    return prepared(f"performance|{key}", lambda: _content(actor, portfolio, view))


def period_of(actor: Actor, portfolio: PortfolioRef, view: ViewState) -> tuple[Period, date]:
    """The days that are shown, and the day of the first transaction."""
    first = performance.summary(actor, portfolio.id).period.start
    return view.period(valuation.today_of(portfolio), first), first


def _content(actor: Actor, portfolio: PortfolioRef, view: ViewState) -> list[Component]:
    """The cards. One that cannot be made says why; the others stay."""
    try:
        period, _ = period_of(actor, portfolio, view)
        found = performance.summary(
            actor, portfolio.id, start=period.start, end=period.end, benchmark=benchmarks.symbol_of(view)
        )
    except InsufficientData as error:
        add = basics.button(
            "Add transaction", href=f"{portfolio_path(portfolio.slug, 'transactions')}?add=1", kind="pri"
        )
        return [basics.card("Nothing to measure yet", empty("No transactions", error.message, add))]
    return _Cards(actor, portfolio, view, benchmarks.chosen_of(found, view)).all()


class _Cards:
    """The cards of one view, and what failed among them."""

    def __init__(self, actor: Actor, portfolio: PortfolioRef, view: ViewState, summary: PerformanceSummary) -> None:
        self.actor, self.portfolio, self.view, self.summary = actor, portfolio, view, summary
        self.analysis = analysis.analysis(summary)
        self.failures: list[DashboardError] = []

    def all(self) -> list[Component]:
        """Every card, in the order of the page."""
        summary, found, view = self.summary, self.analysis, self.view
        report = self._risk()
        cards = [
            charts.growth_card(summary, view.get("scale", Scale.LINEAR.value), SCALES),
            tables.summary_card(summary, found),
            charts.drawdown_card(summary, found),
            tables.drawdowns_card(report.drawdowns if report else ()),
            months.card(found, view.get("series", "own"), SERIES),
            charts.distribution_card(summary, found),
            charts.rolling_card(report, ROLLING_WINDOW),
            correlation.card(report.matrix if report else None),
            self._part("Change in value", "c12", self._bridge),
            self._part("Why the returns differ", "c6", self._reconciliation),
            self._part("Before and after costs", "c6", self._variants),
        ]
        whole: list[Component] = [*tables.remarks(summary), html.Div(cards, className="grid")]
        if self.failures:
            raise Unfinished(whole)
        return whole

    def _risk(self) -> RiskReport | None:
        symbol = self.summary.benchmark.symbol if self.summary.benchmark else None
        question = page_question(symbol)
        period = self.summary.period
        try:
            return risk.report(self.actor, self.portfolio.id, question, start=period.start, end=period.end)
        except DashboardError as error:
            self.failures.append(error)
            return None

    def _bridge(self) -> Component:
        by = self.view.get("by", Dimension.ASSET_CLASS.value)
        dimension = Dimension(by) if by in {value for value, _ in GROUPS} else Dimension.ASSET_CLASS
        period = self.summary.period
        report = breakdowns.breakdown(self.actor, [self.portfolio.id], dimension, start=period.start, end=period.end)
        return bridge_card(self.summary, report, GROUPS, dimension.value)

    def _variants(self) -> Component:
        return reconciliation.variants_card(self._variant_report())

    def _reconciliation(self) -> Component:
        return reconciliation.reconciliation_card(self._variant_report())

    def _variant_report(self) -> VariantReport:
        period = self.summary.period
        return return_variants.variants(self.actor, self.portfolio.id, start=period.start, end=period.end)

    def _part(self, title: str, class_name: str, make: Callable[[], Component]) -> Component:
        try:
            return make()
        except DashboardError as error:
            self.failures.append(error)
            return basics.card(title, error_card(error), class_name=class_name)
