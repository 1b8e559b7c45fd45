"""Lots of one instrument in one account: what was bought, at what cost, and which of it a sale closes."""

from __future__ import annotations

from dashboard.domain.lot_book import LotBook
from dashboard.domain.lot_orders import AverageBook, FifoBook, HifoBook, LifoBook
from dashboard.domain.lot_values import ROUNDING, Lot, LotMatch

__all__ = ["ROUNDING", "AverageBook", "FifoBook", "HifoBook", "LifoBook", "Lot", "LotBook", "LotMatch"]
