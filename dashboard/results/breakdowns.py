"""What the parts of one or more portfolios did in a period. Money is float64 in ``currency``, ratios are fractions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.calendar import Period
from dashboard.domain.groups import Dimension, GroupFigures
from dashboard.results.notes import StatusNote
from dashboard.results.performance import Series
from dashboard.results.portfolios import PortfolioRef


@dataclass(frozen=True, slots=True)
class BreakdownReport:
    """The groups of ``portfolios`` by a dimension, largest first, and all of them together."""

    portfolios: tuple[PortfolioRef, ...]
    by: Dimension
    period: Period
    as_of: datetime
    currency: str
    groups: tuple[GroupFigures, ...]
    total: GroupFigures
    series: Series
    status: tuple[StatusNote, ...] = ()
