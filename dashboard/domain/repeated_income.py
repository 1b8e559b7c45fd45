"""Rows that pay what an accepted proposal has booked already: with them it would be booked twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from dashboard.domain.booked_income import PAYMENTS, Booking, find_bookings
from dashboard.domain.entitlements import Entitlement
from dashboard.domain.payment_lags import most_of_one_lag
from dashboard.domain.payment_matching import DAYS_BEFORE
from dashboard.domain.payment_money import Terms, conversion
from dashboard.domain.transactions import Transaction

LEAST_SHARE, MOST_SHARE = Decimal("0.5"), Decimal("1.1")
"""A payment after tax and costs is a little less than what is due, never much more."""


class RepeatKind(StrEnum):
    """``same``: a payment of the same money. ``other_money``: of about the same. ``surplus``: one too many."""

    SAME = "same"
    OTHER_MONEY = "other_money"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row with which what an ``accepted`` row holds would be booked twice."""

    row: Transaction
    accepted: Transaction
    kind: RepeatKind


@dataclass(frozen=True, slots=True)
class Payments:
    """What a ledger is due, and what is booked of it.

    ``due`` are all distributions; ``accepted`` the row that was accepted for each of some; ``own`` all other rows.
    ``known_until`` is the last day, by symbol, whose distributions are known.
    """

    due: Sequence[Entitlement]
    accepted: Mapping[Entitlement, Transaction]
    own: Sequence[Transaction]
    known_until: Callable[[str], date | None]
    terms: Terms

    def bookings(self) -> dict[Entitlement, Booking]:
        """What the own rows book of all that nobody has accepted."""
        return find_bookings([one for one in self.due if one not in self.accepted], self.own, self.terms)

    def with_rows(self, new: Sequence[Transaction]) -> Payments:
        """The same with more rows."""
        return replace(self, own=[*self.own, *new])


def find_repeats(payments: Payments, new: Sequence[Transaction]) -> tuple[Repeat, ...]:
    """Those of the ``new`` rows that pay what an accepted row has booked already, so that they must not enter too.

    Money that differs may be that of another distribution near by: it counts as the same one from :data:`LEAST_SHARE`
    to :data:`MOST_SHARE` of it, and where no rate tells. With the rest there are no more rows one too many (see
    :func:`find_surplus`) than before: the last ones stay out instead.
    """
    entering, accepted = {id(row) for row in new}, payments.accepted
    found: list[Repeat] = []
    rows = [*payments.own, *new]
    for due, booking in find_bookings(payments.due, rows, payments.terms, settled=accepted).items():
        if due in accepted and (booking.fits or _is_near(due, booking.rows[0], payments.terms)):
            kind = RepeatKind.SAME if booking.fits else RepeatKind.OTHER_MONEY
            found += [Repeat(row, accepted[due], kind) for row in booking.rows if id(row) in entering]
    out = {id(repeat.row) for repeat in found}
    symbols = {due.symbol for due in accepted}
    rest = [row for row in new if id(row) not in out and row.type in PAYMENTS and row.symbol in symbols]
    return (*found, *_one_too_many(payments, rest)) if rest else tuple(found)


def _one_too_many(payments: Payments, new: Sequence[Transaction]) -> Iterator[Repeat]:
    """The last of the ``new`` rows of each symbol, as many as there are more rows than distributions with them."""
    with_new = payments.with_rows(new)
    before = Counter(repeat.row.symbol for repeat in find_surplus(payments, payments.bookings()))
    after = find_surplus(with_new, with_new.bookings())
    for symbol, found in groupby(after, key=lambda repeat: repeat.row.symbol):
        surplus = list(found)
        spare, amounts = {id(repeat.row) for repeat in surplus}, {repeat.row.amount for repeat in surplus}
        rows = [row for row in new if row.symbol == symbol]
        rows.sort(key=lambda row: (id(row) in spare, row.amount in amounts, row.date), reverse=True)
        extra = max(len(surplus) - before[symbol], 0)
        for row, repeat in zip(rows[:extra], surplus, strict=False):
            yield Repeat(row, repeat.accepted, RepeatKind.SURPLUS)


def find_surplus(payments: Payments, booked: Mapping[Entitlement, Booking]) -> tuple[Repeat, ...]:
    """Own rows beyond the distributions, by symbol: with them, what accepted rows have booked is booked twice.

    Equal amounts every month that are paid later than the next ex-date fit a month early as well. So the month that
    seemed to lack, and was accepted, may be an early one, and the rows are one too many when the last of them is there.
    A row is so when it has no distribution of its own (``booked`` are :meth:`Payments.bookings`), and more rows keep
    one lag with the accepted distributions than without them: a distribution that nobody knows of leaves a row over
    too, but all others keep their lag.
    """
    used = {id(row) for booking in booked.values() for row in booking.rows}
    symbols = sorted({due.symbol for due in payments.accepted})
    return tuple(repeat for symbol in symbols for repeat in _surplus(symbol, payments, used))


def _surplus(symbol: str, payments: Payments, used: Set[int]) -> list[Repeat]:
    """Those of one symbol; ``used`` are the rows (by identity) that have a distribution of their own."""
    latest, accepted = payments.known_until(symbol), payments.accepted
    if latest is None:
        return []
    mine = (row for row in payments.own if row.symbol == symbol and row.type in PAYMENTS)
    rows = sorted(mine, key=lambda row: row.date)
    spare = [row for row in rows if id(row) not in used and (row.date - latest).days <= DAYS_BEFORE]
    if not spare:
        return []
    due = sorted((one for one in payments.due if one.symbol == symbol), key=lambda one: one.date)
    free = [one for one in due if one not in accepted]
    count = most_of_one_lag(due, rows, payments.terms) - most_of_one_lag(free, rows, payments.terms)
    taken = [accepted[one] for one in due if one in accepted]
    last = spare[-count:] if count > 0 else []
    return [Repeat(row, repeated, RepeatKind.SURPLUS) for row, repeated in zip(last, taken, strict=False)]


def _is_near(due: Entitlement, row: Transaction, terms: Terms) -> bool:
    factor = conversion(due.currency, row.currency, row.date, terms)
    return factor is None or LEAST_SHARE <= row.amount / (due.amount * factor) <= MOST_SHARE
