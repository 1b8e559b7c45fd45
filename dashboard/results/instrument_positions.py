"""What one portfolio has to do with one instrument: its trades in it, and what it holds of it."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.results.holdings import Holding
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.transactions import TransactionRow


@dataclass(frozen=True, slots=True)
class InstrumentPosition:
    """``rows``: the transactions in the instrument, newest first; ``holding``: None where nothing is left of it."""

    portfolio: PortfolioRef
    holding: Holding | None
    rows: tuple[TransactionRow, ...]
