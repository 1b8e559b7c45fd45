"""Measures over sliding windows, all windows at once; the definitions are those of ``dashboard.domain.risk``.

Vectors in, vectors of the same length out: NaN until ``window`` returns have passed; missing observations (NaN) inside
a window are skipped; nan where a window does not define the measure or holds fewer than two observations.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dashboard.domain.arrays import Floats
from dashboard.errors import InvalidInput

LEAST_WINDOW = 2
_BLOCK = 1 << 20  # values that are looked at together, so that long windows stay in memory


def rolling_return(returns: Floats, window: int) -> Floats:
    """Π(1 + r) − 1 of each window."""
    return _rolled(_cumulative, window, returns)


def rolling_volatility(returns: Floats, window: int, periods_per_year: float = 252) -> Floats:
    """sd(r)·√N of each window."""
    found: Floats = _rolled(_deviation, window, returns) * np.sqrt(periods_per_year)
    return found


def rolling_sharpe(returns: Floats, window: int, risk_free: float = 0.0, periods_per_year: float = 252) -> Floats:
    """mean(r − rf) / sd(r)·√N of each window; ``risk_free`` is per period."""

    def ratio(seen: Floats) -> Floats:
        return _divided(_mean(seen) - risk_free, _deviation(seen))

    found: Floats = _rolled(ratio, window, returns) * np.sqrt(periods_per_year)
    return found


def rolling_beta(returns: Floats, benchmark: Floats, window: int) -> Floats:
    """cov(r, b) / var(b) of each window."""

    def slope(one: Floats, other: Floats) -> Floats:
        _, products, squares = _moments(one, other)
        return _divided(products, squares)

    return _rolled(slope, window, *_both(returns, benchmark))


def rolling_correlation(returns: Floats, benchmark: Floats, window: int) -> Floats:
    """Pearson's correlation of each window."""

    def related(one: Floats, other: Floats) -> Floats:
        own, products, squares = _moments(one, other)
        return np.clip(_divided(products, np.sqrt(own * squares)), -1.0, 1.0)

    return _rolled(related, window, *_both(returns, benchmark))


def _rolled(measure: Callable[..., Floats], window: int, *vectors: Floats) -> Floats:
    """``measure`` of blocks of windows, each of shape (m, window), at the position of the window's last return."""
    if window < LEAST_WINDOW:
        raise InvalidInput("A rolling window needs at least two returns.", field="window")
    count = len(vectors[0])
    result = np.full(count, np.nan)
    if window > count:
        return result
    views = [np.lib.stride_tricks.sliding_window_view(vector, window) for vector in vectors]
    step = max(1, _BLOCK // window)
    for first in range(0, count - window + 1, step):
        found = measure(*(view[first : first + step] for view in views))
        result[first + window - 1 : first + window - 1 + len(found)] = found
    return result


def _both(returns: Floats, benchmark: Floats) -> tuple[Floats, Floats]:
    """Both with NaN wherever either has it."""
    missing = np.isnan(returns) | np.isnan(benchmark)
    return np.where(missing, np.nan, returns), np.where(missing, np.nan, benchmark)


def _counts(seen: Floats) -> Floats:
    """Observations of each window, NaN where there are fewer than two."""
    counts = np.count_nonzero(~np.isnan(seen), axis=1).astype(np.float64)
    return np.where(counts < LEAST_WINDOW, np.nan, counts)


def _cumulative(seen: Floats) -> Floats:
    grown: Floats = np.prod(np.where(np.isnan(seen), 1.0, 1.0 + seen), axis=1) - 1.0
    return np.where(np.isnan(_counts(seen)), np.nan, grown)


def _mean(seen: Floats) -> Floats:
    means: Floats = np.where(np.isnan(seen), 0.0, seen).sum(axis=1) / _counts(seen)
    return means


def _centred(seen: Floats) -> Floats:
    """Distances from the mean: 0 where an observation is missing, and exactly 0 where all are equal."""
    moved = seen - _mean(seen)[:, None]
    varies = np.fmax.reduce(seen, axis=1) > np.fmin.reduce(seen, axis=1)
    return np.where(np.isnan(moved) | ~varies[:, None], 0.0, moved)


def _deviation(seen: Floats) -> Floats:
    moved = _centred(seen)
    deviations: Floats = np.sqrt(np.einsum("ij,ij->i", moved, moved) / (_counts(seen) - 1.0))
    return deviations


def _moments(one: Floats, other: Floats) -> tuple[Floats, Floats, Floats]:
    """Sums of squares of the first, of products, and of squares of the second."""
    first, second = _centred(one), _centred(other)
    pairs = ((first, first), (first, second), (second, second))
    own, products, squares = (np.einsum("ij,ij->i", left, right) for left, right in pairs)
    return own, products, squares


def _divided(numerators: Floats, denominators: Floats) -> Floats:
    """The quotients, NaN where the denominator is 0 or unknown."""
    result = np.full(len(numerators), np.nan)
    np.divide(numerators, denominators, out=result, where=denominators > 0.0)
    return result
