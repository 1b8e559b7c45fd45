"""Rolling versions of a portfolio's risk figures, by itself and against a benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.domain.arrays import Days, Floats
from dashboard.domain.risk_judge import per_period
from dashboard.domain.risk_relative import Paired
from dashboard.domain.risk_rolling import (
    rolling_beta,
    rolling_correlation,
    rolling_return,
    rolling_sharpe,
    rolling_volatility,
)
from dashboard.domain.series import Series


@dataclass(frozen=True, slots=True)
class RollingFigures:
    """Measures of the last ``window`` returns on each of ``dates``, (n,) each; NaN until there are so many."""

    window: int
    dates: Days
    values: Mapping[str, Floats]


def rolling_figures(series: Series, window: int, risk_free: float) -> RollingFigures:
    """Return, volatility and Sharpe ratio; ``risk_free`` is an annual rate. Raises InvalidInput below two returns."""
    returns, per_year = series.returns, series.periods_per_year
    return RollingFigures(
        window,
        series.dates,
        {
            "return": rolling_return(returns, window),
            "volatility": rolling_volatility(returns, window, per_year),
            "sharpe": rolling_sharpe(returns, window, per_period(risk_free, per_year), per_year),
        },
    )


def rolling_against(pairs: Paired, window: int) -> RollingFigures:
    """Beta and correlation with the first of the benchmarks, on its sessions."""
    benchmark = pairs.benchmarks[:, 0]
    return RollingFigures(
        window,
        pairs.dates,
        {
            "beta": rolling_beta(pairs.returns, benchmark, window),
            "correlation": rolling_correlation(pairs.returns, benchmark, window),
        },
    )
