"""Covariance and correlation of several series, and what each position adds to the volatility of a portfolio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.domain.arrays import Floats
from dashboard.errors import InvalidInput

Matrix = npt.ArrayLike | pd.DataFrame
_ROUNDING = 1e-15


@dataclass(frozen=True, slots=True)
class RiskContributions:
    """Parts of a volatility, shape (k,) each: Σ component = ``volatility``, Σ percent = 1.

    ``marginal`` is ∂σ/∂w = (Σw)ᵢ/σ, ``component`` wᵢ·marginalᵢ, ``percent`` component ÷ σ. With σ = 0 the components
    are 0 and the others NaN.
    """

    volatility: float
    weights: Floats
    marginal: Floats
    component: Floats
    percent: Floats


def covariance_matrix(returns: Matrix, periods_per_year: float = 252) -> Floats | pd.DataFrame:
    """N × the sample covariances (n − 1) of the columns of ``returns``, (n, k) → (k, k), labelled as a DataFrame is.

    Only rows that every column has count, so that the matrix is one that returns can have; NaN of fewer than two.
    """
    seen = complete_rows(returns)
    return _labelled(_covariances(seen) * periods_per_year, returns)


def correlation_matrix(returns: Matrix) -> Floats | pd.DataFrame:
    """Pearson's correlations of the columns of ``returns``, (n, k) → (k, k); rows as in the covariance matrix.

    1 on the diagonal; NaN in the row and the column of a series that does not vary.
    """
    seen = complete_rows(returns)
    covariances = _covariances(seen)
    varies = np.ptp(seen, axis=0) > 0.0 if len(seen) else np.zeros(seen.shape[1], np.bool_)
    deviations = np.sqrt(np.where(varies, np.diag(covariances), np.nan))
    found = np.clip(covariances / np.outer(deviations, deviations), -1.0, 1.0)
    np.fill_diagonal(found, np.where(varies, 1.0, np.nan))
    return _labelled(found, returns)


def risk_contributions(weights: npt.ArrayLike, covariance: Matrix) -> RiskContributions:
    """σ = √(wᵀΣw) and its parts by position (Euler's); ``weights`` (k,), ``covariance`` (k, k).

    Raises InvalidInput when the shapes differ. Source: Litterman, Hot Spots and Hedges, 1996.
    """
    held = np.asarray(weights, dtype=np.float64)
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.shape != (len(held), len(held)):
        raise InvalidInput(f"{len(held)} weights for a matrix of {matrix.shape}.", field="weights")
    slopes = matrix @ held
    variance = float(held @ slopes)
    # A hedge that cancels out leaves rounding errors of either sign, which are no volatility.
    scale = float(np.abs(held) @ np.abs(matrix) @ np.abs(held))
    volatility = 0.0 if variance <= _ROUNDING * scale else float(np.sqrt(variance))
    marginal = slopes / volatility if volatility else np.full(len(held), np.nan)
    component = held * marginal if volatility else np.zeros(len(held))
    percent = component / volatility if volatility else np.full(len(held), np.nan)
    return RiskContributions(volatility, held, marginal, component, percent)


def complete_rows(returns: Matrix) -> Floats:
    """The rows without a missing observation, shape (m, k). Raises InvalidInput for anything but a matrix."""
    values = np.asarray(returns, dtype=np.float64)
    if values.ndim != 2:
        raise InvalidInput("Returns of several series are a matrix: one row a period, one column a series.")
    return values[~np.isnan(values).any(axis=1)]


def _covariances(seen: Floats) -> Floats:
    count, width = seen.shape
    if count < 2:
        return np.full((width, width), np.nan)
    moved = seen - seen.mean(axis=0)
    moved[:, np.ptp(seen, axis=0) == 0.0] = 0.0
    found: Floats = moved.T @ moved / (count - 1)
    return found


def _labelled(matrix: Floats, returns: Matrix) -> Floats | pd.DataFrame:
    if isinstance(returns, pd.DataFrame):
        return pd.DataFrame(matrix, index=returns.columns, columns=returns.columns)
    return matrix
