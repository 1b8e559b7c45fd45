"""Models that describe the answers about risk."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from pydantic import Field

from dashboard.api.analysis_schemas import OfPortfolio
from dashboard.api.schemas import Day, Described, Risk, Share, named
from dashboard.domain.risk_relative import RelativeFigures

RELATIVE_NAMES = tuple(field.name for field in fields(RelativeFigures))


class Drawdown(Described):
    """One of the worst falls."""

    peak: date
    trough: date
    recovery: Day
    depth: Share
    days: int


class Factor(Described):
    """One benchmark of a regression."""

    symbol: str
    beta: Share
    standard_error: Share
    t_statistic: Share


class Regression(Described):
    """The returns regressed on several benchmarks at once."""

    observations: int
    alpha: Share
    alpha_t_statistic: Share
    r_squared: Share
    adjusted_r_squared: Share
    factors: list[Factor]


class Rolling(Described):
    """Measures of the last `window` returns on each date: by itself, or against a benchmark."""

    window: int
    benchmark: str | None
    date: list[date]
    volatility: list[Share] | None = None
    sharpe: list[Share] | None = None
    beta: list[Share] | None = None
    correlation: list[Share] | None = None
    returned: list[Share] | None = Field(None, alias="return")


class RiskMatrix(Described):
    """Correlations or covariances, a row a symbol."""

    kind: str
    symbols: list[str]
    values: list[list[Share]]
    observations: int


class RiskContribution(Described):
    """What a holding adds to the volatility."""

    symbol: str
    weight: Share
    volatility: Share
    marginal: Share
    component: Share
    percent: Share


class RiskContributions(Described):
    """What the holdings add to the volatility."""

    volatility: Share
    observations: int
    items: list[RiskContribution]


RiskAgainst = named("RiskAgainst", RELATIVE_NAMES, Share, symbol=(str, ...))


class RiskReport(OfPortfolio):
    """The risk of a portfolio; parts that were not asked for are absent."""

    risk_free: float
    risk: Risk  # type: ignore[valid-type]  # made of the names that `wire` writes
    drawdowns: list[Drawdown]
    benchmarks: list[RiskAgainst]  # type: ignore[valid-type]
    regression: Regression | None = None
    rolling: list[Rolling] | None = None
    matrix: RiskMatrix | None = None
    holdings: RiskContributions | None = None
