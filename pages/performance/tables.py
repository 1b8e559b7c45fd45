"""The tables of performance and risk: the summary beside the benchmark, the deepest drawdowns, what to know."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.domain.measures import Measure
from dashboard.formatting import dates, numbers
from dashboard.results.analysis import Analysis
from dashboard.results.performance import PerformanceSummary
from dashboard.results.risk import DatedDrawdown
from dashboard.web.components import basics
from dashboard.web.components.attributes import given
from dashboard.web.components.states import empty, note
from pages.performance.charts import explained

NO_FIGURE = Measure.undefined("")
FRACTIONS = (
    ("Volatility, p.a.", "volatility", False),
    ("Max drawdown", "max_drawdown", True),
    ("VaR 95%, a day", "var_95", True),
    ("CVaR 95%, a day", "cvar_95", True),
)


def summary_card(summary: PerformanceSummary, found: Analysis) -> Component:
    """Each figure of the portfolio, with its working, and the benchmark's own."""
    name = summary.benchmark.name if summary.benchmark else "Benchmark"
    head = html.Tr(
        [html.Th("Measure"), html.Th("Portfolio", className="r"), html.Th(name, className="r ell", title=name)]
    )
    table = html.Table([html.Thead(head), html.Tbody(_rows(summary, found))], className="tb den pf-summary")
    return basics.card("Summary", table, class_name="c4", padded=False)


def _rows(summary: PerformanceSummary, found: Analysis) -> list[Component]:
    returns, risk, other = summary.returns, summary.risk, found.benchmark
    name, key, measure = "TWR, p.a.", "time_weighted_annualized", returns.time_weighted_annualized
    if measure.value is None:
        name, key, measure = "TWR", "time_weighted", returns.time_weighted
    rows = [
        _row(summary, name, key, _signed(measure), _signed(other.get(key)), measure),
        _row(summary, "MWR / XIRR", "money_weighted", _signed(returns.money_weighted), None, returns.money_weighted),
    ]
    for title, key, is_signed in FRACTIONS:
        form = _signed if is_signed else _unsigned
        rows.append(_row(summary, title, key, form(risk[key]), form(other.get(key)), risk[key]))
    for title, key in (("Sharpe", "sharpe"), ("Sortino", "sortino"), ("Calmar", "calmar")):
        rows.append(_row(summary, title, key, _number(risk[key]), _number(other.get(key)), risk[key]))
    for title, key in (("Beta", "beta"), ("Correlation", "correlation"), ("Information ratio", "information_ratio")):
        rows.append(_row(summary, title, key, _number(risk[key]), None, risk[key]))
    rows.append(
        _row(
            summary, "Tracking error", "tracking_error", _unsigned(risk["tracking_error"]), None, risk["tracking_error"]
        )
    )
    for title, key in (("Best month", "best_month"), ("Worst month", "worst_month")):
        rows.append(_row(summary, title, key, _signed(risk[key]), _signed(other.get(key)), risk[key]))
    return rows


def _row(summary: PerformanceSummary, title: str, key: str, own: str, other: str | None, measure: Measure) -> Component:
    name: list[Component | str] = [title, explained(summary, key, title)]
    why = measure.reason if measure.value is None else ""
    tone = numbers.direction(measure.value, 4) if own[:1] in "+−" else ""
    return html.Tr(
        [
            html.Td(html.Span(name, className="row-f gap6"), className="t2"),
            html.Td(own, className=f"r num med {tone}".strip(), **given(title=why)),
            html.Td(other or "–", className="r num t3"),
        ]
    )


def _signed(measure: Measure | None) -> str:
    return numbers.percent((measure or NO_FIGURE).value, signed=True)


def _unsigned(measure: Measure | None) -> str:
    return numbers.percent((measure or NO_FIGURE).value)


def _number(measure: Measure | None) -> str:
    return numbers.number((measure or NO_FIGURE).value)


def drawdowns_card(found: Sequence[DatedDrawdown]) -> Component:
    """The deepest falls, the deepest first."""
    if not found:
        return basics.card(
            "Deepest drawdowns", empty("None", "The portfolio never fell below its start."), class_name="c4"
        )
    head = html.Tr([html.Th("Depth"), html.Th("Peak to trough"), html.Th("Recovery", className="r")])
    rows = [_drawdown(one) for one in found]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="tb den")
    return basics.card("Deepest drawdowns", table, class_name="c4", padded=False)


def _drawdown(one: DatedDrawdown) -> Component:
    end: Component | str = basics.chip("Open", "warn")
    if one.recovery is not None:
        end = f"{(one.recovery - one.trough).days} d"
    return html.Tr(
        [
            html.Td(numbers.percent(one.depth, 1, signed=True), className="num down med"),
            html.Td(f"{dates.day(one.peak)} – {dates.day(one.trough)}", className="num t2 nowrap"),
            html.Td(end, className="r num"),
        ]
    )


def remarks(summary: PerformanceSummary) -> list[Component]:
    """What a reader must know of these figures, each once; nothing where all is well."""
    found = list(dict.fromkeys(one.message for one in summary.status))
    if not found:
        return []
    shown = found[:4] + ([f"and {len(found) - 4} more remarks"] if len(found) > 4 else [])
    return [note(html.Span([html.Div(text) for text in shown]), tone="warn")]
