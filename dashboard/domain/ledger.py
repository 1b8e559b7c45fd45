"""A ledger in the order in which it is walked, and the check of what it can hold."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.domain.corporate_actions import ledger_splits, merged_splits
from dashboard.domain.instruments import Split
from dashboard.domain.ledger_units import LedgerFault, Steps, Units
from dashboard.domain.transactions import Transaction, TransactionType, ledger_order
from dashboard.domain.transfers import Pairs, paired_transfers, with_pairs_together
from dashboard.domain.unit_moves import Move, Position
from dashboard.errors import LedgerError

__all__ = ["CheckedLedger", "LedgerFault", "Position", "SplitEvent", "Steps", "check_ledger", "checked_ledger", "walk"]

TRANSFER_OUT = TransactionType.TRANSFER_OUT


@dataclass(frozen=True, slots=True)
class CheckedLedger:
    """A ledger in walking order without faulty rows and splits; ``splits`` are the events that apply, by symbol.

    A split that paid cash in lieu stays. ``moves`` are, by position in ``transactions``, what rows other than buys and
    sales do to units. ``steps`` are, by account and symbol, the ordinals of the days on which the quantity held
    changed, and what it was before the first and after each.
    """

    transactions: tuple[Transaction, ...]
    splits: Mapping[str, tuple[Split, ...]]
    faults: tuple[LedgerFault, ...]
    steps: Mapping[Position, Steps]
    moves: Mapping[int, tuple[Move, ...]]


@dataclass(frozen=True, slots=True)
class SplitEvent:
    """One split of one instrument, in every account."""

    symbol: str
    split: Split


def check_ledger(
    transactions: Iterable[Transaction], splits: Mapping[str, Sequence[Split]], *, allow_shorts: bool = False
) -> tuple[LedgerFault, ...]:
    """Every transaction that the ledger cannot hold, in walking order; ``splits`` are the instruments' own."""
    return checked_ledger(transactions, splits, allow_shorts=allow_shorts).faults


def checked_ledger(
    transactions: Iterable[Transaction],
    splits: Mapping[str, Sequence[Split]],
    *,
    until: date | None = None,
    allow_shorts: bool = False,
) -> CheckedLedger:
    """The ledger (up to ``until``) in order, with each faulty row taken out and named."""
    rows, undated = _dated(transactions, until)
    rows.sort(key=ledger_order)
    refused: list[LedgerFault] = []
    while True:
        left = _without(rows, refused)
        events = _events(left, splits)
        pairs = paired_transfers(left) if any(row.type is TRANSFER_OUT for row in left) else {}
        units = _walked(left, events, pairs, allow_shorts)
        # What comes in is from outside when its other half cannot have gone out, and a split whose cash in lieu cannot
        # be is none: the ledger is walked again as without them.
        tied = pairs.keys() | {id(row) for row in pairs.values()}
        broken = [fault for fault in units.faults if id(fault.transaction) in tied or _is_split(fault)]
        if not broken:
            break
        refused += broken
    faults = sorted(units.faults + refused, key=_fault_order) if refused else units.faults
    return CheckedLedger(tuple(units.good), events, (*undated, *faults), units.steps, units.moves)


def _events(rows: Sequence[Transaction], splits: Mapping[str, Sequence[Split]]) -> dict[str, tuple[Split, ...]]:
    """The splits that apply, by symbol: the instruments' own and those that rows report."""
    reported = ledger_splits(rows)
    symbols = dict.fromkeys(row.symbol for row in rows if row.symbol)
    symbols |= dict.fromkeys(row.target_symbol for row in rows if row.target_symbol)
    return {symbol: merged_splits(splits.get(symbol, ()), reported.get(symbol, ())) for symbol in symbols}


def _is_split(fault: LedgerFault) -> bool:
    return fault.transaction.type is TransactionType.SPLIT


def _dated(transactions: Iterable[Transaction], until: date | None) -> tuple[list[Transaction], list[LedgerFault]]:
    """The rows that have a date, up to ``until``, and a fault for each that has none."""
    rows: list[Transaction] = []
    undated: list[LedgerFault] = []
    for row in transactions:
        if row.date.__class__ is not date:
            undated.append(LedgerFault(row, LedgerError("A transaction needs a date.", field="date")))
        elif until is None or row.date <= until:
            rows.append(row)
    return rows, undated


def _without(rows: list[Transaction], refused: Sequence[LedgerFault]) -> list[Transaction]:
    gone = {id(fault.transaction) for fault in refused}
    return [row for row in rows if id(row) not in gone] if gone else rows


def _walked(rows: list[Transaction], events: Mapping[str, Sequence[Split]], pairs: Pairs, allow_shorts: bool) -> Units:
    units = Units(events, allow_shorts=allow_shorts, pairs=pairs, names_lots=any(row.lot_ids for row in rows))
    for item in walk_runs(with_pairs_together(rows, pairs) if pairs else rows, events):
        if isinstance(item, SplitEvent):
            units.split(item.symbol, item.split)
        else:
            units.take(item)
    return units


def _fault_order(fault: LedgerFault) -> tuple[date, int, int]:
    return ledger_order(fault.transaction)


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
