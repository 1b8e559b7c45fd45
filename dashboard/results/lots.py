"""The lots of one instrument by every method, and what a sale would realise: the one result that everything renders.

Costs, proceeds and gains are in ``currency``; nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.domain.lot_methods import ClosedLot, HeldLot, MethodFigures, SaleOutcome
from dashboard.results.notes import StatusNote
from dashboard.results.portfolios import PortfolioRef

__all__ = ["ClosedLot", "HeldLot", "LotReport", "MethodFigures", "SaleOutcome", "WhatIf"]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A sale that is not booked. ``price`` and ``fee`` are in ``price_currency``; ``proceeds`` are net.

    ``short_quantity`` of it (0: none) is more than what is held and opens a short for ``short_proceeds`` of them.
    """

    account: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    price_currency: str
    proceeds: Decimal
    short_quantity: Decimal
    short_proceeds: Decimal
    outcomes: tuple[SaleOutcome, ...]


@dataclass(frozen=True, slots=True)
class LotReport:
    """An instrument by every method at the close of ``as_of``; held for more than ``long_term_days`` is long term.

    ``account`` None: all accounts. ``market_value`` None where the day has no price or rate.
    """

    portfolio: PortfolioRef
    symbol: str
    account: str | None
    as_of: date
    currency: str
    long_term_days: int
    market_value: float | None
    methods: tuple[MethodFigures, ...]
    what_if: WhatIf | None
    status: tuple[StatusNote, ...]
