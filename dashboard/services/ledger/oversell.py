"""Which new rows a ledger cannot hold: a sale of more than is held, at its place in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.domain.instruments import Split
from dashboard.domain.ledger import LedgerFault, check_ledger
from dashboard.domain.transactions import Transaction, TransactionType, ledger_order
from dashboard.errors import LedgerError, Oversell
from dashboard.services.ledger.decimals import plain

Splits = Mapping[str, Sequence[Split]]


def refused_rows(kept: Sequence[Transaction], new: Sequence[Transaction], splits: Splits) -> dict[int, LedgerError]:
    """Those of ``new`` (by sequence) that ``kept`` has no room for, each with the reason.

    A new sale before a kept one may leave too little for it: then the new one is refused. Sequences are unique.
    """
    known = {fault.transaction.sequence for fault in check_ledger(kept, splits)}
    refused: dict[int, LedgerError] = {}
    while True:
        entering = [row for row in new if row.sequence not in refused]
        faults = [f for f in check_ledger([*kept, *entering], splits) if f.transaction.sequence not in known]
        if not faults:
            return refused
        found = _blamed(faults, entering)
        if not found:
            return refused
        refused.update(found)


def new_faults(before: Sequence[Transaction], after: Sequence[Transaction], splits: Splits) -> tuple[LedgerFault, ...]:
    """What the ledger ``after`` a change cannot hold and the one ``before`` it could."""
    known = {fault.transaction.sequence for fault in check_ledger(before, splits)}
    return tuple(fault for fault in check_ledger(after, splits) if fault.transaction.sequence not in known)


def _blamed(faults: Sequence[LedgerFault], entering: Sequence[Transaction]) -> dict[int, LedgerError]:
    """The new rows at fault: the faulty ones themselves, else the latest that took from a kept one."""
    own = {row.sequence for row in entering}
    found = {f.transaction.sequence: f.error for f in faults if f.transaction.sequence in own}
    if found:
        return found
    for fault in faults:
        culprit = _culprit(fault.transaction, entering)
        if culprit is not None:
            found.setdefault(culprit.sequence, _knock_on(culprit, fault))
    return found


def _culprit(short: Transaction, entering: Sequence[Transaction]) -> Transaction | None:
    earlier = [row for row in entering if row.symbol == short.symbol and ledger_order(row) < ledger_order(short)]
    sales = [row for row in earlier if row.type is TransactionType.SELL and row.account == short.account]
    splits = [row for row in earlier if row.type is TransactionType.SPLIT]
    return max(sales or splits, key=ledger_order, default=None)


def _knock_on(culprit: Transaction, fault: LedgerFault) -> LedgerError:
    short, error = fault.transaction, fault.error
    left = f", leaving {plain(error.held)}" if isinstance(error, Oversell) else ""
    text = f"It takes from the later sale of {plain(short.quantity)} {short.symbol} on {short.date}{left}."
    if isinstance(error, Oversell) and culprit.type is TransactionType.SELL:
        return Oversell(text, wanted=error.wanted, held=error.held)
    return LedgerError(text, field="ratio" if culprit.type is TransactionType.SPLIT else "quantity")
