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
TRADES = frozenset({TransactionType.BUY, TransactionType.SELL})


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """A transaction that the ledger cannot hold, and why."""

    transaction: Transaction
    error: LedgerError


@dataclass(frozen=True, slots=True)
class CheckedLedger:
    """A ledger in walking order without its faulty rows; ``splits`` are the events that apply, by symbol."""

    transactions: tuple[Transaction, ...]
    splits: Mapping[str, tuple[Split, ...]]
    faults: tuple[LedgerFault, ...]


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
    held: dict[Position, Decimal] = {}
    good: list[Transaction] = []
    faults: list[LedgerFault] = []
    for item in walk(rows, events):
        if isinstance(item, SplitEvent):
            _split(held, item)
            continue
        error = _fault(item, held)
        if error is None:
            good.append(item)
        else:
            faults.append(LedgerFault(item, error))
    return CheckedLedger(tuple(good), events, tuple(faults))


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


def _split(held: dict[Position, Decimal], event: SplitEvent) -> None:
    for position in held:
        if position[1] == event.symbol:
            held[position] *= event.split.ratio


def _fault(row: Transaction, held: dict[Position, Decimal]) -> LedgerError | None:
    """Why ``row`` cannot be held, else None; a good trade moves ``held``."""
    rule = RULES.get(row.type)
    error = rule(row) if rule is not None else None
    if error is not None or row.type not in TRADES:
        return error
    position = (row.account, row.symbol or "")
    before = held.get(position, ZERO)
    if row.type is TransactionType.BUY:
        held[position] = before + row.quantity
    elif row.quantity > before:
        if row.quantity - before > row.quantity * ROUNDING:
            return _oversell(row, before)
        held[position] = ZERO
    else:
        held[position] = before - row.quantity
    return None


def _oversell(row: Transaction, held: Decimal) -> Oversell:
    place = f" in account {row.account}" if row.account else ""
    text = f"{row.quantity:f} {row.symbol} sold on {row.date}, but {held:f} held{place}."
    return Oversell(text, wanted=row.quantity, held=held)


def _trade_fault(row: Transaction) -> LedgerError | None:
    if not row.symbol:
        return LedgerError(f"A {row.type} needs a symbol.", field="symbol")
    if row.quantity <= 0:
        return LedgerError(f"A {row.type} needs a positive quantity.", field="quantity")
    if row.price is None and row.amount <= 0:
        return LedgerError(f"A {row.type} needs a price or an amount.", field="price")
    return None


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
    TransactionType.BUY: _trade_fault,
    TransactionType.SELL: _trade_fault,
    TransactionType.DEPOSIT: _money_fault,
    TransactionType.WITHDRAWAL: _money_fault,
    TransactionType.EXCHANGE: _exchange_fault,
    TransactionType.SPLIT: _split_fault,
    TransactionType.DIVIDEND: _dividend_fault,
}
