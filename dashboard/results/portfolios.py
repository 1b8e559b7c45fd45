"""Portfolios as lists, menus and headings show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboard.domain.access import PortfolioId
from dashboard.domain.transactions import LotMethod


@dataclass(frozen=True, slots=True)
class PortfolioRef:
    """Which portfolio, and how it is counted."""

    id: PortfolioId
    name: str
    slug: str
    base_currency: str
    method: LotMethod = LotMethod.FIFO
    track_cash: bool = True
    benchmark: str | None = None
    owner_email: str | None = None
    time_zone: str = "UTC"
    allow_shorts: bool = False


@dataclass(frozen=True, slots=True)
class PortfolioItem:
    """A line of the list of portfolios."""

    portfolio: PortfolioRef
    accounts: tuple[str, ...]
    transactions: int
    first_date: date | None
    last_date: date | None
