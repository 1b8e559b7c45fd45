"""Interest that was bought with bonds and not yet paid, by position, as the rows of a ledger are walked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from dashboard.domain.ledger import CheckedLedger
from dashboard.domain.legs import ONE, CashMove
from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.domain.unit_moves import Move, Position

NOTHING: tuple[Decimal, Sequence[Decimal]] = (ZERO, (ZERO,))
TRADES = frozenset({TransactionType.BUY, TransactionType.SELL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival(Transaction):
    """A transfer that came from another account of the portfolio, with the ``interest`` that had been bought there."""

    interest: tuple[CashMove, ...] = ()

    @classmethod
    def of(cls, row: Transaction, interest: tuple[CashMove, ...]) -> Arrival:
        """``row`` with what came beside its units."""
        return cls(**{field.name: getattr(row, field.name) for field in fields(Transaction)}, interest=interest)


class BoughtInterest:
    """What is due of each position, by currency, and the units that it holds before and after the row that is met.

    Nothing is due of a position that holds nothing: what closes one asks for all of it.
    """

    def __init__(self, ledger: CheckedLedger) -> None:
        self._steps = ledger.steps
        self._passed: dict[Position, int] = defaultdict(int)
        self._due: dict[Position, dict[str, Decimal]] = {}

    def split(self, symbol: str) -> None:
        """Go on behind a split: a step of every position that there is."""
        for position in self._passed:
            if position[1] == symbol:
                self._passed[position] += 1

    def past(self, row: Transaction, moves: Sequence[Move]) -> None:
        """Go on behind a row."""
        if row.type in TRADES:
            self._passed[row.account, row.symbol or ""] += 1
        for move in moves:
            if move.units:
                self._passed[move.account, move.symbol] += 1

    def before(self, position: Position) -> Decimal:
        """The units before the row."""
        return self._units(position, 0)

    def after(self, position: Position) -> Decimal:
        """The units after the row, which must be one that changes them."""
        return self._units(position, 1)

    def _units(self, position: Position, more: int) -> Decimal:
        return self._steps.get(position, NOTHING)[1][self._passed.get(position, 0) + more]

    def closes(self, position: Position) -> bool:
        """Whether the row takes the last unit of a position of which something is due."""
        return bool(self.due(position)) and self.after(position) <= ZERO

    def opening(self, position: Position) -> Decimal:
        """The share of the units that the row brings which does not cover a short."""
        before, after = self.before(position), self.after(position)
        if before >= ZERO:
            return ONE
        return after / (after - before) if after > ZERO else ZERO

    def leaving(self, position: Position) -> Decimal:
        """The share of what is held that the row takes."""
        before, after = self.before(position), self.after(position)
        return (before - after) / before if after > ZERO else ONE

    def due(self, position: Position) -> Mapping[str, Decimal]:
        """What was bought of the next coupon, by currency; more than 0 each."""
        return self._due.get(position, {})

    def add(self, position: Position, currency: str, amount: Decimal) -> None:
        """More is due."""
        if amount:
            due = self._due.setdefault(position, {})
            due[currency] = due.get(currency, ZERO) + amount

    def take(self, position: Position, share: Decimal = ONE) -> dict[str, Decimal]:
        """A share of what is due, which then is due no more."""
        due = self._due.pop(position, {})
        taken = {currency: amount * share for currency, amount in due.items()}
        for currency, amount in due.items():
            self.add(position, currency, amount - taken[currency])
        return {currency: amount for currency, amount in taken.items() if amount}
