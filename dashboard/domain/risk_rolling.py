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
_BLOCK = 1 << 16  # values that are looked at together, so that they stay in the processor's cache
_ROUNDING = 1e-13


def rolling_return(returns: Floats, window: int) -> Floats:
    """Π(1 + r) − 1 of each window."""
    return _rolled(_cumulative, window, returns)


def rolling_volatility(returns: Floats, window: int, periods_per_year: float = 252) -> Floats:
    """sd(r)·√N of each window."""
    found: Floats = _rolled(lambda own: own.deviation(), window, returns) * np.sqrt(periods_per_year)
    return found


def rolling_sharpe(returns: Floats, window: int, risk_free: float = 0.0, periods_per_year: float = 252) -> Floats:
    """mean(r − rf) / sd(r)·√N of each window; ``risk_free`` is per period."""

    def ratio(own: _Windows) -> Floats:
        return _divided(own.mean - risk_free, own.deviation())

    found: Floats = _rolled(ratio, window, returns) * np.sqrt(periods_per_year)
    return found


def rolling_beta(returns: Floats, benchmark: Floats, window: int) -> Floats:
    """cov(r, b) / var(b) of each window."""

    def slope(one: _Windows, other: _Windows) -> Floats:
        return _divided(_products(one, other), _products(other, other))

    return _rolled(slope, window, *_both(returns, benchmark))


def rolling_correlation(returns: Floats, benchmark: Floats, window: int) -> Floats:
    """Pearson's correlation of each window."""

    def related(one: _Windows, other: _Windows) -> Floats:
        scale = np.sqrt(_products(one, one) * _products(other, other))
        return np.clip(_divided(_products(one, other), scale), -1.0, 1.0)

    return _rolled(related, window, *_both(returns, benchmark))


class _Windows:
    """A block of windows, (m, window), its means and its distances from them."""

    def __init__(self, seen: Floats, gaps: bool) -> None:
        self.seen, self.gaps = seen, gaps
        if gaps:
            counts = np.count_nonzero(~np.isnan(seen), axis=1).astype(np.float64)
            self.counts: Floats = np.where(counts < LEAST_WINDOW, np.nan, counts)
            self.mean: Floats = np.where(np.isnan(seen), 0.0, seen).sum(axis=1) / self.counts
        else:
            self.counts = np.full(len(seen), float(seen.shape[1]))
            self.mean = seen.mean(axis=1)
        self.centred = self._centred()

    def _centred(self) -> Floats:
        """0 where an observation is missing, and exactly 0 where all of a window are equal."""
        moved: Floats = self.seen - self.mean[:, None]
        if self.gaps:
            moved[np.isnan(moved)] = 0.0
        squares = np.einsum("ij,ij->i", moved, moved)
        # Equal returns leave rounding errors alone; whether these rows are such is then looked at exactly.
        near = np.flatnonzero(squares <= self.seen.shape[1] * (_ROUNDING * self.mean) ** 2)
        flat = np.fmax.reduce(self.seen[near], axis=1) <= np.fmin.reduce(self.seen[near], axis=1)
        moved[near[flat]] = 0.0
        return moved

    def deviation(self) -> Floats:
        """Standard deviations with n − 1."""
        deviations: Floats = np.sqrt(_products(self, self) / (self.counts - 1.0))
        return deviations


def _products(one: _Windows, other: _Windows) -> Floats:
    """Sums of products of the distances from the means."""
    sums: Floats = np.einsum("ij,ij->i", one.centred, other.centred)
    return sums


def _cumulative(own: _Windows) -> Floats:
    grown = np.where(np.isnan(own.seen), 1.0, 1.0 + own.seen) if own.gaps else 1.0 + own.seen
    return np.where(np.isnan(own.counts), np.nan, np.prod(grown, axis=1) - 1.0)


def _rolled(measure: Callable[..., Floats], window: int, *vectors: Floats) -> Floats:
    """``measure`` of blocks of windows, at the position of each window's last return."""
    if window < LEAST_WINDOW:
        raise InvalidInput("A rolling window needs at least two returns.", field="window")
    count = len(vectors[0])
    result = np.full(count, np.nan)
    if window > count:
        return result
    gaps = any(bool(np.isnan(vector).any()) for vector in vectors)
    views = [np.lib.stride_tricks.sliding_window_view(vector, window) for vector in vectors]
    step = max(1, _BLOCK // window)
    for first in range(0, count - window + 1, step):
        found = measure(*(_Windows(view[first : first + step], gaps) for view in views))
        result[first + window - 1 : first + window - 1 + len(found)] = found
    return result


def _both(returns: Floats, benchmark: Floats) -> tuple[Floats, Floats]:
    """Both with NaN wherever either has it."""
    missing = np.isnan(returns) | np.isnan(benchmark)
    return np.where(missing, np.nan, returns), np.where(missing, np.nan, benchmark)


def _divided(numerators: Floats, denominators: Floats) -> Floats:
    """The quotients, NaN where the denominator is 0 or unknown."""
    result = np.full(len(numerators), np.nan)
    np.divide(numerators, denominators, out=result, where=denominators > 0.0)
    return result
