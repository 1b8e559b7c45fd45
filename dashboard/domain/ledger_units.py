"""The check of a ledger: what each account holds of each symbol as it is walked, and the rows that do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from dashboard.domain.instruments import Split
from dashboard.domain.ledger_rules import LIMIT, row_fault
from dashboard.domain.lots import ROUNDING
from dashboard.domain.named_lots import NamedLots
from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.domain.transfers import Pairs
from dashboard.domain.unit_moves import MOVERS, Move, Position, moves_of, oversell
from dashboard.errors import LedgerError

Steps = tuple[list[int], list[Decimal]]


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """A transaction that the ledger cannot hold, and why."""

    transaction: Transaction
    error: LedgerError


BUY, SELL, SPLIT = TransactionType.BUY, TransactionType.SELL, TransactionType.SPLIT  # a look-up of each costs


class Units:
    """What each account holds of each symbol, how that changed, and the rows that do not fit."""

    def __init__(
        self, splits: Mapping[str, Sequence[Split]], *, allow_shorts: bool, pairs: Pairs, names_lots: bool
    ) -> None:
        self.good: list[Transaction] = []
        self.faults: list[LedgerFault] = []
        self.steps: dict[Position, Steps] = {}
        self.moves: dict[int, tuple[Move, ...]] = {}
        self._splits, self._allow_shorts, self._pairs = splits, allow_shorts, pairs
        self._arriving: int | None = None
        self._lots = NamedLots() if names_lots else None

    def units(self, account: str, symbol: str) -> Decimal:
        """Units of one position, 0 where there is none, negative when short."""
        steps = self.steps.get((account, symbol))
        return steps[1][-1] if steps is not None else ZERO

    def accounts(self, symbol: str) -> list[str]:
        """The accounts that hold some or are short of it, in order of their names."""
        return sorted(account for (account, name), (_, held) in self.steps.items() if name == symbol and held[-1])

    def split(self, symbol: str, split: Split) -> None:
        """Every account's units by the ratio."""
        for (_, name), (ordinals, held) in self.steps.items():
            if name == symbol:
                ordinals.append(split.date.toordinal())
                held.append(held[-1] * split.ratio)
        if self._lots is not None:
            self._lots.split(symbol, split.ratio)

    def take(self, rows: Sequence[Transaction]) -> None:
        """Book rows between which nothing splits; a faulty one changes nothing."""
        trade, other, good = self._trade, self._other, self.good
        for row in rows:
            kind = row.type
            error = trade(row) if kind is BUY or kind is SELL else other(row)
            if error is not None:
                self.faults.append(LedgerFault(row, error))
            elif kind is not SPLIT or row.amount:
                good.append(row)

    def _trade(self, row: Transaction) -> LedgerError | None:
        symbol, change = row.symbol, row.quantity
        if not symbol or not _is_trade(row):
            return row_fault(row)
        position = (row.account, symbol)
        steps = self.steps.get(position)
        before = steps[1][-1] if steps is not None else ZERO
        if row.type is SELL:
            if change > before:
                if before > ZERO and change - before <= change * ROUNDING:
                    change = before
                elif not self._allow_shorts:
                    return oversell(row, change, before)
            change = -change
        elif before < ZERO and abs(before + change) <= change * ROUNDING:
            change = -before
        if self._lots is not None:
            fault = self._lots.fault_of(row, (Move(row.account, symbol, change),))
            if fault is not None:
                return fault
        if steps is None:  # only a row that is booked begins a position: a split before it has nothing to multiply
            steps = self.steps[position] = ([], [ZERO])
        steps[0].append(row.date.toordinal())
        steps[1].append(before + change)
        return None

    def _other(self, row: Transaction) -> LedgerError | None:
        """Any row but a buy or a sale."""
        error = row_fault(row)
        if error is not None or not (row.type in MOVERS or (row.type is SPLIT and row.amount)):
            return error
        try:
            moves = moves_of(row, self, self._splits)
        except LedgerError as fault:
            return fault
        if id(row) in self._pairs:
            self._arriving = id(self._pairs[id(row)])
        if id(row) in self._pairs or id(row) == self._arriving:
            moves = tuple(replace(move, inner=True) for move in moves)
        error = self._lots.fault_of(row, moves) if self._lots is not None else None
        if error is None:
            self._book(row, moves)
        return error

    def _book(self, row: Transaction, moves: tuple[Move, ...]) -> None:
        self.moves[len(self.good)] = moves
        ordinal = row.date.toordinal()
        for move in moves:
            if move.units:
                ordinals, held = self.steps.setdefault((move.account, move.symbol), ([], [ZERO]))
                ordinals.append(ordinal)
                held.append(held[-1] + move.units)


def _is_trade(row: Transaction) -> bool:
    """Whether a buy or a sale has what it needs, in the few comparisons that a long ledger can afford."""
    price = row.price
    try:
        return (
            ZERO < row.quantity < LIMIT
            and (ZERO < row.amount < LIMIT if price is None else ZERO <= price < LIMIT and ZERO <= row.amount < LIMIT)
            and (row.fee is ZERO or ZERO <= row.fee < LIMIT)
            and (row.tax is ZERO or ZERO <= row.tax < LIMIT)
            and (row.fx_rate is None or ZERO < row.fx_rate < LIMIT)
            and (row.accrued is ZERO or ZERO <= row.accrued < LIMIT)
        )
    except InvalidOperation:  # a comparison with what is not a number
        return False
