"""Series that our measures and those of other libraries are held against each other on."""

from __future__ import annotations

import numpy as np
import pandas as pd

DAYS_A_YEAR = 252


def daily_series(seed: int = 4, years: int = 5, spread: float = 0.011) -> pd.Series:
    """Business days of returns with fat tails; none is missing."""
    draw = np.random.default_rng(seed)
    days = pd.bdate_range("2018-01-01", periods=DAYS_A_YEAR * years)
    return pd.Series(draw.standard_t(4, len(days)) * spread / np.sqrt(2.0) + 0.0003, index=days, name="portfolio")


def benchmark_series(returns: pd.Series, seed: int = 9) -> pd.Series:
    """A benchmark that goes along with ``returns``, on the same days."""
    noise = np.random.default_rng(seed).normal(0.0, 0.006, len(returns))
    return pd.Series(0.8 * returns.to_numpy() + noise, index=returns.index, name="benchmark")
