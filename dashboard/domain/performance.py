"""How a portfolio did in a period: values, flows, the gain and its parts, returns, risk, benchmark and the series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.domain.attribution import Gain, attribute
from dashboard.domain.benchmarks import Benchmark, flow_matched_value
from dashboard.domain.calendar import Period
from dashboard.domain.measures import Measure, Note, Status, worst
from dashboard.domain.notes import notes, price_status, rate_status
from dashboard.domain.period_returns import Returns, graded, period_returns, ratio
from dashboard.domain.positions import PositionBooks
from dashboard.domain.risk_figures import RiskFigures, risk_figures
from dashboard.domain.series import DailyReturns, Series, daily_returns, series_of
from dashboard.domain.valuation import PortfolioHistory
from dashboard.errors import InsufficientData


@dataclass(frozen=True, slots=True)
class BenchmarkFigures:
    """What a benchmark did in the period, and what the portfolio's flows would be worth in it."""

    symbol: str
    time_weighted: Measure
    flow_matched_value: Measure


@dataclass(frozen=True, slots=True)
class PeriodPerformance:
    """Everything about one period of one portfolio; money in ``currency``, ratios as fractions.

    ``gain`` holds NaN where a rate is missing, as do ``net_flows``, ``inflows`` and ``outflows``. ``first_date`` is the
    day of the first transaction.
    """

    period: Period
    currency: str
    first_date: date
    market_value: Measure
    start_value: Measure
    cash: Measure
    net_flows: float
    inflows: float
    outflows: float
    cash_by_currency: Mapping[str, float]
    gain: Gain
    returns: Returns
    risk: RiskFigures
    benchmark: BenchmarkFigures | None
    series: Series
    notes: tuple[Note, ...]


def measure(
    history: PortfolioHistory,
    period: Period,
    benchmark: Benchmark | None = None,
    risk_free: float = 0.0,
    books: PositionBooks | None = None,
) -> PeriodPerformance:
    """Measure ``period``; ``risk_free`` is an annual rate. Raises InsufficientData past the end of the valuation."""
    if np.datetime64(period.end, "D") > history.days[-1]:
        raise InsufficientData(f"The portfolio is valued up to {history.days[-1]} only.")
    start, end = history.position(period.before), history.position(period.end)
    span = slice(start + 1, end + 1)
    daily = daily_returns(history, period)
    series = series_of(history, period, daily)
    gain = attribute(history, period, books).portfolio
    returns = period_returns(history, period, daily, gain.total)
    inflows, outflows = float(history.inflows[span].sum()), float(history.outflows[span].sum())
    values = _value(history, start), _value(history, end)
    return PeriodPerformance(
        period=period,
        currency=history.currency,
        first_date=history.days[1].item(),
        market_value=values[1],
        start_value=values[0],
        cash=_money(float(history.cash_value[end]), *_cash_status(history, end)),
        net_flows=inflows - outflows,
        inflows=inflows,
        outflows=outflows,
        cash_by_currency=dict(zip(history.cash_currencies, history.cash[end].tolist(), strict=True)),
        gain=gain,
        returns=graded(returns, values),
        risk=risk_figures(history, period, series, daily, returns.time_weighted_annualized, risk_free, benchmark),
        benchmark=None if benchmark is None else _benchmark(history, period, benchmark),
        series=series,
        notes=(*notes(history, end), *_return_notes(daily, history.currency)),
    )


def _money(value: float, status: Status, reason: str) -> Measure:
    if np.isnan(value):
        return Measure.undefined(reason or "An exchange rate is missing.")
    return Measure(value, status, reason)


def _value(history: PortfolioHistory, day: int) -> Measure:
    found = [price_status(history, int(column), day) for column in np.flatnonzero(history.quantities[day])]
    found.append(_cash_status(history, day))
    status = worst(*(status for status, _ in found))
    return _money(float(history.value[day]), status, next((why for one, why in found if one is status), ""))


def _cash_status(history: PortfolioHistory, day: int) -> tuple[Status, str]:
    held = [name for name, balance in zip(history.cash_currencies, history.cash[day], strict=True) if balance]
    found = [rate_status(history, name, day) for name in held if name != history.currency]
    return max(found, key=lambda one: one[0].rank, default=(Status.OK, ""))


def _benchmark(history: PortfolioHistory, period: Period, benchmark: Benchmark) -> BenchmarkFigures:
    start, end = history.position(period.before), history.position(period.end)
    levels = benchmark.levels[start : end + 1]
    span = slice(start + 1, end + 1)
    if np.isnan(levels[0]) or np.isnan(levels[-1]):
        missing = Measure.insufficient(f"There is no price of {benchmark.symbol} at the start of the period.")
        return BenchmarkFigures(benchmark.symbol, missing, missing)
    matched = flow_matched_value(levels, float(history.value[start]), history.inflows[span], history.outflows[span])
    return BenchmarkFigures(
        benchmark.symbol,
        Measure(float(levels[-1] / levels[0] - 1.0)),
        ratio(matched, "A flow or a price is not known: an exchange rate is missing."),
    )


def _return_notes(daily: DailyReturns, currency: str) -> tuple[Note, ...]:
    found: list[Note] = []
    if daily.undefined:
        found.append(Note("return_undefined", daily.undefined))
    for offset in np.flatnonzero(np.abs(daily.idle_gain) >= LEAST_SHOWN):
        day = daily.days[offset]
        text = f"{daily.idle_gain[offset]:,.2f} {currency} came on {day} with nothing at work: a gain, but no return."
        found.append(Note("gain_without_base", text, None, str(day)))
    return tuple(found)


LEAST_SHOWN = 0.005
