"""Contributions to a time-weighted return: what each line added, linked over days so that they sum to it.

A day's contribution is its money gain ÷ (V₋₁ + I) of the portfolio; those of a day sum to its return. Carino's factors
link them: ``k = ln(1 + r) ÷ r`` of each day and ``K = ln(1 + R) ÷ R`` of the period (1 where the return is 0), and
``C = Σ c·k ÷ K``, which sums to R.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dashboard.domain.arrays import Floats

TINY = 1e-9  # below it ln(1 + r) ÷ r is 1 − r ÷ 2 to the last digit


def carino_factors(returns: npt.ArrayLike) -> Floats:
    """``ln(1 + r) ÷ r`` of each of n returns, 1 for 0, shape (n,); NaN for r ≤ −1.

    Source: D. Carino, "Combining Attribution Effects Over Time", Journal of Performance Measurement, 1999.
    """
    rates = np.asarray(returns, dtype=np.float64)
    found = 1.0 - rates / 2.0
    usable = (np.abs(rates) > TINY) & (rates > -1.0)
    np.divide(np.log1p(rates, where=usable, out=np.zeros_like(rates)), rates, out=found, where=usable)
    return np.where(rates > -1.0, found, np.nan)


def linked_contributions(contributions: npt.ArrayLike, returns: npt.ArrayLike | None = None) -> Floats:
    """What each line contributed to the return of all periods, shape (L,), from ``contributions`` (n, L).

    ``returns`` (n,) are the periods' total returns, by default the sums of their contributions. The result sums to
    Π(1 + r) − 1; NaN where a period has no return.
    """
    parts = np.asarray(contributions, dtype=np.float64)
    rates = parts.sum(axis=1) if returns is None else np.asarray(returns, dtype=np.float64)
    total = np.expm1(np.log1p(rates, where=rates > -1.0, out=np.full(len(rates), np.nan)).sum())
    linked: Floats = carino_factors(rates) @ parts / carino_factors(np.array([total]))[0]
    return linked


def daily_contributions(gains: npt.ArrayLike, base: npt.ArrayLike, returns: npt.ArrayLike) -> Floats:
    """``gain ÷ base`` of each line and day, (n, L), from the lines' ``gains`` (n, L) and the portfolio's V₋₁ + I (n,).

    0 on a day whose return is 0 although something was gained (too little was at work to speak of a return); NaN on a
    day without a return.
    """
    money, at_work = np.asarray(gains, dtype=np.float64), np.asarray(base, dtype=np.float64)
    rates = np.asarray(returns, dtype=np.float64)
    usable = (at_work > 0.0) & ~np.isnan(rates) & ~((rates == 0.0) & (at_work < 1.0))
    found = np.zeros(money.shape)
    np.divide(money, at_work[:, None], out=found, where=usable[:, None])
    found[np.isnan(rates)] = np.nan
    return found
