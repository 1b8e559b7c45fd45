"""The active return of a portfolio against a benchmark, by group. Everything is a fraction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.active_return import ActiveReturn
from dashboard.domain.calendar import Period
from dashboard.domain.groups import Dimension
from dashboard.results.notes import StatusNote
from dashboard.results.portfolios import PortfolioRef


@dataclass(frozen=True, slots=True)
class AttributionReport:
    """Allocation, selection and interaction by group against ``benchmark``, linked over the days of the period."""

    portfolio: PortfolioRef
    by: Dimension
    benchmark: str
    period: Period
    as_of: datetime
    currency: str
    result: ActiveReturn
    status: tuple[StatusNote, ...] = ()
