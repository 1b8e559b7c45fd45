"""A ledger in the order in which it is walked, and the check of what it can hold."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.domain.corporate_actions import ledger_splits, merged_splits
from dashboard.domain.instruments import Split
from dashboard.domain.lots import ROUNDING
from dashboard.domain.transactions import ZERO, Transaction, TransactionType, ledger_order
from dashboard.errors import LedgerError, Oversell

Position = tuple[str, str]
Steps = tuple[list[int], list[Decimal]]


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """A transaction that the ledger cannot hold, and why."""

    transaction: Transaction
    error: LedgerError


@dataclass(frozen=True, slots=True)
class CheckedLedger:
    """A ledger in walking order without faulty rows and splits; ``splits`` are the events that apply, by symbol.

    ``steps`` are, by account and symbol, the ordinals of the days on which the quantity held changed, and what it was
    before the first and after each.
    """

    transactions: tuple[Transaction, ...]
    splits: Mapping[str, tuple[Split, ...]]
    faults: tuple[LedgerFault, ...]
    steps: Mapping[Position, Steps]


@dataclass(frozen=True, slots=True)
class SplitEvent:
    """One split of one instrument, in every account."""

    symbol: str
    split: Split


def check_ledger(transactions: Iterable[Transaction], splits: Mapping[str, Sequence[Split]]) -> tuple[LedgerFault, ...]:
    """Every transaction that the ledger cannot hold, in walking order; ``splits`` are the instruments' own."""
    return checked_ledger(transactions, splits).faults


def checked_ledger(transactions: Iterable[Transaction], splits: Mapping[str, Sequence[Split]]) -> CheckedLedger:
    """The ledger in order, with each faulty row taken out and named."""
    rows = sorted(transactions, key=ledger_order)
    reported = ledger_splits(rows)
    symbols = dict.fromkeys(row.symbol for row in rows if row.symbol)
    events = {symbol: merged_splits(splits.get(symbol, ()), reported.get(symbol, ())) for symbol in symbols}
    units = _Units()
    for item in walk_runs(rows, events):
        if isinstance(item, SplitEvent):
            units.split(item)
        else:
            units.take(item)
    return CheckedLedger(tuple(units.good), events, tuple(units.faults), units.steps)


def walk_runs(
    rows: Sequence[Transaction], splits: Mapping[str, Sequence[Split]]
) -> Iterator[Sequence[Transaction] | SplitEvent]:
    """Ordered ``rows`` in runs between the splits, each split before the other events of its day."""
    events = [SplitEvent(symbol, split) for symbol, found in splits.items() for split in found]
    position = 0
    for event in sorted(events, key=_split_order):
        following = bisect_left(rows, event.split.date, lo=position, key=_row_date)
        if following > position:
            yield rows[position:following]
        position = following
        yield event
    yield rows[position:]


def walk(rows: Sequence[Transaction], splits: Mapping[str, Sequence[Split]]) -> Iterator[Transaction | SplitEvent]:
    """Ordered ``rows`` with each split before the other events of its day."""
    for item in walk_runs(rows, splits):
        if isinstance(item, SplitEvent):
            yield item
        else:
            yield from item


def _row_date(row: Transaction) -> date:
    return row.date


def _split_order(event: SplitEvent) -> Split:
    return event.split


class _Units:
    """What each account holds of each symbol, how that changed, and the rows that do not fit."""

    def __init__(self) -> None:
        self.good: list[Transaction] = []
        self.faults: list[LedgerFault] = []
        self.steps: dict[Position, Steps] = {}

    def split(self, event: SplitEvent) -> None:
        """Every account's units by the ratio."""
        for (_, symbol), (ordinals, held) in self.steps.items():
            if symbol == event.symbol:
                ordinals.append(event.split.date.toordinal())
                held.append(held[-1] * event.split.ratio)

    def take(self, rows: Sequence[Transaction]) -> None:
        """Book rows between which nothing splits; a faulty one changes nothing."""
        trade = self._trade
        for row in rows:
            if row.type in TRADES:
                error = trade(row)
            else:
                rule = RULES.get(row.type)
                error = rule(row) if rule is not None else None
            if error is not None:
                self.faults.append(LedgerFault(row, error))
            elif row.type is not TransactionType.SPLIT:
                self.good.append(row)

    def _trade(self, row: Transaction) -> LedgerError | None:
        symbol, change = row.symbol, row.quantity
        if not symbol or change <= ZERO or (row.price is None and row.amount <= ZERO):
            return _trade_fault(row)
        position = (row.account, symbol)
        steps = self.steps.get(position)
        before = steps[1][-1] if steps is not None else ZERO
        if row.type is TransactionType.SELL:
            if change > before:
                if change - before > change * ROUNDING:
                    return _oversell(row, before)
                change = before
            change = -change
        if steps is None:  # only a row that is booked begins a position: a split before it has nothing to multiply
            steps = self.steps[position] = ([], [ZERO])
        steps[0].append(row.date.toordinal())
        steps[1].append(before + change)
        return None


def _oversell(row: Transaction, held: Decimal) -> Oversell:
    place = f" in account {row.account}" if row.account else ""
    text = f"{row.quantity.normalize():f} {row.symbol} sold on {row.date}, but {held.normalize():f} held{place}."
    return Oversell(text, wanted=row.quantity, held=held)


def _trade_fault(row: Transaction) -> LedgerError:
    if not row.symbol:
        return LedgerError(f"A {row.type} needs a symbol.", field="symbol")
    if row.quantity <= 0:
        return LedgerError(f"A {row.type} needs a positive quantity.", field="quantity")
    return LedgerError(f"A {row.type} needs a price or an amount.", field="price")


def _money_fault(row: Transaction) -> LedgerError | None:
    if row.amount <= 0:
        return LedgerError(f"A {row.type} needs a positive amount.", field="amount")
    return None


def _exchange_fault(row: Transaction) -> LedgerError | None:
    if row.target_amount is None or row.target_amount <= 0 or not row.target_currency:
        return LedgerError("An exchange needs the amount and the currency that came in.", field="target_amount")
    return _money_fault(row)


def _split_fault(row: Transaction) -> LedgerError | None:
    if not row.symbol:
        return LedgerError("A split needs a symbol.", field="symbol")
    if row.ratio is None or row.ratio <= 0:
        return LedgerError("A split needs a positive ratio.", field="ratio")
    return None


def _dividend_fault(row: Transaction) -> LedgerError | None:
    if not row.symbol:
        return LedgerError("A dividend needs a symbol.", field="symbol")
    return None


TRADES = frozenset({TransactionType.BUY, TransactionType.SELL})
RULES: dict[TransactionType, Callable[[Transaction], LedgerError | None]] = {
    TransactionType.DEPOSIT: _money_fault,
    TransactionType.WITHDRAWAL: _money_fault,
    TransactionType.EXCHANGE: _exchange_fault,
    TransactionType.SPLIT: _split_fault,
    TransactionType.DIVIDEND: _dividend_fault,
}
