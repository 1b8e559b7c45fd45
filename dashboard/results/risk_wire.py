"""The one JSON form of a risk report. Every ``null`` but those of a rolling series that warms up has its ``status``."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.domain.measures import Measure
from dashboard.results import wire
from dashboard.results.notes import StatusNote
from dashboard.results.risk import (
    BenchmarkRisk,
    ContributionFigures,
    DatedDrawdown,
    FactorModel,
    RiskMatrix,
    RiskReport,
    RollingSeries,
)
from dashboard.results.scalars import Json, day, moment, ratio


def risk(report: RiskReport) -> dict[str, Json]:
    """The risk of a portfolio; parts that were not asked for are absent."""
    data: dict[str, Json] = {
        "portfolio": wire.portfolio(report.portfolio),
        "period": {"from": day(report.period.start), "to": day(report.period.end)},
        "as_of": moment(report.as_of),
        "currency": report.currency,
        "risk_free": report.risk_free,
        "risk": wire.risk_figures(report.risk),
        "drawdowns": [_drawdown(item) for item in report.drawdowns],
        "benchmarks": [_benchmark(item) for item in report.benchmarks],
    }
    if report.regression is not None:
        data["regression"] = _regression(report.regression)
    if report.rolling:
        data["rolling"] = [_rolling(item) for item in report.rolling]
    if report.matrix is not None:
        data["matrix"] = _matrix(report.matrix)
    if report.contributions is not None:
        data["holdings"] = _contributions(report.contributions)
    data["status"] = [wire.status(note) for note in risk_notes(report)]
    return data


def risk_notes(report: RiskReport) -> tuple[StatusNote, ...]:
    """The report's own remarks, then one for all figures that share a status and a reason."""
    return (*report.status, *wire.measure_notes(_named_measures(report)))


def _named_measures(report: RiskReport) -> Iterator[tuple[str, Measure]]:
    for name, measure in report.risk.measures.items():
        yield f"risk.{name}", measure
    for benchmark in report.benchmarks:
        for name, measure in benchmark.measures.items():
            yield f"{benchmark.symbol}.{name}", measure
    if report.regression is not None:
        yield from _regression_measures(report.regression)
    if report.contributions is not None:
        yield "holdings.volatility", report.contributions.volatility
        for item in report.contributions.items:
            for name in ("volatility", "marginal", "component", "percent"):
                yield f"holdings.{item.symbol}.{name}", getattr(item, name)


def _regression_measures(found: FactorModel) -> Iterator[tuple[str, Measure]]:
    for name in ("alpha", "alpha_t_statistic", "r_squared", "adjusted_r_squared"):
        yield f"regression.{name}", getattr(found, name)
    for factor in found.factors:
        for name in ("beta", "standard_error", "t_statistic"):
            yield f"regression.{factor.symbol}.{name}", getattr(factor, name)


def _drawdown(item: DatedDrawdown) -> dict[str, Json]:
    return {
        "peak": day(item.peak),
        "trough": day(item.trough),
        "recovery": day(item.recovery),
        "depth": ratio(item.depth),
        "days": item.days,
    }


def _benchmark(item: BenchmarkRisk) -> dict[str, Json]:
    return {"symbol": item.symbol, **{name: ratio(measure.value) for name, measure in item.measures.items()}}


def _regression(found: FactorModel) -> dict[str, Json]:
    return {
        "observations": found.observations,
        "alpha": ratio(found.alpha.value),
        "alpha_t_statistic": ratio(found.alpha_t_statistic.value),
        "r_squared": ratio(found.r_squared.value),
        "adjusted_r_squared": ratio(found.adjusted_r_squared.value),
        "factors": [
            {
                "symbol": factor.symbol,
                "beta": ratio(factor.beta.value),
                "standard_error": ratio(factor.standard_error.value),
                "t_statistic": ratio(factor.t_statistic.value),
            }
            for factor in found.factors
        ],
    }


def _rolling(item: RollingSeries) -> dict[str, Json]:
    return {
        "window": item.window,
        "benchmark": item.benchmark,
        "date": [day(date) for date in item.dates],
        **{name: [ratio(value) for value in values] for name, values in item.values.items()},
    }


def _matrix(found: RiskMatrix) -> dict[str, Json]:
    return {
        "kind": found.kind,
        "symbols": list(found.symbols),
        "values": [[ratio(value) for value in row] for row in found.values],
        "observations": found.observations,
    }


def _contributions(found: ContributionFigures) -> dict[str, Json]:
    return {
        "volatility": ratio(found.volatility.value),
        "observations": found.observations,
        "items": [
            {
                "symbol": item.symbol,
                "weight": ratio(item.weight),
                "volatility": ratio(item.volatility.value),
                "marginal": ratio(item.marginal.value),
                "component": ratio(item.component.value),
                "percent": ratio(item.percent.value),
            }
            for item in found.items
        ],
    }
