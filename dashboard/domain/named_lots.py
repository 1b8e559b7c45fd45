"""Lots without money: which ids are open when a row names the lots that it closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from dashboard.domain.lot_keeping import LotKeeper
from dashboard.domain.lots import Lot
from dashboard.domain.transactions import ZERO, LotMethod, Transaction, TransactionType
from dashboard.domain.unit_moves import Move
from dashboard.errors import LedgerError


class NamedLots:
    """The open lots of every position by the method of specific lots, for the check of a ledger that names some."""

    def __init__(self) -> None:
        self._keeper = LotKeeper(LotMethod.SPECIFIC)
        self._carried: tuple[Lot, ...] = ()

    def split(self, symbol: str, ratio: Decimal) -> None:
        """Every account's lots by the ratio."""
        self._keeper.split(symbol, ratio)

    def fault_of(self, row: Transaction, moves: Sequence[Move]) -> LedgerError | None:
        """Book what a row does to units; the reason where its lots are not open, or hold too little."""
        try:
            for move in moves:
                self._take(row, move)
        except LedgerError as fault:
            return fault
        return None

    def _take(self, row: Transaction, move: Move) -> None:
        position = (move.account, move.symbol)
        if row.type is TransactionType.SPIN_OFF and not move.units:
            self._carried = self._keeper.book(position).open_lots
        elif move.symbol == row.target_symbol or (move.inner and move.units > ZERO):
            for lot in self._carried:
                ratio = row.ratio if row.ratio is not None and not move.inner else 1
                self._keeper.put_in(position, replace(lot, quantity=lot.quantity * ratio), row.date)
        elif move.units > ZERO and row.target_symbol is None:
            lot = Lot(row.lot_id or "", row.acquired or row.date, move.units, ZERO, ZERO)
            self._keeper.acquire(position, lot, row.date, row.lot_ids)
        elif row.type is TransactionType.SELL:
            lot = Lot(row.lot_id or "", row.date, -move.units, ZERO, ZERO)
            self._keeper.release(position, lot, row.date, row.lot_ids)
        elif move.units:
            self._carried = self._keeper.take_out(position, -move.units, row.date, row.lot_ids)
