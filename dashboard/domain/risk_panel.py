"""Every measure of many series of returns at once; the definitions are those of ``dashboard.domain.risk``.

A matrix (n, k) of k series in, one vector (k,) a measure out. Missing observations (NaN) are skipped, series by series.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.domain.arrays import Floats, Mask

Columns = dict[str, Floats]
LEVELS = (95, 99)
MEASURES = (
    "cumulative_return",
    "annualized_return",
    "volatility",
    "downside_deviation",
    "sharpe",
    "sortino",
    "calmar",
    "max_drawdown",
    "ulcer_index",
    "omega",
    "tail_ratio",
    "skew",
    "kurtosis",
    "win_rate",
    "best",
    "worst",
    *(f"{name}_{level}{suffix}" for level in LEVELS for suffix in ("", "_normal") for name in ("var", "cvar")),
)


def measure_columns(
    returns: npt.ArrayLike | pd.DataFrame, risk_free: float = 0.0, periods_per_year: float = 252
) -> Columns:
    """``MEASURES`` of each column, shape (k,) each; ``risk_free`` (per period) is the target too. NaN: undefined."""
    matrix = np.asarray(returns, dtype=np.float64)
    rows = np.ascontiguousarray(matrix.T if matrix.ndim == 2 else matrix[None, :])
    whole: Mask = np.asarray(~np.isnan(rows).any(axis=1))
    if whole.all():
        return _measured(rows, risk_free, periods_per_year)
    found = {name: np.full(len(rows), np.nan) for name in MEASURES}
    _put(found, whole, _measured(rows[whole], risk_free, periods_per_year))
    for at in np.flatnonzero(~whole):
        seen = rows[at][~np.isnan(rows[at])]
        chosen = np.zeros(len(rows), np.bool_)
        chosen[at] = True
        _put(found, chosen, _measured(seen[None, :], risk_free, periods_per_year))
    return found


def _put(found: Columns, chosen: Mask, values: Columns) -> None:
    for name, column in values.items():
        found[name][chosen] = column


def _measured(rows: Floats, rate: float, per_year: float) -> Columns:
    """All measures of ``rows`` (k, n) without a missing observation."""
    width, count = rows.shape
    if count < 2 or not width:
        return {name: np.full(width, np.nan) for name in MEASURES}
    means = rows.mean(axis=1)
    highest, lowest = rows.max(axis=1), rows.min(axis=1)
    varies = highest > lowest
    moved = rows - means[:, None]
    squares = moved * moved
    deviations = np.where(varies, np.sqrt(squares.sum(axis=1) / (count - 1)), 0.0)
    falls, growth = _falls(rows)
    deepest = falls.min(axis=1)
    annualized = np.where(growth > 0.0, np.abs(growth) ** (per_year / count) - 1.0, np.nan)
    excess = rows - rate if rate else rows
    under = np.minimum(excess, 0.0)
    downside = np.sqrt(np.einsum("ij,ij->i", under, under) / count * per_year)
    lost = -under.sum(axis=1)
    return {
        "cumulative_return": growth - 1.0,
        "annualized_return": annualized,
        "volatility": deviations * np.sqrt(per_year),
        "downside_deviation": downside,
        "sharpe": _divided(means - rate, deviations) * np.sqrt(per_year),
        "sortino": _divided((means - rate) * per_year, downside),
        "calmar": _divided(annualized, -deepest),
        "max_drawdown": deepest,
        "ulcer_index": np.sqrt(np.einsum("ij,ij->i", falls, falls) / count),
        "omega": _divided(excess.sum(axis=1) + lost, lost),
        "win_rate": _divided(np.count_nonzero(rows > 0.0, axis=1), np.count_nonzero(rows, axis=1)),
        "best": highest,
        "worst": lowest,
        **_shape(moved, squares, varies),
        **_tails(rows, means, deviations),
    }


def _falls(rows: Floats) -> tuple[Floats, Floats]:
    """Drawdowns after each return, (k, n), on wealth that starts at 1, and the wealth at the end."""
    grown: Floats = np.cumprod(1.0 + rows, axis=1, dtype=np.float64)
    peaks = np.maximum(np.maximum.accumulate(grown, axis=1), 1.0)
    return grown / peaks - 1.0, grown[:, -1]


def _shape(moved: Floats, squares: Floats, varies: Mask) -> Columns:
    """Bias-corrected skew and excess kurtosis."""
    count = moved.shape[1]
    unknown = np.full(len(moved), np.nan)
    second = np.where(varies, squares.mean(axis=1), np.nan)
    skew, kurtosis = unknown, unknown
    if count > 2:
        third = np.einsum("ij,ij->i", squares, moved) / count
        skew = np.sqrt(count * (count - 1)) / (count - 2) * third / second**1.5
    if count > 3:
        biased = np.einsum("ij,ij->i", squares, squares) / count / second**2 - 3.0
        kurtosis = (count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * biased + 6.0)
    return {"skew": skew, "kurtosis": kurtosis}


def _tails(rows: Floats, means: Floats, deviations: Floats) -> Columns:
    """Value at risk, what lies beyond it, and the ratio of the tails."""
    normal = NormalDist()
    levels = {level: 1.0 - level / 100.0 for level in LEVELS}
    limits = np.quantile(rows, [*levels.values(), 0.05, 0.95], axis=1)
    found: Columns = {"tail_ratio": _divided(np.abs(limits[-1]), np.abs(limits[-2]))}
    for at, (level, share) in enumerate(levels.items()):
        beyond = rows <= limits[at][:, None]
        found[f"var_{level}"] = limits[at]
        found[f"cvar_{level}"] = np.where(beyond, rows, 0.0).sum(axis=1) / np.count_nonzero(beyond, axis=1)
        point = normal.inv_cdf(share)
        found[f"var_{level}_normal"] = means + point * deviations
        found[f"cvar_{level}_normal"] = means - deviations * normal.pdf(point) / share
    return found


def _divided(numerators: npt.ArrayLike, denominators: npt.ArrayLike) -> Floats:
    """The quotients, NaN where the denominator is 0."""
    above, below = np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)
    result = np.full(len(above), np.nan)
    np.divide(above, below, out=result, where=below != 0.0)
    return result
