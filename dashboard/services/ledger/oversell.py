"""Which new rows a ledger cannot hold: a sale of more than is held, at its place in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate

from dashboard.domain.instruments import Split
from dashboard.domain.ledger import LedgerFault, check_ledger
from dashboard.domain.transactions import ZERO, Transaction, TransactionType, ledger_order
from dashboard.errors import LedgerError, Oversell
from dashboard.services.ledger.decimals import plain

Splits = Mapping[str, Sequence[Split]]


def refused_rows(kept: Sequence[Transaction], new: Sequence[Transaction], splits: Splits) -> dict[int, LedgerError]:
    """Those of ``new`` (by sequence) that ``kept`` has no room for, each with the reason.

    A new sale before a kept one may leave too little for it: then the new one is refused. Sequences are unique.
    """
    before = check_ledger(kept, splits)
    changing = {symbol for symbol, events in splits.items() if events} | {r.symbol for r in [*kept, *new] if r.ratio}
    refused: dict[int, LedgerError] = {}
    while True:
        entering = [row for row in new if row.sequence not in refused]
        faults = _worse(kept, before, check_ledger([*kept, *entering], splits))
        found = _blamed(faults, entering, changing)
        if not found:
            return refused
        refused.update(found)


def new_faults(before: Sequence[Transaction], after: Sequence[Transaction], splits: Splits) -> tuple[LedgerFault, ...]:
    """What the ledger ``after`` a change cannot hold and the one ``before`` it could."""
    return _worse(before, check_ledger(before, splits), check_ledger(after, splits))


def _worse(
    rows: Sequence[Transaction], before: Sequence[LedgerFault], after: Sequence[LedgerFault]
) -> tuple[LedgerFault, ...]:
    """The faults that came with a change of ``rows``.

    A ledger may be faulty before it (a split that became known later leaves too little): what mends one of its rows
    may pass the fault on to a later one, and is no worse as long as the position has no more faults than it had.
    """
    stored = {row.sequence for row in rows}
    known = {fault.transaction.sequence for fault in before}
    had = Counter(map(_position, before))
    has = Counter(map(_position, after))
    return tuple(
        fault
        for fault in after
        if fault.transaction.sequence not in known
        and (fault.transaction.sequence not in stored or has[_position(fault)] > had[_position(fault)])
    )


def _position(fault: LedgerFault) -> tuple[str, str | None]:
    return fault.transaction.account, fault.transaction.symbol


def _blamed(
    faults: Sequence[LedgerFault], entering: Sequence[Transaction], changing: Collection[str | None]
) -> dict[int, LedgerError]:
    """The new rows at fault: the faulty ones themselves, else the latest that took from a kept one."""
    own = {row.sequence for row in entering}
    found = {f.transaction.sequence: f.error for f in faults if f.transaction.sequence in own}
    if found:
        return found
    first_faults = {_position(fault): fault for fault in reversed(faults)}
    for fault in first_faults.values():
        for culprit in _culprits(fault, entering, fault.transaction.symbol in changing):
            found.setdefault(culprit.sequence, _knock_on(culprit, fault))
    return found


def _culprits(fault: LedgerFault, entering: Sequence[Transaction], units_change: bool) -> list[Transaction]:
    """The latest new rows before a kept sale that took what it lacks; one at a time where splits change the units."""
    short = fault.transaction
    earlier = [row for row in entering if row.symbol == short.symbol and ledger_order(row) < ledger_order(short)]
    sales = [row for row in earlier if row.type is TransactionType.SELL and row.account == short.account]
    splits = [row for row in earlier if row.type is TransactionType.SPLIT]
    latest = sorted(sales or splits, key=ledger_order, reverse=True)
    if units_change or not isinstance(fault.error, Oversell):
        return latest[:1]
    lacking = fault.error.wanted - fault.error.held
    taken = list(accumulate((row.quantity for row in latest), initial=ZERO))
    return [row for row, before in zip(latest, taken, strict=False) if before < lacking]


def _knock_on(culprit: Transaction, fault: LedgerFault) -> LedgerError:
    short, error = fault.transaction, fault.error
    left = f", leaving {plain(error.held)}" if isinstance(error, Oversell) else ""
    text = f"It takes from the later sale of {plain(short.quantity)} {short.symbol} on {short.date}{left}."
    if isinstance(error, Oversell) and culprit.type is TransactionType.SELL:
        return Oversell(text, wanted=error.wanted, held=error.held)
    return LedgerError(text, field="ratio" if culprit.type is TransactionType.SPLIT else "quantity")
