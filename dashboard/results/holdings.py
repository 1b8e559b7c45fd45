"""What is held on a day. Values, costs and gains are in the portfolio's currency, prices in the quote's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dashboard.domain.instruments import AssetClass
from dashboard.domain.measures import Status
from dashboard.results.notes import StatusNote
from dashboard.results.portfolios import PortfolioRef


@dataclass(frozen=True, slots=True)
class OpenLot:
    """What is left of one acquisition; ``cost`` is in the portfolio's currency."""

    acquired: date
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Holding:
    """One instrument that is held. ``None`` where there is no price or rate (see ``price_status``)."""

    symbol: str
    name: str
    asset_class: AssetClass
    currency: str
    quantity: Decimal
    price: float | None
    price_date: date | None
    price_status: Status
    fx_rate: float | None
    market_value: float | None
    cost: Decimal
    average_cost: float | None
    unrealized: float | None
    unrealized_pct: float | None
    realized: float
    income: float
    weight: float | None
    day_change: float | None
    day_change_pct: float | None
    sector: str = ""
    country: str = ""
    lots: tuple[OpenLot, ...] = ()
    trend: tuple[float, ...] = ()
    """The last 30 closes, split-adjusted, for a sparkline."""


@dataclass(frozen=True, slots=True)
class CashBalance:
    """Money in one currency, and what it is worth in the portfolio's."""

    currency: str
    amount: float
    market_value: float | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class HoldingsTotals:
    """Sums over what has a value; ``priced`` of ``count`` say how complete they are."""

    market_value: float
    cost: float
    unrealized: float
    unrealized_pct: float | None
    realized: float
    income: float
    cash: float
    day_change: float
    day_change_pct: float | None
    priced: int
    count: int


@dataclass(frozen=True, slots=True)
class HoldingsReport:
    """All that is held on ``as_of``, largest first."""

    portfolio: PortfolioRef
    as_of: date
    computed_at: datetime
    currency: str
    holdings: tuple[Holding, ...]
    cash: tuple[CashBalance, ...]
    totals: HoldingsTotals
    status: tuple[StatusNote, ...] = ()

    @property
    def last_session(self) -> date | None:
        """The newest day that a held instrument has a price of."""
        return max((row.price_date for row in self.holdings if row.price_date is not None), default=None)

    @property
    def stale_count(self) -> int:
        """How many prices are older than they should be."""
        return sum(1 for row in self.holdings if row.price_status is Status.STALE)
