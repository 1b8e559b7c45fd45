"""Which rows of a ledger are which distribution, so that none is booked twice.

A row is a distribution of its instrument when it lies near the ex-date (or settles near it) and its money fits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from dashboard.domain.entitlements import Entitlement
from dashboard.domain.payment_matching import Booking, PaymentMatching
from dashboard.domain.payment_money import Terms
from dashboard.domain.transactions import Transaction, TransactionType

__all__ = ["Booking", "Terms", "find_bookings"]

PAYMENTS = frozenset(
    {TransactionType.DIVIDEND, TransactionType.REINVEST, TransactionType.INTEREST, TransactionType.RETURN_OF_CAPITAL}
)


def find_bookings(
    due: Sequence[Entitlement], rows: Iterable[Transaction], terms: Terms, settled: Collection[Entitlement] = ()
) -> dict[Entitlement, Booking]:
    """The rows that each distribution was booked with; one that was not booked at all is absent. Each row counts once.

    Rows of the position's own account come first, then rows where either names none, a row that pays several accounts
    at once, several rows that make up one payment, rows of any account, and last those of other money (``fits`` False).
    For the sake of those that are ``settled``, which were booked otherwise, no row is moved to another distribution.
    """
    payments: dict[str, list[Transaction]] = {}
    for row in rows:
        if row.type in PAYMENTS and row.symbol:
            payments.setdefault(row.symbol, []).append(row)
    found: dict[Entitlement, Booking] = {}
    for symbol, own in groupby(sorted(due, key=lambda one: (one.symbol, one.date)), key=lambda one: one.symbol):
        if symbol in payments:
            found.update(PaymentMatching(list(own), payments[symbol], terms, settled).run())
    return found
