"""The risk of portfolios: by themselves, against benchmarks, over time, and by holding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np

from dashboard.domain import benchmarks as domain_benchmarks
from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.benchmarks import Benchmark
from dashboard.domain.blends import benchmark_symbols
from dashboard.domain.calendar import Period
from dashboard.domain.holding_risk import (
    HoldingMatrix,
    HoldingReturns,
    contribution_figures,
    holding_matrix,
    holding_returns,
)
from dashboard.domain.performance import PeriodPerformance, measure
from dashboard.domain.risk_figures import DatedDrawdown, dated_drawdowns
from dashboard.domain.risk_judge import LEAST_RETURNS
from dashboard.domain.risk_relative import factor_model, paired_returns, relative_figures
from dashboard.domain.rolling_figures import RollingFigures, rolling_against, rolling_figures
from dashboard.domain.series import DailyReturns, daily_returns
from dashboard.errors import InsufficientData, InvalidInput
from dashboard.results.notes import StatusNote
from dashboard.results.risk import BenchmarkRisk, RiskMatrix, RiskReport, RollingSeries
from dashboard.services import market_data, portfolios, valuation
from dashboard.services.memo import SharedMemo
from dashboard.services.performance import known_currency, risk_result
from dashboard.services.remarks import instrument_notes, status_note
from dashboard.services.valuation import Valued

DRAWDOWNS = 5
_reports: SharedMemo[RiskReport] = SharedMemo("risk", RiskReport, 32)
MATRICES = ("correlation", "covariance")


@dataclass(frozen=True, slots=True)
class RiskQuestion:
    """What a risk report is asked for, beside the portfolio and the period; ``risk_free`` is an annual rate.

    The first of ``benchmarks`` (none: the portfolio's own) is the one of the risk figures; two or more are regressed on
    at once. ``rolling`` is the number of returns of a window, ``matrix`` one of ``MATRICES``.
    """

    benchmarks: tuple[str, ...] = ()
    risk_free: float = 0.0
    rolling: int | None = None
    matrix: str | None = None
    by_holding: bool = False
    drawdowns: int = DRAWDOWNS

    def __post_init__(self) -> None:
        if self.matrix is not None and self.matrix not in MATRICES:
            raise InvalidInput(f"A matrix is {' or '.join(MATRICES)}, not {self.matrix}.", field="matrix")
        if self.rolling is not None and self.rolling < LEAST_RETURNS:
            raise InvalidInput(f"A rolling window has at least {LEAST_RETURNS} returns.", field="rolling")
        if not self.risk_free > -1.0 or not np.isfinite(self.risk_free):
            raise InvalidInput("A risk-free rate is a yearly rate as a fraction: 0.02 is 2 %.", field="risk_free")


def report(
    actor: Actor,
    portfolio_id: PortfolioId,
    question: RiskQuestion | None = None,
    *,
    start: date | None = None,
    end: date | None = None,
    currency: str | None = None,
) -> RiskReport:
    """The risk of a portfolio from ``start`` (default: the first transaction) to ``end`` (default: today).

    Raises: NotFound, InvalidInput, InsufficientData.
    """
    asked = question or RiskQuestion()
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    last = valuation.last_day(end, portfolio)
    currency = None if currency is None else known_currency(currency)
    named = [market_data.benchmark_text(text) or text for text in asked.benchmarks]
    symbols = tuple(dict.fromkeys(named)) or ((portfolio.benchmark,) if portfolio.benchmark else ())
    found = valuation.valued(portfolio, end=last, currency=currency, benchmark=next(iter(symbols), None))
    period = Period(start or found.first_date, last)
    asked = replace(asked, benchmarks=symbols)
    made_of = valuation.version(portfolio, *symbols)
    name = f"{portfolio_id}:{found.version}:{made_of}:{period.start}:{period.end}:{currency}:{portfolio.name}:{asked}"
    return _reports.get(name, lambda: _report(found, period, asked))


def _report(found: Valued, period: Period, asked: RiskQuestion) -> RiskReport:
    history = found.history
    against, notes = _benchmarks(found, asked.benchmarks)
    first = next((one for one in against if one.symbol == asked.benchmarks[0]), None) if against else None
    measured = measure(history, period, first, asked.risk_free, found.books)
    daily = daily_returns(history, period)
    rolling, rolling_notes = _rolling(found, period, asked, measured, daily, first)
    holdings = holding_returns(history, period) if asked.matrix or asked.by_holding else None
    matrix = holding_matrix(holdings, asked.matrix) if holdings is not None and asked.matrix else None
    regression = factor_model(history, period, daily, asked.risk_free, against) if len(against) > 1 else None
    return RiskReport(
        portfolio=found.portfolio,
        period=period,
        as_of=found.computed_at,
        currency=measured.currency,
        risk_free=asked.risk_free,
        risk=risk_result(measured.risk),
        drawdowns=_drawdowns(measured, period, daily, asked.drawdowns),
        benchmarks=tuple(_against(found, period, daily, asked.risk_free, one) for one in against),
        regression=regression,
        rolling=rolling,
        matrix=None if matrix is None else _matrix(matrix),
        contributions=contribution_figures(holdings) if holdings is not None and asked.by_holding else None,
        status=(
            *notes,
            *rolling_notes,
            *_holding_notes(holdings, matrix),
            *instrument_notes(found),
            *map(status_note, measured.notes),
        ),
    )


def _benchmarks(found: Valued, symbols: Sequence[str]) -> tuple[list[Benchmark], list[StatusNote]]:
    """Those of ``symbols`` that have prices, on the portfolio's calendar, and a remark on each that has none."""
    history, known, notes = found.history, [], []
    if len(symbols) > 1:
        currencies = {history.currency, history.base_currency}
        wanted = sorted({symbol for text in symbols for symbol in benchmark_symbols(text)})
        more = market_data.market_data_for(wanted, sorted(currencies), end=history.days[-1].item())
        history = replace(history, market=more)
    for symbol in symbols:
        try:
            known.append(domain_benchmarks.benchmark_on(history, symbol))
        except InsufficientData as error:
            notes.append(StatusNote("benchmark_missing", error.message, symbol))
    return known, notes


def _against(
    found: Valued, period: Period, daily: DailyReturns, risk_free: float, benchmark: Benchmark
) -> BenchmarkRisk:
    figures = relative_figures(found.history, period, daily, risk_free, benchmark)
    return BenchmarkRisk(benchmark.symbol, {field.name: getattr(figures, field.name) for field in fields(figures)})


def _drawdowns(
    measured: PeriodPerformance, period: Period, daily: DailyReturns, count: int
) -> tuple[DatedDrawdown, ...]:
    if daily.undefined:
        return ()
    return dated_drawdowns(measured.series.returns, measured.series.dates, period, count)


def _rolling(
    found: Valued,
    period: Period,
    asked: RiskQuestion,
    measured: PeriodPerformance,
    daily: DailyReturns,
    benchmark: Benchmark | None,
) -> tuple[tuple[RollingSeries, ...], list[StatusNote]]:
    if asked.rolling is None:
        return (), []
    if daily.undefined:
        return (), [StatusNote("undefined", f"rolling: {daily.undefined}")]
    own = rolling_figures(measured.series, asked.rolling, asked.risk_free)
    series = [_series(own, None)]
    if benchmark is not None:
        pairs = paired_returns(found.history, period, daily, [benchmark])
        series.append(_series(rolling_against(pairs, asked.rolling), benchmark.symbol))
    notes = [
        StatusNote("insufficient_data", f"rolling: Needs {one.window} returns, has {len(one.dates)}", one.benchmark)
        for one in series
        if len(one.dates) < one.window
    ]
    return tuple(series), notes


def _series(found: RollingFigures, benchmark: str | None) -> RollingSeries:
    values = {name: tuple(column.tolist()) for name, column in found.values.items()}
    return RollingSeries(found.window, benchmark, tuple(found.dates.tolist()), values)


def _matrix(found: HoldingMatrix) -> RiskMatrix:
    return RiskMatrix(found.kind, found.symbols, tuple(map(tuple, found.values.tolist())), found.observations)


def _holding_notes(holdings: HoldingReturns | None, matrix: HoldingMatrix | None) -> list[StatusNote]:
    """A remark on each holding that is left out, and on a matrix that cannot be computed."""
    if holdings is None:
        return []
    notes = [
        StatusNote("insufficient_data", f"{name} is left out: Needs {LEAST_RETURNS} returns, has {count}", name)
        for name, count in holdings.too_short
    ]
    if matrix is not None and matrix.fault is not None:
        notes.append(StatusNote(matrix.fault.status.value, f"matrix: {matrix.fault.reason}"))
    elif matrix is not None and np.isnan(matrix.values).any():
        notes.append(StatusNote("undefined", "matrix: a holding's price did not move"))
    return notes
