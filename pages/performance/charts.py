"""The charts of performance and risk, each with its legend and a sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.figures.distribution import distribution_figure
from dashboard.figures.drawdown import drawdown_figure
from dashboard.figures.growth import growth_figure
from dashboard.figures.rolling import rolling_figure
from dashboard.formatting import dates, numbers
from dashboard.results.analysis import Analysis
from dashboard.results.performance import PerformanceSummary
from dashboard.results.risk import RiskReport
from dashboard.web.components import basics
from dashboard.web.components.data import graph
from dashboard.web.components.legends import legend_entry
from dashboard.web.page import portfolio_path
from dashboard.web.theme import Width, current_theme, current_width

NARROW = (Width.PHONE, Width.NARROW)
GROWTH_HEIGHT, GROWTH_ON_PHONE, DRAWDOWN_HEIGHT, SIDE_HEIGHT = 412, 280, 206, 250


def growth_card(summary: PerformanceSummary, scale: str, scales: Sequence[tuple[str, str]]) -> Component:
    """The cumulative return against the benchmark."""
    chosen = scale if scale in {value for value, _ in scales} else scales[0][0]
    height = GROWTH_ON_PHONE if current_width() is Width.PHONE else GROWTH_HEIGHT
    figure = growth_figure(summary, scale=chosen, theme=current_theme(), narrow=_is_narrow(), height=height)
    own = numbers.percent(summary.returns.time_weighted.value, signed=True)
    label = f"Portfolio {own} from {summary.period.start} to {summary.period.end}"
    control = basics.segmented("pf-scale", scales, chosen, "Scale", class_name="sm")
    body = [
        html.Div(_legend(summary), className="legend"),
        graph("pf-growth", figure, label=label, height=height),
    ]
    return basics.card(
        "Cumulative return",
        body,
        sub=days_of(summary),
        controls=[control, explained(summary, "time_weighted", "the cumulative return")],
        class_name="c8",
    )


def drawdown_card(summary: PerformanceSummary, found: Analysis) -> Component:
    """How far below the highest point so far."""
    figure = drawdown_figure(summary, found, theme=current_theme(), narrow=_is_narrow(), height=DRAWDOWN_HEIGHT)
    deepest = numbers.percent(summary.risk["max_drawdown"].value, signed=True)
    chart = graph("pf-drawdown", figure, label=f"Drawdown, at most {deepest}", height=DRAWDOWN_HEIGHT)
    button = explained(summary, "max_drawdown", "the max drawdown")
    return basics.card("Drawdown", chart, sub="below the highest point so far", controls=[button], class_name="c8")


def distribution_card(summary: PerformanceSummary, found: Analysis) -> Component:
    """How the returns are spread."""
    var, tail = summary.risk["var_95"], summary.risk["cvar_95"]
    figure = distribution_figure(found.distribution, var, tail, theme=current_theme(), height=SIDE_HEIGHT)
    label = f"Spread of {summary.risk.observations} returns, value at risk {numbers.percent(var.value, signed=True)}"
    chart = graph("pf-distribution", figure, label=label, height=SIDE_HEIGHT)
    button = explained(summary, "var_95", "the value at risk")
    return basics.card("Return distribution", chart, sub="a day", controls=[button], class_name="c4")


def rolling_card(report: RiskReport | None, window: int) -> Component:
    """The Sharpe ratio and the volatility of the last days, day by day."""
    own = next((one for one in report.rolling if one.benchmark is None), None) if report else None
    figure = rolling_figure(own, theme=current_theme(), narrow=_is_narrow(), height=SIDE_HEIGHT + 40)
    label = f"Sharpe ratio and volatility of the last {window} returns"
    chart = graph("pf-rolling", figure, label=label, height=SIDE_HEIGHT + 40)
    return basics.card("Rolling Sharpe and volatility", chart, sub=f"{window} returns", class_name="c6")


def explained(summary: PerformanceSummary, metric: str, name: str) -> Component:
    """The button that opens a figure's working for the period that is shown."""
    query = f"from={summary.period.start}&to={summary.period.end}"
    if summary.benchmark is not None:
        query += f"&benchmark={summary.benchmark.symbol}"
    return basics.explain_button(name, f"{portfolio_path(summary.portfolio.slug, f'explain/{metric}')}?{query}")


def days_of(summary: PerformanceSummary) -> str:
    """The period in words."""
    return f"{dates.day(summary.period.start)} – {dates.day(summary.period.end)}"


def _is_narrow() -> bool:
    return current_width() in NARROW


def _legend(summary: PerformanceSummary) -> list[Component]:
    found = [legend_entry("Portfolio", summary.returns.time_weighted.value, "line")]
    if summary.benchmark is not None:
        found.append(legend_entry(summary.benchmark.name, summary.benchmark.time_weighted.value, "line dash"))
    return found
