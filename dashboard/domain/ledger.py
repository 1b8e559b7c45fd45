"""A ledger in the order in which it is walked, and the check of what it can hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.corporate_actions import ledger_splits, merged_splits
from dashboard.domain.instruments import Split
from dashboard.domain.lots import ROUNDING
from dashboard.domain.transactions import ZERO, Transaction, TransactionType, ledger_order
from dashboard.errors import LedgerError, Oversell

Position = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """A transaction that the ledger cannot hold, and why."""

    transaction: Transaction
    error: LedgerError


@dataclass(frozen=True, slots=True)
class CheckedLedger:
    """A ledger in walking order without its faulty rows; ``splits`` are the events that apply, by symbol.

    ``units`` are, by symbol, the ordinals of the days on which the quantity held changed and what it was then, in all
    accounts.
    """

    transactions: tuple[Transaction, ...]
    splits: Mapping[str, tuple[Split, ...]]
    faults: tuple[LedgerFault, ...]
    units: Mapping[str, tuple[list[int], list[Decimal]]]


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
    good: list[Transaction] = []
    faults: list[LedgerFault] = []
    for item in walk(rows, events):
        if isinstance(item, SplitEvent):
            units.split(item)
            continue
        error = units.fault(item)
        if error is None:
            good.append(item)
        else:
            faults.append(LedgerFault(item, error))
    return CheckedLedger(tuple(good), events, tuple(faults), units.steps)


def walk(rows: Sequence[Transaction], splits: Mapping[str, Sequence[Split]]) -> Iterator[Transaction | SplitEvent]:
    """Ordered ``rows`` with each split before the other events of its day."""
    events = sorted(
        (SplitEvent(symbol, split) for symbol, found in splits.items() for split in found), key=_split_order
    )
    position = 0
    for row in rows:
        while position < len(events) and events[position].split.date <= row.date:
            yield events[position]
            position += 1
        yield row
    yield from events[position:]


def _split_order(event: SplitEvent) -> Split:
    return event.split


class _Units:
    """What each account holds of each symbol, and each change of what all of them hold."""

    def __init__(self) -> None:
        self.steps: dict[str, tuple[list[int], list[Decimal]]] = {}
        self._held: dict[Position, Decimal] = {}

    def split(self, event: SplitEvent) -> None:
        """Every account's units by the ratio."""
        positions = [position for position in self._held if position[1] == event.symbol]
        for position in positions:
            self._held[position] *= event.split.ratio
        if positions:
            total = sum((self._held[position] for position in positions), ZERO)
            self._step(event.symbol, event.split.date.toordinal(), total)

    def fault(self, row: Transaction) -> LedgerError | None:
        """Why ``row`` cannot be held, else None; a good trade moves what is held."""
        bought = row.type is TransactionType.BUY
        if not bought and row.type is not TransactionType.SELL:
            rule = RULES.get(row.type)
            return rule(row) if rule is not None else None
        quantity, symbol = row.quantity, row.symbol
        if not symbol or quantity <= 0 or (row.price is None and row.amount <= 0):
            return _trade_fault(row)
        position = (row.account, symbol)
        before = self._held.get(position, ZERO)
        if not bought and quantity > before:
            if quantity - before > quantity * ROUNDING:
                return _oversell(row, before)
            quantity = before
        change = quantity if bought else -quantity
        self._held[position] = before + change
        _, totals = self.steps.get(symbol, NOTHING)
        self._step(symbol, row.date.toordinal(), totals[-1] + change)
        return None

    def _step(self, symbol: str, ordinal: int, total: Decimal) -> None:
        found = self.steps.get(symbol)
        if found is None:
            found = self.steps[symbol] = ([], [])
        found[0].append(ordinal)
        found[1].append(total)


NOTHING: tuple[list[int], list[Decimal]] = ([], [ZERO])


def _oversell(row: Transaction, held: Decimal) -> Oversell:
    place = f" in account {row.account}" if row.account else ""
    text = f"{row.quantity:f} {row.symbol} sold on {row.date}, but {held:f} held{place}."
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


RULES: dict[TransactionType, Callable[[Transaction], LedgerError | None]] = {
    TransactionType.DEPOSIT: _money_fault,
    TransactionType.WITHDRAWAL: _money_fault,
    TransactionType.EXCHANGE: _exchange_fault,
    TransactionType.SPLIT: _split_fault,
    TransactionType.DIVIDEND: _dividend_fault,
}
