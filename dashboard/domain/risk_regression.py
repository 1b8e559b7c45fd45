"""Ordinary least squares of a series of returns on several others at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.domain.arrays import Floats
from dashboard.errors import InvalidInput

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Regression:
    """y = intercept + X·coefficients + e; per regressor shape (k,), NaN throughout where it is not determined.

    ``standard_errors`` and ``t_statistics`` are of the coefficients. ``residual_deviation`` is √(Σe²/(n − k − 1)), a
    period. ``observations`` counts the rows that all have.
    """

    intercept: float
    intercept_error: float
    intercept_t: float
    coefficients: Floats
    standard_errors: Floats
    t_statistics: Floats
    r_squared: float
    adjusted_r_squared: float
    residual_deviation: float
    observations: int


def regress(returns: npt.ArrayLike, factors: npt.ArrayLike) -> Regression:
    """Regress ``returns``, shape (n,), on the columns of ``factors``, shape (n, k); rows with a NaN are skipped.

    Undetermined (NaN) with fewer than k + 2 rows, or where a column is constant or a combination of others.
    Raises InvalidInput when the lengths differ. Source: Greene, Econometric Analysis, chapter 3 and 4.
    """
    response = np.asarray(returns, dtype=np.float64)
    columns = np.asarray(factors, dtype=np.float64)
    columns = columns[:, None] if columns.ndim == 1 else columns
    if len(response) != len(columns):
        raise InvalidInput(f"{len(response)} returns against {len(columns)} of the factors.", field="factors")
    seen = ~(np.isnan(response) | np.isnan(columns).any(axis=1))
    return _fit(response[seen], columns[seen])


def _fit(response: Floats, columns: Floats) -> Regression:
    count, width = columns.shape
    if count < width + 2:
        return _undetermined(width, count)
    # Centred and scaled, so that a rank is judged alike whatever the units of a column are.
    centre, scale = columns.mean(axis=0), columns.std(axis=0)
    if not np.all(np.ptp(columns, axis=0) > 0.0):
        return _undetermined(width, count)
    left, singular, right = np.linalg.svd((columns - centre) / scale, full_matrices=False)
    if singular[-1] <= singular[0] * count * np.finfo(np.float64).eps:
        return _undetermined(width, count)
    moved = response - response.mean()
    slopes = right.T @ ((left.T @ moved) / singular) / scale
    residual = moved - (columns - centre) @ slopes
    total, left_over = float(moved @ moved), float(residual @ residual)
    freedom = count - width - 1
    variance = left_over / freedom
    spread = (right.T / singular) / scale[:, None]
    covariance = variance * spread @ spread.T
    errors = np.sqrt(np.diag(covariance))
    intercept = float(response.mean() - centre @ slopes)
    intercept_error = float(np.sqrt(variance / count + centre @ covariance @ centre))
    fitted = 1.0 - left_over / total if total > 0.0 else NAN
    return Regression(
        intercept=intercept,
        intercept_error=intercept_error,
        intercept_t=intercept / intercept_error if intercept_error else NAN,
        coefficients=slopes,
        standard_errors=errors,
        t_statistics=np.divide(slopes, errors, out=np.full(width, np.nan), where=errors > 0.0),
        r_squared=fitted,
        adjusted_r_squared=1.0 - (1.0 - fitted) * (count - 1) / freedom,
        residual_deviation=float(np.sqrt(variance)),
        observations=count,
    )


def _undetermined(width: int, count: int) -> Regression:
    unknown = np.full(width, np.nan)
    return Regression(NAN, NAN, NAN, unknown, unknown.copy(), unknown.copy(), NAN, NAN, NAN, count)
