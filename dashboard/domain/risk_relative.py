"""Risk against benchmarks: one by itself, several at once, on their own sessions, the portfolio compounded between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import reduce

import numpy as np

from dashboard.domain import risk
from dashboard.domain.arrays import Days, Floats, Ints
from dashboard.domain.benchmarks import Benchmark
from dashboard.domain.calendar import Period
from dashboard.domain.measures import Measure
from dashboard.domain.risk_judge import Judge, per_period
from dashboard.domain.risk_regression import regress
from dashboard.domain.series import DailyReturns, bars_of, periods_per_year
from dashboard.domain.valuation import PortfolioHistory


@dataclass(frozen=True, slots=True)
class RelativeFigures:
    """Risk figures against one benchmark; ``alpha`` is a year's, ``tracking_error`` annualised."""

    beta: Measure
    alpha: Measure
    r_squared: Measure
    correlation: Measure
    tracking_error: Measure
    information_ratio: Measure
    up_capture: Measure
    down_capture: Measure

    @classmethod
    def absent(cls, reason: str) -> RelativeFigures:
        """No figure, for ``reason``."""
        return cls(*[Measure.undefined(reason)] * len(fields(cls)))


@dataclass(frozen=True, slots=True)
class Paired:
    """Returns of a portfolio, (n,), and of k benchmarks, (n, k), between the sessions ``dates`` that all have."""

    dates: Days
    returns: Floats
    benchmarks: Floats

    @property
    def periods_per_year(self) -> int:
        """252, or 365 where the sessions have weekends."""
        return periods_per_year(self.dates)


@dataclass(frozen=True, slots=True)
class Factor:
    """One benchmark of a regression."""

    symbol: str
    beta: Measure
    standard_error: Measure
    t_statistic: Measure


@dataclass(frozen=True, slots=True)
class FactorModel:
    """The excess returns regressed on those of several benchmarks at once; ``alpha`` is N × the intercept."""

    observations: int
    alpha: Measure
    alpha_t_statistic: Measure
    r_squared: Measure
    adjusted_r_squared: Measure
    factors: tuple[Factor, ...]


def paired_returns(
    history: PortfolioHistory, period: Period, daily: DailyReturns, benchmarks: Sequence[Benchmark]
) -> Paired:
    """Returns between the days on which every one of ``benchmarks`` has a bar, from its first price on."""
    sessions = reduce(np.logical_and, (benchmark.sessions for benchmark in benchmarks))
    points = bars_of(sessions, history, period)
    span = slice(history.position(period.before), history.position(period.end) + 1)
    others = np.column_stack([_between(benchmark.levels[span], points) for benchmark in benchmarks])
    known = ~np.isnan(others).any(axis=1)
    return Paired(daily.days[points[known]], _between(daily.growth, points)[known], others[known])


def relative_figures(
    history: PortfolioHistory, period: Period, daily: DailyReturns, risk_free: float, benchmark: Benchmark
) -> RelativeFigures:
    """The figures against ``benchmark``; ``risk_free`` is an annual rate."""
    pairs = paired_returns(history, period, daily, [benchmark])
    returns, other, per_year = pairs.returns, pairs.benchmarks[:, 0], pairs.periods_per_year
    judge, rate = Judge(len(returns), daily.undefined), per_period(risk_free, pairs.periods_per_year)
    related = judge(risk.correlation, returns, other)
    return RelativeFigures(
        beta=judge(risk.beta, returns, other, rate),
        alpha=judge(risk.alpha, returns, other, rate, per_year),
        r_squared=related if related.value is None else Measure(related.value**2),
        correlation=related,
        tracking_error=judge(risk.tracking_error, returns, other, per_year),
        information_ratio=judge(risk.information_ratio, returns, other, per_year),
        up_capture=judge(risk.up_capture, returns, other),
        down_capture=judge(risk.down_capture, returns, other),
    )


def factor_model(
    history: PortfolioHistory,
    period: Period,
    daily: DailyReturns,
    risk_free: float,
    benchmarks: Sequence[Benchmark],
) -> FactorModel:
    """The regression on all of ``benchmarks``, on the sessions that they share; ``risk_free`` is an annual rate."""
    pairs = paired_returns(history, period, daily, benchmarks)
    rate = per_period(risk_free, pairs.periods_per_year)
    judge = Judge(len(pairs.returns), daily.undefined)
    found = regress(pairs.returns - rate, pairs.benchmarks - rate)
    columns = zip(benchmarks, found.coefficients, found.standard_errors, found.t_statistics, strict=True)
    return FactorModel(
        observations=len(pairs.returns),
        alpha=judge.value(found.intercept * pairs.periods_per_year),
        alpha_t_statistic=judge.value(found.intercept_t),
        r_squared=judge.value(found.r_squared),
        adjusted_r_squared=judge.value(found.adjusted_r_squared),
        factors=tuple(
            Factor(benchmark.symbol, judge.value(slope), judge.value(error), judge.value(statistic))
            for benchmark, slope, error, statistic in columns
        ),
    )


def _between(levels: Floats, points: Ints) -> Floats:
    """Returns from the close before the period to the first of ``points`` and between them, shape (k,)."""
    seen = levels[np.concatenate(([0], points + 1))]
    steps: Floats = seen[1:] / seen[:-1] - 1.0
    return steps
