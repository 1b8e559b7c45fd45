"""The strip of key figures, each with its period and its benchmark; what is missing says why."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard.domain.measures import Measure
from dashboard.formatting import dates, numbers
from dashboard.results.holdings import HoldingsReport
from dashboard.results.performance import PerformanceSummary
from dashboard.web.components.basics import kpi, kpi_strip
from dashboard.web.page import portfolio_path


def strip(summary: PerformanceSummary, report: HoldingsReport) -> Component:
    """Eight figures since the first transaction."""
    return kpi_strip(
        kpi(
            "Market value",
            numbers.compact(summary.market_value, summary.currency),
            f"Cost {numbers.compact(report.totals.cost, summary.currency)}",
            id="kpi-value",
            explained=_working(summary, "market_value"),
        ),
        kpi(
            "Day change",
            numbers.percent(report.totals.day_change_pct, signed=True),
            numbers.money(report.totals.day_change, summary.currency, signed=True),
            direction=numbers.direction(report.totals.day_change),
            id="kpi-day",
        ),
        _gain(summary),
        _time_weighted(summary),
        _measured(
            "MWR / XIRR",
            summary.returns.money_weighted,
            _since(summary),
            signed=True,
            explained=_working(summary, "money_weighted"),
        ),
        _measured("Volatility", summary.risk["volatility"], "a year", explained=_working(summary, "volatility")),
        _drawdown(summary),
        _ratio("Sharpe", summary.risk["sharpe"], "risk-free 0%", explained=_working(summary, "sharpe")),
    )


def _working(summary: PerformanceSummary, metric: str) -> str:
    """Where a figure's working is."""
    return portfolio_path(summary.portfolio.slug, f"explain/{metric}")


def _gain(summary: PerformanceSummary) -> Component:
    simple = summary.returns.simple.value
    decimals = 1 if simple is not None and abs(simple) < 1.0 else 0
    below = f"{numbers.percent(simple, decimals, signed=True)} on invested" if simple is not None else ""
    return kpi(
        "Total gain",
        numbers.compact(summary.gain.total, summary.currency, signed=True),
        below,
        direction=numbers.direction(summary.gain.total),
        explained=_working(summary, "gain"),
    )


def _time_weighted(summary: PerformanceSummary) -> Component:
    yearly, whole = summary.returns.time_weighted_annualized, summary.returns.time_weighted
    if yearly.value is None:
        explained = _working(summary, "time_weighted")
        return _measured("TWR", whole, _since(summary), signed=True, explained=explained)
    years = f"{summary.period.days / 365.25:.1f}"
    below = f"{numbers.percent(whole.value, 1, signed=True)} in {years} y"
    explained = _working(summary, "time_weighted_annualized")
    return _measured("TWR, p.a.", yearly, below, signed=True, explained=explained)


def _drawdown(summary: PerformanceSummary) -> Component:
    trough = summary.risk.drawdown.trough
    below = dates.day(trough) if trough else ""
    explained = _working(summary, "max_drawdown")
    return _measured("Max drawdown", summary.risk["max_drawdown"], below, signed=True, explained=explained)


def _measured(label: str, measure: Measure, below: str, *, signed: bool = False, explained: str) -> Component:
    return kpi(
        label,
        numbers.percent(measure.value, signed=signed),
        below,
        direction=numbers.direction(measure.value, 4) if signed else "",
        why=measure.reason if measure.value is None else "",
        explained=explained,
    )


def _ratio(label: str, measure: Measure, below: str, *, explained: str) -> Component:
    why = measure.reason if measure.value is None else ""
    return kpi(label, numbers.number(measure.value), below, why=why, explained=explained)


def _since(summary: PerformanceSummary) -> str:
    return f"since {dates.day(summary.period.start)}"
