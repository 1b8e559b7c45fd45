"""What a row moves in cash, in the portfolio's currency: at the row's own rate, else at the market's of its day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import numpy as np

from dashboard.db.engine import db
from dashboard.db.repositories import fx
from dashboard.domain.fx import PIVOTS, Rates, RateSeries
from dashboard.domain.transactions import Transaction, TransactionType

BRINGS_CASH = frozenset(
    {TransactionType.SELL, TransactionType.DIVIDEND, TransactionType.INTEREST, TransactionType.DEPOSIT}
)


class CashEffects:
    """The cash effects of some rows of one ledger; rates are read once for all of them."""

    def __init__(self, rows: Iterable[Transaction], base_currency: str) -> None:
        self._base_currency = base_currency
        needing = [row for row in rows if self._needs_market(row)]
        self._rates = _rates(
            {row.currency for row in needing}, base_currency, max((r.date for r in needing), default=None)
        )
        self._known: dict[tuple[str, date], float | None] = {}

    def of(self, row: Transaction) -> float | None:
        """The effect of ``row``; None where no rate of its day is known. Nothing leaves through an exchange."""
        if row.type in {TransactionType.SPLIT, TransactionType.EXCHANGE}:
            return 0.0
        rate = self._rate(row)
        return None if rate is None else float(_change(row)) * rate

    def _needs_market(self, row: Transaction) -> bool:
        return row.fx_rate is None and row.currency != self._base_currency

    def _rate(self, row: Transaction) -> float | None:
        if row.fx_rate is not None:
            return float(row.fx_rate)
        if row.currency == self._base_currency:
            return 1.0
        where = (row.currency, row.date)
        if where not in self._known:
            day = np.array([row.date], dtype="datetime64[D]")
            rate = float(self._rates.on(row.currency, self._base_currency, day)[0])
            self._known[where] = None if np.isnan(rate) else rate
        return self._known[where]


def _change(row: Transaction) -> Decimal:
    """What the row moves, in its own currency."""
    gross = row.amount if row.type in BRINGS_CASH else -row.amount
    return gross - row.fee - row.tax


def _rates(currencies: set[str], base_currency: str, end: date | None) -> Rates:
    if not currencies or end is None:
        return Rates({})
    wanted = {*currencies, base_currency, *PIVOTS}
    pairs = [pair for pair in fx.known(db.session()) if set(pair) <= wanted]
    found = fx.read_rates(db.session(), pairs, end=end) if pairs else {}
    return Rates({pair: RateSeries(days, rates) for pair, (days, rates) in found.items()})
