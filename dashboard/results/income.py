"""Income by month and instrument, and what the next twelve months may bring. Money is float64 in ``currency``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.calendar import Period
from dashboard.domain.income import ExpectedPayment, IncomeLine
from dashboard.results.notes import StatusNote
from dashboard.results.portfolios import PortfolioRef


@dataclass(frozen=True, slots=True)
class IncomeReport:
    """What was received in ``period``, and what is to be expected of what is held at its end."""

    portfolio: PortfolioRef
    period: Period
    as_of: datetime
    currency: str
    received: tuple[IncomeLine, ...]
    expected: tuple[ExpectedPayment, ...]
    status: tuple[StatusNote, ...] = ()
