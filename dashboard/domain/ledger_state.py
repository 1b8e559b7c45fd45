"""A valued ledger that follows its changes: what a change touches is computed again, from its date on, and no more.

What is touched are the symbols of the rows that changed, in every account, and those that corporate actions tie to
them; a row of money alone is by itself. That part of the ledger is valued as a ledger of its own on the same calendar,
and takes the place of the part that was there. What is had is what a valuation of all rows gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.domain.arrays import day_of
from dashboard.domain.ledger import checked_ledger
from dashboard.domain.ledger_merge import Part, merged
from dashboard.domain.ledger_rows import LedgerRows
from dashboard.domain.positions import PositionBooks, book_positions
from dashboard.domain.prices import MarketData
from dashboard.domain.transactions import LotMethod, Transaction
from dashboard.domain.valuation import PortfolioHistory, currencies_of, instruments_of, value_ledger, value_portfolio


@dataclass(frozen=True, slots=True)
class LedgerState:
    """Rows, their valuation and lots up to the last day of ``history``. It never changes: a change gives a new one."""

    rows: LedgerRows
    part: Part

    @classmethod
    def of(
        cls,
        transactions: Iterable[Transaction],
        market: MarketData,
        *,
        base_currency: str,
        end: date,
        cash_tracked: bool = True,
        method: LotMethod = LotMethod.FIFO,
        currency: str | None = None,
        allow_shorts: bool = False,
    ) -> LedgerState:
        """Value all of a ledger, as :func:`dashboard.domain.valuation.value_portfolio` does."""
        rows = LedgerRows.of(transactions)
        history = value_portfolio(
            rows.transactions,
            market,
            base_currency=base_currency,
            end=end,
            cash_tracked=cash_tracked,
            method=method,
            currency=currency,
            allow_shorts=allow_shorts,
        )
        return cls(rows, Part.of(history, book_positions(history, end), rows.numbers(rows.by_symbol)))

    @property
    def history(self) -> PortfolioHistory:
        """The valuation of the rows."""
        return self.part.history

    @property
    def books(self) -> PositionBooks:
        """The lots on the last day."""
        return self.part.books

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """All rows in the order of entry, with those that the valuation leaves out."""
        return self.rows.transactions

    def add(self, *rows: Transaction) -> LedgerState:
        """With ``rows``, entered after all others."""
        return self.changed(added=rows)

    def edit(self, old: Transaction, new: Transaction) -> LedgerState:
        """With ``new`` in the place of ``old``. Raises NotFound."""
        return self.changed(removed=(old,), added=(new,))

    def delete(self, *rows: Transaction) -> LedgerState:
        """Without ``rows``. Raises NotFound."""
        return self.changed(removed=rows)

    def repriced(self, market: MarketData, symbols: Iterable[str]) -> LedgerState:
        """With other prices, splits or master data of ``symbols``; the rates of ``market`` must be the same."""
        return self.changed(market=market, symbols=symbols)

    def changed(
        self,
        *,
        removed: Sequence[Transaction] = (),
        added: Sequence[Transaction] = (),
        market: MarketData | None = None,
        symbols: Iterable[str] = (),
    ) -> LedgerState:
        """Without ``removed`` and with ``added``, and with another ``market`` for ``symbols``. Raises NotFound."""
        removed = [self.rows.found(row) for row in removed]
        rows = self.rows.replaced(removed, added)
        known = market or self.history.market
        changed = {row.symbol for row in (*removed, *added) if row.symbol} | set(symbols)
        touched = rows.linked(self.rows.linked(changed))
        alone = [row for row in added if not row.symbol]
        numbers = rows.numbers(touched | {""} if alone else touched)
        part = self._part((*rows.of_symbols(sorted(touched)), *alone), known, numbers)
        gone = [row for row in removed if not row.symbol and row.date.__class__ is date]
        found = None if part is None else merged(self.part, part, touched, gone, known)
        return self._anew(rows, known) if found is None else LedgerState(rows, found)

    def _part(self, rows: Sequence[Transaction], market: MarketData, numbers: dict[int, int]) -> Part | None:
        """``rows`` valued on the calendar that there is; None where they do not fit on it."""
        history = self.history
        end = self.books.as_of
        ledger = checked_ledger(rows, market.splits, until=end, allow_shorts=history.allow_shorts)
        instruments = instruments_of(ledger, market)
        if not currencies_of(ledger, instruments).keys() <= history.table.currencies.keys():
            return None
        if ledger.transactions and day_of(ledger.transactions[0].date) <= history.days[0]:
            return None
        valued = value_ledger(
            ledger,
            instruments,
            market,
            history.days,
            history.table,
            cash_tracked=history.cash_tracked,
            method=history.method,
            allow_shorts=history.allow_shorts,
        )
        return Part.of(valued, book_positions(valued, end), numbers)

    def _anew(self, rows: LedgerRows, market: MarketData) -> LedgerState:
        """Everything once more: the calendar or the currencies are others."""
        history = self.history
        return LedgerState.of(
            rows.transactions,
            market,
            base_currency=history.base_currency,
            end=self.books.as_of,
            cash_tracked=history.cash_tracked,
            method=history.method,
            currency=history.currency,
            allow_shorts=history.allow_shorts,
        )
