"""Gains by period, realised gains by tax year, and costs by year. Money is float64 or Decimal in ``currency``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.attribution import Gain
from dashboard.domain.calendar import Period
from dashboard.domain.gain_periods import Granularity, PeriodGain
from dashboard.domain.realized import RealizedYear
from dashboard.domain.yearly_costs import CostYear
from dashboard.results.notes import StatusNote
from dashboard.results.portfolios import PortfolioRef


@dataclass(frozen=True, slots=True)
class GainsReport:
    """The gain of each calendar period; ``holdings`` are those of the holdings, one mapping a period, where asked."""

    portfolio: PortfolioRef
    by: Granularity
    period: Period
    as_of: datetime
    currency: str
    periods: tuple[PeriodGain, ...]
    holdings: tuple[Mapping[str, Gain], ...]
    status: tuple[StatusNote, ...] = ()


@dataclass(frozen=True, slots=True)
class RealizedReport:
    """What was realised and paid, by tax year; held for more than ``long_after_days`` (None: a year) is long."""

    portfolio: PortfolioRef
    period: Period
    as_of: datetime
    currency: str
    year_start: str
    long_after_days: int | None
    years: tuple[RealizedYear, ...]
    costs: tuple[CostYear, ...]
    status: tuple[StatusNote, ...] = ()
