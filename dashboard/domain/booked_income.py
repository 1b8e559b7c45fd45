"""Which rows of a ledger are which distribution, so that none is booked twice.

A row is a distribution of its instrument when it lies near the ex-date (or settles near it) and its money fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from dashboard.domain.entitlements import Entitlement
from dashboard.domain.payment_matching import Booking, PaymentMatching
from dashboard.domain.payment_money import Terms, conversion
from dashboard.domain.transactions import ZERO, Transaction, TransactionType

__all__ = ["Booking", "Repeat", "Terms", "find_bookings", "find_repeats"]

PAYMENTS = frozenset(
    {TransactionType.DIVIDEND, TransactionType.REINVEST, TransactionType.INTEREST, TransactionType.RETURN_OF_CAPITAL}
)
LEAST_SHARE, MOST_SHARE = Decimal("0.5"), Decimal("1.1")
"""A payment after tax and costs is a little less than what is due, never much more."""


def find_bookings(due: Sequence[Entitlement], rows: Iterable[Transaction], terms: Terms) -> dict[Entitlement, Booking]:
    """The rows that each distribution was booked with; one that was not booked at all is absent. Each row counts once.

    Rows of the position's own account come first, then rows where either names none, a row that pays several accounts
    at once, several rows that make up one payment, rows of any account, and last those of other money (``fits`` False).
    """
    payments: dict[str, list[Transaction]] = {}
    for row in rows:
        if row.type in PAYMENTS and row.symbol:
            payments.setdefault(row.symbol, []).append(row)
    found: dict[Entitlement, Booking] = {}
    for symbol, own in groupby(sorted(due, key=lambda one: (one.symbol, one.date)), key=lambda one: one.symbol):
        if symbol in payments:
            found.update(PaymentMatching(list(own), payments[symbol], terms).run())
    return found


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that is a payment which ``accepted`` rows hold already; ``fits``: to about the same money."""

    row: Transaction
    accepted: Transaction
    fits: bool


def find_repeats(accepted: Sequence[Transaction], rows: Sequence[Transaction], terms: Terms) -> tuple[Repeat, ...]:
    """Those of ``rows`` that pay what an accepted row has booked already, so that they must not enter too.

    ``accepted`` rows are of the ex-date. Money that differs may be that of another distribution near by: it counts as
    the same one from :data:`LEAST_SHARE` to :data:`MOST_SHARE` of it, and where no rate tells.
    """
    owners: dict[Entitlement, list[Transaction]] = {}
    for row in accepted:
        if row.amount:
            owners.setdefault(_as_due(row), []).append(row)
    found: list[Repeat] = []
    for due, booking in find_bookings([*owners], rows, terms).items():
        if booking.fits or _is_near(due, booking.rows[0], terms):
            found += [Repeat(row, owners[due][0], booking.fits) for row in booking.rows]
    return tuple(found)


def _as_due(row: Transaction) -> Entitlement:
    return Entitlement(row.symbol or "", row.account, row.date, row.currency, ZERO, ZERO, row.amount)


def _is_near(due: Entitlement, row: Transaction, terms: Terms) -> bool:
    factor = conversion(due.currency, row.currency, row.date, terms)
    return factor is None or LEAST_SHARE <= row.amount / (due.amount * factor) <= MOST_SHARE
