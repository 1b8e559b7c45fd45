"""The chart of value, or return, against the benchmark, with its timeframes and its legend."""

from __future__ import annotations

from datetime import date, timedelta

from dash import html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.figures.value import Live, Mode, shown_flows, value_figure
from dashboard.formatting import numbers
from dashboard.results.holdings import HoldingsReport
from dashboard.results.performance import PerformanceSummary, Period
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import day_value, performance, valuation
from dashboard.web.components import basics, benchmarks, period_days
from dashboard.web.components.data import graph
from dashboard.web.components.legends import legend_entry
from dashboard.web.state import Timeframe, ViewState
from dashboard.web.theme import Width, current_theme, current_width
from pages.overview import day

TIMEFRAMES = [(frame.value, frame.value) for frame in Timeframe if frame is not Timeframe.CUSTOM] + [
    (Timeframe.CUSTOM.value, "Custom")
]
MODES = [(Mode.VALUE.value, "Value"), (Mode.RETURN.value, "Return")]
HEIGHT = 314
SESSIONS = (Timeframe.DAY, Timeframe.WEEK)
NARROW = (Width.PHONE, Width.NARROW)


def card(actor: Actor, portfolio: PortfolioRef, view: ViewState, period: Period) -> Component:
    """The card; the callback redraws its legend and its plot when the view changes."""
    frames = basics.segmented("tf", TIMEFRAMES, view.timeframe.value, "Timeframe", class_name="timeframes scroll")
    modes = basics.segmented("mode", MODES, mode_of(view).value, "Measure", class_name="sm")
    as_table = basics.icon_button("table", "View as table (T)", id="value-as-table", kind="gh sm")
    legend, plot = drawn(actor, portfolio, view, period)
    body = [
        html.Div(
            [html.Div(legend, id="value-legend", className="legend"), html.Span(className="end"), modes, as_table],
            className="row-f legend-row",
        ),
        html.Div(plot, id="value-plot"),
    ]
    return basics.card(
        "Value and benchmark",
        body,
        controls=[frames, period_days.boxes(view)],
        class_name="c8 value-card",
        id="value-card",
    )


def drawn(actor: Actor, portfolio: PortfolioRef, view: ViewState, period: Period) -> tuple[list[Component], Component]:
    """The legend, and the plot labelled with a sentence that says what it shows; a day by the bars within it."""
    within, narrow = None, current_width() in NARROW
    if view.timeframe is Timeframe.DAY:
        within = day_value.value_within_day(actor, portfolio.id)
        if not within.why_empty:
            return day.drawn(within, mode_of(view), narrow=narrow, height=HEIGHT)
    found = performance.summary(
        actor, portfolio.id, start=period.start, end=period.end, benchmark=benchmarks.symbol_of(view)
    )
    summary, mode = benchmarks.chosen_of(found, view), mode_of(view)
    onward = _onward(actor, portfolio, period) if mode is Mode.RETURN else 0.0
    figure = dict(
        value_figure(
            summary,
            mode=mode,
            theme=current_theme(),
            narrow=narrow,
            live=Live.NOT if onward is None else _live(portfolio, view, period),
            onward=onward or 0.0,
        )
    )
    legend = [*_legend(summary, mode), *([day.why_not(within)] if within is not None else [])]
    return legend, graph("value-chart", figure, label=_finding(summary), height=HEIGHT)


def period_of(view: ViewState, today: date, first: date, report: HoldingsReport) -> Period:
    """The days that are drawn. A day and a week end with the newest close: no session may have ended today."""
    last = report.last_session or today
    return view.period(min(last, today) if view.timeframe in SESSIONS else today, first)


def _live(portfolio: PortfolioRef, view: ViewState, period: Period) -> Live:
    """A chart of chosen days that are over stays as it is."""
    if view.timeframe is Timeframe.DAY:
        return Live.SLIDING
    ends_now = view.timeframe is not Timeframe.CUSTOM or period.end >= valuation.today_of(portfolio)
    return Live.GROWING if ends_now else Live.NOT


def _onward(actor: Actor, portfolio: PortfolioRef, period: Period) -> float | None:
    """The return of the days from the end of ``period`` to today, at the stored prices; None where it has none."""
    today = valuation.today_of(portfolio)
    if period.end >= today:
        return 0.0
    after = performance.summary(actor, portfolio.id, start=period.end + timedelta(days=1), end=today)
    return after.returns.time_weighted.value


def mode_of(view: ViewState) -> Mode:
    """The measure that the address names; the value where it names none that exists."""
    return Mode(view.get("mode")) if view.get("mode") in set(Mode) else Mode.VALUE


def _legend(summary: PerformanceSummary, mode: Mode) -> list[Component]:
    parts = [legend_entry("Portfolio", summary.returns.time_weighted.value, "line")]
    if summary.benchmark is not None:
        same = ", same flows" if mode is Mode.VALUE else ""
        parts.append(
            legend_entry(f"{summary.benchmark.name}{same}", summary.benchmark.time_weighted.value, "line dash")
        )
    flows = shown_flows(summary) if mode is Mode.VALUE else ()
    if any(flow.amount > 0 for flow in flows):
        parts.append(html.Span([html.Span("▲", className="key-in"), "Deposit"], className="row-f gap6"))
    if any(flow.amount < 0 for flow in flows):
        parts.append(html.Span([html.Span("▼", className="key-out"), "Withdrawal"], className="row-f gap6"))
    return parts


def _finding(summary: PerformanceSummary) -> str:
    own = numbers.percent(summary.returns.time_weighted.value, signed=True)
    text = f"Portfolio {own} from {summary.period.start} to {summary.period.end}"
    if summary.benchmark is None:
        return text
    other = numbers.percent(summary.benchmark.time_weighted.value, signed=True)
    return f"{text}, {summary.benchmark.name} {other}"
