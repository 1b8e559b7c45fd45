"""How portfolios did and what they hold: the domain's figures as the one result that everything renders."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import numpy as np

from dashboard.domain import benchmarks
from dashboard.domain import performance as domain_performance
from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.arrays import date_of
from dashboard.domain.attribution import Gain
from dashboard.domain.benchmarks import Benchmark
from dashboard.domain.calendar import Period
from dashboard.domain.measures import Measure
from dashboard.domain.performance import PeriodPerformance
from dashboard.domain.risk_figures import RiskFigures
from dashboard.errors import InsufficientData, InvalidInput
from dashboard.results.holdings import HoldingsReport
from dashboard.results.notes import StatusNote
from dashboard.results.performance import (
    BenchmarkResult,
    DrawdownDates,
    ExternalFlow,
    GainParts,
    PerformanceSummary,
    Returns,
    Risk,
    Series,
)
from dashboard.services import market_data, portfolios, valuation
from dashboard.services.holding_reports import holdings_report
from dashboard.services.ledger.currencies import currency_problem
from dashboard.services.memo import SharedMemo
from dashboard.services.remarks import instrument_notes, status_note
from dashboard.services.valuation import Valued

_summaries: SharedMemo[PerformanceSummary] = SharedMemo("performance", PerformanceSummary, 128)
_holdings: SharedMemo[HoldingsReport] = SharedMemo("holdings", HoldingsReport, 64)


def summary(
    actor: Actor,
    portfolio_id: PortfolioId,
    *,
    start: date | None = None,
    end: date | None = None,
    currency: str | None = None,
    benchmark: str | None = None,
) -> PerformanceSummary:
    """How a portfolio did from ``start`` (default: the first transaction) to ``end`` (default: today).

    ``benchmark`` defaults to the portfolio's own. Raises: NotFound, InvalidInput, InsufficientData.
    """
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    last = valuation.last_day(end, portfolio)
    if currency is not None:
        currency = known_currency(currency)
    against = market_data.benchmark_text(benchmark) if benchmark else portfolio.benchmark
    found = valuation.valued(portfolio, end=last, currency=currency, benchmark=against)
    first = start or found.first_date
    name = f"{portfolio_id}:{found.version}:{first}:{last}:{currency}:{against}:{portfolio.name}"
    return _summaries.get(name, lambda: _summary(found, Period(first, last), against))


def holdings(actor: Actor, portfolio_id: PortfolioId, *, as_of: date | None = None) -> HoldingsReport:
    """What a portfolio holds at the close of ``as_of`` (default: today).

    Raises: NotFound, InvalidInput, InsufficientData.
    """
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    today = valuation.today_of(portfolio)
    if as_of is not None and as_of > today:
        raise InvalidInput(f"{as_of} is later than today, {today}: nobody knows the prices.", field="as_of")
    day = as_of or today
    # With the benchmark, which holdings do not need: one valuation then serves the performance beside them too.
    found = valuation.valued(portfolio, end=as_of, benchmark=portfolio.benchmark)
    name = f"{portfolio_id}:{found.version}:{day}:{portfolio.name}"
    return _holdings.get(name, lambda: holdings_report(found, day))


def known_currency(code: str) -> str:
    """The code of a currency as it is written. Raises: InvalidInput."""
    problem = currency_problem(code.strip())
    if problem:
        raise InvalidInput(problem, field="currency")
    return code.strip().upper()


def _summary(found: Valued, period: Period, against: str | None) -> PerformanceSummary:
    history = found.history
    notes: list[StatusNote] = []
    benchmark = None
    if against is not None:
        try:
            benchmark = benchmarks.benchmark_on(history, against)
        except InsufficientData as error:
            notes.append(StatusNote("benchmark_missing", error.message, against))
    measured = domain_performance.measure(history, period, benchmark, books=found.books)
    span = slice(history.position(period.before) + 1, history.position(period.end) + 1)
    net = history.inflows[span] - history.outflows[span]
    return PerformanceSummary(
        portfolio=found.portfolio,
        period=period,
        as_of=found.computed_at,
        currency=measured.currency,
        market_value=_number(measured.market_value),
        start_value=_number(measured.start_value),
        cash=_number(measured.cash),
        net_flows=measured.net_flows,
        inflows=measured.inflows,
        outflows=measured.outflows,
        cash_by_currency=measured.cash_by_currency,
        gain=_gain(measured.gain),
        returns=Returns(**{field.name: getattr(measured.returns, field.name) for field in fields(Returns)}),
        risk=risk_result(measured.risk),
        series=Series(
            dates=tuple(measured.series.dates.tolist()),
            value=tuple(measured.series.value.tolist()),
            time_weighted=tuple(measured.series.time_weighted.tolist()),
            drawdown=tuple(measured.series.drawdown.tolist()),
        ),
        flows=tuple(
            ExternalFlow(date_of(history.days[span][at]), float(net[at])) for at in np.flatnonzero(net).tolist()
        ),
        benchmark=_benchmark(found, period, measured, benchmark),
        status=(*notes, *instrument_notes(found), *map(status_note, measured.notes)),
    )


def _benchmark(
    found: Valued, period: Period, measured: PeriodPerformance, benchmark: Benchmark | None
) -> BenchmarkResult | None:
    if benchmark is None or measured.benchmark is None:
        return None
    history = found.history
    start, end = history.position(period.before), history.position(period.end)
    levels, span = benchmark.levels[start : end + 1], slice(start + 1, end + 1)
    matched = benchmarks.flow_matched_values(
        levels, float(history.value[start]), history.inflows[span], history.outflows[span]
    )
    points = (measured.series.dates - history.days[start + 1]).astype(int)
    return BenchmarkResult(
        symbol=benchmark.symbol,
        name=_benchmark_name(found, benchmark.symbol),
        time_weighted=measured.benchmark.time_weighted,
        flow_matched_value=measured.benchmark.flow_matched_value,
        dates=tuple(measured.series.dates.tolist()),
        time_weighted_series=tuple((levels[1:][points] / levels[0] - 1.0).tolist()),
        flow_matched_series=tuple(matched[points].tolist()),
    )


def _benchmark_name(found: Valued, text: str) -> str:
    """The name of an instrument; a blend is called as it is written."""
    instrument = found.history.market.instruments.get(text)
    return text if instrument is None else instrument.name or text


def _number(measure: Measure) -> float:
    return float("nan") if measure.value is None else measure.value


def _gain(gain: Gain) -> GainParts:
    return GainParts(**{field.name: getattr(gain, field.name) for field in fields(GainParts)})


def risk_result(figures: RiskFigures) -> Risk:
    """Risk figures by the names of the JSON."""
    measures = {
        field.name: getattr(figures, field.name)
        for field in fields(figures)
        if isinstance(getattr(figures, field.name), Measure)
    }
    return Risk(
        measures=measures,
        drawdown=DrawdownDates(figures.max_drawdown_peak, figures.max_drawdown_trough, figures.max_drawdown_recovery),
        observations=figures.observations,
    )
