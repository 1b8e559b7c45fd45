"""How a portfolio did over a period: the one result behind the page, the API, the report and the mail.

Money is float64 in ``currency``; returns and risk are fractions; nothing is rounded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dashboard.domain.calendar import Period
from dashboard.domain.measures import Measure
from dashboard.results.notes import StatusNote
from dashboard.results.portfolios import PortfolioRef

__all__ = [
    "BenchmarkResult",
    "DrawdownDates",
    "ExternalFlow",
    "GainParts",
    "PerformanceSummary",
    "Period",
    "Returns",
    "Risk",
    "Series",
]


@dataclass(frozen=True, slots=True)
class GainParts:
    """The total gain and its parts: total = price + currency + income - fees - taxes."""

    total: float
    price: float
    currency: float
    income: float
    fees: float
    taxes: float
    realized: float
    unrealized: float


@dataclass(frozen=True, slots=True)
class Returns:
    """Four ways to measure one period; annualised only where it lasts 365 days or more."""

    time_weighted: Measure
    time_weighted_annualized: Measure
    money_weighted: Measure
    money_weighted_period: Measure
    modified_dietz: Measure
    simple: Measure


@dataclass(frozen=True, slots=True)
class DrawdownDates:
    """When the deepest drawdown began, ended and was recovered."""

    peak: date | None = None
    trough: date | None = None
    recovery: date | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """Risk measures by the names of the JSON (``volatility``, ``sharpe``, ``max_drawdown``, ``beta``...)."""

    measures: Mapping[str, Measure]
    drawdown: DrawdownDates
    observations: int

    def __getitem__(self, name: str) -> Measure:
        return self.measures[name]


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """The benchmark in the portfolio's currency over the same period, and what the same flows would be worth in it."""

    symbol: str
    name: str
    time_weighted: Measure
    flow_matched_value: Measure
    dates: tuple[date, ...] = ()
    time_weighted_series: tuple[float, ...] = ()
    flow_matched_series: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """The shown series: one point for each day with a bar. All tuples have one length."""

    dates: tuple[date, ...] = ()
    value: tuple[float, ...] = ()
    time_weighted: tuple[float, ...] = ()
    drawdown: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ExternalFlow:
    """Money that came in (positive) or went out (negative), as the chart marks it."""

    date: dt.date
    amount: float


@dataclass(frozen=True, slots=True)
class PerformanceSummary:
    """Everything that is said about a portfolio over one period."""

    portfolio: PortfolioRef
    period: Period
    as_of: datetime
    currency: str
    market_value: float
    start_value: float
    cash: float
    net_flows: float
    inflows: float
    outflows: float
    cash_by_currency: Mapping[str, float]
    gain: GainParts
    returns: Returns
    risk: Risk
    series: Series
    flows: tuple[ExternalFlow, ...] = ()
    benchmark: BenchmarkResult | None = None
    status: tuple[StatusNote, ...] = field(default=())
