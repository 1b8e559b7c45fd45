"""The chart of value, or return, against the benchmark, with its timeframes and its legend."""

from __future__ import annotations

from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.figures.value import Mode, value_figure
from dashboard.formatting import numbers
from dashboard.results.performance import PerformanceSummary, Period
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import performance
from dashboard.web.components import basics
from dashboard.web.components.attributes import aria
from dashboard.web.components.data import graph
from dashboard.web.state import Timeframe, ViewState
from dashboard.web.theme import current_theme

TIMEFRAMES = [(frame.value, frame.value) for frame in Timeframe if frame is not Timeframe.CUSTOM] + [
    (Timeframe.CUSTOM.value, "Custom")
]
MODES = [(Mode.VALUE.value, "Value"), (Mode.RETURN.value, "Return")]


def card(actor: Actor, portfolio: PortfolioRef, view: ViewState, period: Period) -> Component:
    """The card; the callback redraws its body when the view changes."""
    frames = basics.segmented("tf", TIMEFRAMES, view.timeframe.value, "Timeframe", class_name="tf")
    days = html.Div(
        [
            _day("tf-from", "First day", view.start),
            html.Span("–", className="t3"),
            _day("tf-to", "Last day", view.end),
        ],
        id="tf-days",
        className="row-f tf-days",
        hidden=view.timeframe is not Timeframe.CUSTOM,
    )
    legend, figure, label = drawn(actor, portfolio, view, period)
    modes = basics.segmented("mode", MODES, view.get("mode", Mode.VALUE.value), "Measure", class_name="sm")
    body = [
        html.Div(
            [html.Div(legend, id="value-legend", className="legend"), html.Span(className="end"), modes],
            className="row-f wrap legend-row",
        ),
        graph("value-chart", figure, label=label, label_id="value-chart-label", height=314),
    ]
    return basics.card("Value and benchmark", body, controls=[days, frames], class_name="c8")


def drawn(
    actor: Actor, portfolio: PortfolioRef, view: ViewState, period: Period
) -> tuple[list[Component], dict[str, object], str]:
    """The legend, the figure and a sentence that says what it shows."""
    summary = performance.summary(actor, portfolio.id, start=period.start, end=period.end, benchmark=view.benchmark)
    mode = Mode(view.get("mode", Mode.VALUE.value)) if view.get("mode") in set(Mode) else Mode.VALUE
    return _legend(summary, mode), dict(value_figure(summary, mode=mode, theme=current_theme())), _finding(summary)


def _legend(summary: PerformanceSummary, mode: Mode) -> list[Component]:
    parts = [_entry("Portfolio", summary.returns.time_weighted.value, "line")]
    if summary.benchmark is not None:
        same = ", same flows" if mode is Mode.VALUE else ""
        parts.append(_entry(f"{summary.benchmark.name}{same}", summary.benchmark.time_weighted.value, "line dash"))
    if mode is Mode.VALUE and summary.flows:
        parts.append(html.Span([html.Span("▲", className="key-in"), "Deposit"], className="row-f gap6"))
        parts.append(html.Span([html.Span("▼", className="key-out"), "Withdrawal"], className="row-f gap6"))
    return parts


def _entry(name: str, value: float | None, kind: str) -> Component:
    figure = html.Span(numbers.percent(value, signed=True), className=f"num med {numbers.direction(value, 4)}")
    return html.Span([html.I(className=f"key {kind}", **aria(hidden="true")), name, figure], className="row-f gap6")


def _finding(summary: PerformanceSummary) -> str:
    own = numbers.percent(summary.returns.time_weighted.value, signed=True)
    text = f"Portfolio {own} from {summary.period.start} to {summary.period.end}"
    if summary.benchmark is None:
        return text
    other = numbers.percent(summary.benchmark.time_weighted.value, signed=True)
    return f"{text}, {summary.benchmark.name} {other}"


def _day(id: str, label: str, value: date | None) -> Component:
    box = dcc.Input(
        id=id,
        type="text",
        value=value.isoformat() if value is not None else "",
        placeholder="YYYY-MM-DD",
        pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}",
        debounce=True,
        className="in sm day",
    )
    return html.Label([html.Span(label, className="sr"), box], title=label)
