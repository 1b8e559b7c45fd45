"""What is due and not yet paid: dividends and interest until they settle, and accrued interest that was bought."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dashboard.domain.arrays import Days, Ints, date_of
from dashboard.domain.cash_flows import CashLegs, LedgerEntries
from dashboard.domain.transactions import TransactionType

INCOME = frozenset({TransactionType.DIVIDEND, TransactionType.INTEREST})


def receivable_legs(entries: LedgerEntries, days: Days) -> CashLegs:
    """The movements of what is due, in order of the days: in on the day of the row, out on that of its settlement.

    They are part of the movements of cash, and change nothing of its total.
    """
    due, bought = entries.cash, entries.receivable
    settled = _settlement(entries, due.row.tolist(), date_of(days[0]).toordinal())
    coming = np.flatnonzero(settled > due.day)
    going = coming[settled[coming] < len(days)]
    day = np.concatenate((bought.day, due.day[coming], settled[going]))
    order = np.argsort(day, kind="stable")
    local = [*bought.local, *(due.local[at] for at in coming), *(-due.local[at] for at in going)]
    return CashLegs(
        row=np.concatenate((bought.row, due.row[coming], due.row[going]))[order],
        day=day[order],
        currency=np.concatenate((bought.currency, due.currency[coming], due.currency[going]))[order],
        local=tuple(local[at] for at in order.tolist()),
        value=np.concatenate((bought.value, due.value[coming], -due.value[going]))[order],
    )


def _settlement(entries: LedgerEntries, rows: Sequence[int], origin: int) -> Ints:
    """The calendar position at which each of the ``rows`` is paid; −1 where nothing is waited for."""
    found = np.full(len(rows), -1, np.intp)
    for at, row in enumerate(rows):
        transaction = entries.transactions[row]
        if transaction.settle_date is not None and transaction.type in INCOME:
            found[at] = transaction.settle_date.toordinal() - origin
    return found
