"""Risk of a series of returns, by itself and against a benchmark.

Returns are arrays or pandas Series of fractions a period; missing observations (NaN) are skipped, two Series are
joined on their index first; ``nan`` where a measure is undefined. A risk-free rate and a target are per period. Every
measure computes from two observations on.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.domain.arrays import Floats
from dashboard.domain.drawdown import depths, max_drawdown, wealth
from dashboard.domain.returns import SeriesOrArray, annualized_return, observations
from dashboard.domain.risk_rolling import (
    LEAST_WINDOW,
    rolling_beta,
    rolling_correlation,
    rolling_sharpe,
    rolling_volatility,
)
from dashboard.errors import InvalidInput

Returns = npt.ArrayLike | pd.Series
VarMethod = Literal["historical", "normal"]
NAN = float("nan")


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else NAN


def _deviation(seen: Floats) -> float:
    """Standard deviation with n − 1; exactly 0 of equal observations, nan of fewer than two."""
    if len(seen) < 2:
        return NAN
    return float(np.std(seen, ddof=1)) if np.ptp(seen) > 0.0 else 0.0


def _paired(returns: Returns, benchmark: Returns) -> tuple[Floats, Floats]:
    """The observations that both have."""
    if isinstance(returns, pd.Series) and isinstance(benchmark, pd.Series):
        returns, benchmark = returns.align(benchmark, join="inner")
    one, other = np.asarray(returns, dtype=np.float64), np.asarray(benchmark, dtype=np.float64)
    if one.shape != other.shape:
        raise InvalidInput(f"{one.size} returns against {other.size} of the benchmark.", field="benchmark")
    seen = ~(np.isnan(one) | np.isnan(other))
    return one[seen], other[seen]


def volatility(returns: Returns, periods_per_year: float = 252) -> float:
    """sd(r)·√N, the standard deviation with n − 1."""
    return float(_deviation(observations(returns)) * np.sqrt(periods_per_year))


def downside_deviation(returns: Returns, target: float = 0.0, periods_per_year: float = 252) -> float:
    """√(Σ min(r − t, 0)² / n)·√N, n all observations."""
    seen = observations(returns)
    if len(seen) < 2:
        return NAN
    return float(np.sqrt(np.mean(np.minimum(seen - target, 0.0) ** 2) * periods_per_year))


def sharpe_ratio(returns: Returns, risk_free: float = 0.0, periods_per_year: float = 252) -> float:
    """mean(r − rf) / sd(r − rf)·√N; nan when the returns do not vary."""
    seen = observations(returns)
    deviation = _deviation(seen)
    return _ratio(float(np.mean(seen) - risk_free), deviation) * np.sqrt(periods_per_year) if len(seen) > 1 else NAN


def sortino_ratio(returns: Returns, target: float = 0.0, periods_per_year: float = 252) -> float:
    """mean(r − t)·N ÷ downside deviation; nan when nothing is under the target."""
    seen = observations(returns)
    if len(seen) < 2:
        return NAN
    return _ratio(float(np.mean(seen) - target) * periods_per_year, downside_deviation(seen, target, periods_per_year))


def calmar_ratio(returns: Returns, periods_per_year: float = 252) -> float:
    """Annualised return ÷ |max drawdown|; nan without a drawdown."""
    seen = observations(returns)
    return _ratio(annualized_return(seen, periods_per_year), abs(max_drawdown(seen))) if len(seen) > 1 else NAN


def omega_ratio(returns: Returns, target: float = 0.0) -> float:
    """Σ max(r − t, 0) ÷ Σ max(t − r, 0); nan when nothing is under the target."""
    excess = observations(returns) - target
    return (
        _ratio(float(np.maximum(excess, 0.0).sum()), float(np.maximum(-excess, 0.0).sum())) if len(excess) > 1 else NAN
    )


def tail_ratio(returns: Returns) -> float:
    """|95 % quantile| ÷ |5 % quantile|, linear quantiles."""
    seen = observations(returns)
    if len(seen) < 2:
        return NAN
    low, high = np.quantile(seen, [0.05, 0.95])
    return _ratio(abs(float(high)), abs(float(low)))


def ulcer_index(returns: Returns) -> float:
    """Root mean square of the drawdown after each return."""
    seen = observations(returns)
    return float(np.sqrt(np.mean(depths(wealth(seen))[1:] ** 2))) if len(seen) > 1 else NAN


def value_at_risk(returns: Returns, level: float = 0.95, method: VarMethod = "historical") -> float:
    """The return of one period that is undercut with probability 1 − ``level``; signed: negative is a loss."""
    seen = observations(returns)
    if len(seen) < 2:
        return NAN
    if method == "historical":
        return float(np.quantile(seen, 1.0 - level))
    if method == "normal":
        return float(np.mean(seen) + NormalDist().inv_cdf(1.0 - level) * _deviation(seen))
    raise InvalidInput(f"Value at risk is historical or normal, not {method}.", field="method")


def conditional_value_at_risk(returns: Returns, level: float = 0.95, method: VarMethod = "historical") -> float:
    """Mean of the returns at or below the value at risk; signed: negative is a loss."""
    seen = observations(returns)
    limit = value_at_risk(seen, level, method)
    if np.isnan(limit):
        return NAN
    if method == "historical":
        return float(np.mean(seen[seen <= limit]))
    normal = NormalDist()
    density = normal.pdf(normal.inv_cdf(1.0 - level))
    return float(np.mean(seen) - _deviation(seen) * density / (1.0 - level))


def skewness(returns: Returns) -> float:
    """Bias-corrected skew, √(n(n−1))/(n−2)·m₃/m₂^1.5; nan of fewer than three or of equal observations."""
    seen = observations(returns)
    count = len(seen)
    if count < 3 or not np.ptp(seen) > 0.0:
        return NAN
    centred = seen - np.mean(seen)
    biased = np.mean(centred**3) / np.mean(centred**2) ** 1.5
    return float(np.sqrt(count * (count - 1)) / (count - 2) * biased)


def excess_kurtosis(returns: Returns) -> float:
    """Bias-corrected excess kurtosis, (n−1)/((n−2)(n−3))·((n+1)·(m₄/m₂² − 3) + 6); nan of fewer than four."""
    seen = observations(returns)
    count = len(seen)
    if count < 4 or not np.ptp(seen) > 0.0:
        return NAN
    centred = seen - np.mean(seen)
    biased = np.mean(centred**4) / np.mean(centred**2) ** 2 - 3.0
    return float((count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * biased + 6.0))


def win_rate(returns: Returns) -> float:
    """Share of positive among the non-zero returns; nan of none."""
    seen = observations(returns)
    moved = seen[seen != 0.0]
    return float(np.mean(moved > 0.0)) if len(moved) else NAN


def beta(returns: Returns, benchmark: Returns, risk_free: float = 0.0) -> float:
    """cov(r − rf, b − rf) / var(b − rf); nan when the benchmark does not vary. ``risk_free`` is constant: no effect."""
    one, other = _paired(returns, benchmark)
    if len(one) < 2 or not np.ptp(other) > 0.0:
        return NAN
    moved = other - np.mean(other)
    return float((one - np.mean(one)) @ moved / (moved @ moved))


def alpha(returns: Returns, benchmark: Returns, risk_free: float = 0.0, periods_per_year: float = 252) -> float:
    """N × the intercept of the excess returns on the benchmark's."""
    one, other = _paired(returns, benchmark)
    slope = beta(one, other)
    if np.isnan(slope):
        return NAN
    return float((np.mean(one) - risk_free - slope * (np.mean(other) - risk_free)) * periods_per_year)


def correlation(returns: Returns, benchmark: Returns) -> float:
    """Pearson's correlation; nan when either does not vary."""
    one, other = _paired(returns, benchmark)
    if len(one) < 2 or not (np.ptp(one) > 0.0 and np.ptp(other) > 0.0):
        return NAN
    first, second = one - np.mean(one), other - np.mean(other)
    return float(np.clip(first @ second / np.sqrt((first @ first) * (second @ second)), -1.0, 1.0))


def tracking_error(returns: Returns, benchmark: Returns, periods_per_year: float = 252) -> float:
    """sd(r − b)·√N."""
    one, other = _paired(returns, benchmark)
    return volatility(one - other, periods_per_year)


def information_ratio(returns: Returns, benchmark: Returns, periods_per_year: float = 252) -> float:
    """mean(r − b) / sd(r − b)·√N; nan when the difference does not vary."""
    one, other = _paired(returns, benchmark)
    return sharpe_ratio(one - other, 0.0, periods_per_year)


def up_capture(returns: Returns, benchmark: Returns) -> float:
    """Geometric mean return ÷ the benchmark's, over the periods in which the benchmark rose; nan of none."""
    one, other = _paired(returns, benchmark)
    return _capture(one, other, other > 0.0)


def down_capture(returns: Returns, benchmark: Returns) -> float:
    """Geometric mean return ÷ the benchmark's, over the periods in which the benchmark fell; nan of none."""
    one, other = _paired(returns, benchmark)
    return _capture(one, other, other < 0.0)


def _capture(one: Floats, other: Floats, chosen: npt.NDArray[np.bool_]) -> float:
    return _ratio(_geometric_mean(one[chosen]), _geometric_mean(other[chosen])) if chosen.any() else NAN


def _geometric_mean(seen: Floats) -> float:
    growth = float(np.prod(1.0 + seen))
    return growth ** (1.0 / len(seen)) - 1.0 if growth > 0.0 else NAN


def rolling(
    measure: Callable[..., float], returns: SeriesOrArray, window: int, benchmark: Returns | None = None
) -> SeriesOrArray:
    """``measure`` of the last ``window`` returns (and of the benchmark's) at each, NaN until there are so many.

    The result has the shape of ``returns``; what is missing inside a window is skipped by the measure.
    """
    if window < LEAST_WINDOW:
        raise InvalidInput("A rolling window needs at least two returns.", field="window")
    values = np.asarray(returns, dtype=np.float64)
    other = None if benchmark is None else _aligned(benchmark, returns)
    result = _swept(measure, values, window, other)
    return pd.Series(result, index=returns.index, name=returns.name) if isinstance(returns, pd.Series) else result


def _swept(measure: Callable[..., float], values: Floats, window: int, other: Floats | None) -> Floats:
    """All windows at once where ``measure`` has such a form, else one after the other."""
    if other is None and measure in _AT_ONCE:
        return _AT_ONCE[measure](values, window)
    if other is not None and measure in _PAIRS_AT_ONCE:
        return _PAIRS_AT_ONCE[measure](values, other, window)
    result = np.full(len(values), np.nan)
    for end in range(window, len(values) + 1):
        part = slice(end - window, end)
        result[end - 1] = measure(values[part]) if other is None else measure(values[part], other[part])
    return result


_AT_ONCE: dict[Callable[..., float], Callable[[Floats, int], Floats]] = {
    volatility: rolling_volatility,
    sharpe_ratio: rolling_sharpe,
}
_PAIRS_AT_ONCE: dict[Callable[..., float], Callable[[Floats, Floats, int], Floats]] = {
    beta: rolling_beta,
    correlation: rolling_correlation,
}


def _aligned(benchmark: Returns, returns: object) -> Floats:
    if isinstance(benchmark, pd.Series) and isinstance(returns, pd.Series):
        benchmark = benchmark.reindex(returns.index)
    return np.asarray(benchmark, dtype=np.float64)
