"""What a row moves in cash, in the portfolio's currency: at the row's own rate, else at the market's of its day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import numpy as np

from dashboard.db.engine import db
from dashboard.db.repositories import fx, valued_prices
from dashboard.domain.fx import PIVOTS, Rates, RateSeries
from dashboard.domain.transactions import ZERO, Transaction, TransactionType

BRINGS_CASH = frozenset(
    {TransactionType.SELL, TransactionType.DIVIDEND, TransactionType.INTEREST, TransactionType.DEPOSIT}
    | {TransactionType.SPLIT, TransactionType.MERGER, TransactionType.RETURN_OF_CAPITAL}
)
TAKES_CASH = frozenset({TransactionType.BUY, TransactionType.FEE, TransactionType.TAX, TransactionType.WITHDRAWAL})


class CashEffects:
    """The cash effects of some rows of one ledger; rates are read once for all of them."""

    def __init__(self, rows: Iterable[Transaction], base_currency: str) -> None:
        self._base_currency = base_currency
        found = list(rows)
        needing = [row for row in found if self._needs_market(row)]
        currencies = {row.currency for row in needing} | {row.fee_currency for row in found if row.fee_currency}
        self._rates = _rates(currencies, base_currency, max((row.date for row in found), default=None))
        self._known: dict[tuple[str, date], float | None] = {}

    def of(self, row: Transaction) -> float | None:
        """The effect of ``row``; None where no rate of its day is known. Nothing leaves through an exchange."""
        change, fee = _change(row), row.fee if row.fee_currency else ZERO
        rate = self._rate(row) if change else 1.0
        fee_rate = self._market(row.fee_currency or row.currency, row.date) if fee else 1.0
        return None if rate is None or fee_rate is None else float(change) * rate - float(fee) * fee_rate

    def _needs_market(self, row: Transaction) -> bool:
        return row.fx_rate is None and row.currency != self._base_currency

    def _rate(self, row: Transaction) -> float | None:
        return self._market(row.currency, row.date) if row.fx_rate is None else float(row.fx_rate)

    def _market(self, currency: str, day: date) -> float | None:
        if currency == self._base_currency:
            return 1.0
        where = (currency, day)
        if where not in self._known:
            days = np.array([day], dtype="datetime64[D]")
            rate = float(self._rates.on(currency, self._base_currency, days)[0])
            self._known[where] = None if np.isnan(rate) else rate
        return self._known[where]


def _change(row: Transaction) -> Decimal:
    """What the row moves, in its own currency, without a fee in another one."""
    if row.type in BRINGS_CASH:
        gross = row.amount + row.accrued
    elif row.type in TAKES_CASH:
        gross = -row.amount - row.accrued
    else:
        return ZERO
    return gross - row.tax - (ZERO if row.fee_currency else row.fee)


def _rates(currencies: set[str], base_currency: str, end: date | None) -> Rates:
    if not currencies or end is None:
        return Rates({})
    wanted = {*currencies, base_currency, *PIVOTS}
    pairs = [pair for pair in fx.known(db.session()) if set(pair) <= wanted]
    found = valued_prices.read_rates(db.session(), pairs, end=end) if pairs else {}
    return Rates({pair: RateSeries(days, rates) for pair, (days, rates) in found.items()})
