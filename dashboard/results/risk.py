"""The risk of a portfolio over a period: the one result behind the page, the API and the command line.

Ratios are fractions; nothing is rounded; NaN in a rolling series until its window is full.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.domain.calendar import Period
from dashboard.domain.holding_risk import ContributionFigures, HoldingContribution
from dashboard.domain.measures import Measure
from dashboard.domain.risk_figures import DatedDrawdown
from dashboard.domain.risk_relative import Factor, FactorModel
from dashboard.results.notes import StatusNote
from dashboard.results.performance import Risk
from dashboard.results.portfolios import PortfolioRef

__all__ = [
    "BenchmarkRisk",
    "ContributionFigures",
    "DatedDrawdown",
    "Factor",
    "FactorModel",
    "HoldingContribution",
    "RiskMatrix",
    "RiskReport",
    "RollingSeries",
]


@dataclass(frozen=True, slots=True)
class BenchmarkRisk:
    """Risk against one benchmark, by the names of the JSON (``beta``, ``tracking_error``...)."""

    symbol: str
    measures: Mapping[str, Measure]


@dataclass(frozen=True, slots=True)
class RollingSeries:
    """Measures of the last ``window`` returns on each date, by itself or against ``benchmark``."""

    window: int
    benchmark: str | None
    dates: tuple[date, ...]
    values: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class RiskMatrix:
    """Correlations or annualised covariances of the holdings: a row a symbol, in the order of ``symbols``."""

    kind: str
    symbols: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    observations: int


@dataclass(frozen=True, slots=True)
class RiskReport:
    """Everything that is said about the risk of a portfolio over one period; what was not asked for is None or empty.

    ``risk_free`` is an annual rate. ``drawdowns`` are the deepest, the deepest first.
    """

    portfolio: PortfolioRef
    period: Period
    as_of: datetime
    currency: str
    risk_free: float
    risk: Risk
    drawdowns: tuple[DatedDrawdown, ...]
    benchmarks: tuple[BenchmarkRisk, ...]
    regression: FactorModel | None
    rolling: tuple[RollingSeries, ...]
    matrix: RiskMatrix | None
    contributions: ContributionFigures | None
    status: tuple[StatusNote, ...]
