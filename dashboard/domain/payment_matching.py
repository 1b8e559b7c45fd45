"""Pairs the distributions of one instrument with the rows that paid them.

As many as possible find each other, the nearest first: a monthly payer that pays 35 days after the ex-date has its rows
nearer to the next distribution than to their own.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from dashboard.domain.entitlements import Entitlement
from dashboard.domain.payment_money import Terms, is_same_money
from dashboard.domain.transactions import Transaction

DAYS_BEFORE, DAYS_AFTER = 5, 60
A_DAY_BEFORE = 31
"""Nobody is paid before the ex-date: such a row is nearer to a distribution of a month ago, if that has no other."""
LONGEST_LAG_DAYS = 120
"""Korean and Japanese companies pay a quarter after the ex-date: a row whose money fits may be that late."""
PARTS_DAYS = 7


@dataclass(frozen=True, slots=True)
class Booking:
    """The rows that count as a distribution, and whether their money fits."""

    rows: tuple[Transaction, ...]
    fits: bool


def _same_account(due: Entitlement, row: Transaction) -> bool:
    return due.account == row.account


def unnamed_account(due: Entitlement, row: Transaction) -> bool:
    """Whether a row can be what the account is due: it is the account's, or one of them names none."""
    return due.account == row.account or not due.account or not row.account


def _any_account(due: Entitlement, row: Transaction) -> bool:
    return True


Accounts = Callable[[Entitlement, Transaction], bool]


class PaymentMatching:
    """Pairs the distributions of one instrument with its rows.

    Those that are ``settled`` take a row that is nearest to them; no row is moved for their sake.
    """

    def __init__(
        self, due: list[Entitlement], rows: list[Transaction], terms: Terms, settled: Collection[Entitlement] = ()
    ) -> None:
        self._due, self._rows, self._terms = due, rows, terms
        self._settled = {number for number, one in enumerate(due) if one in settled}
        self._row_of: dict[int, int] = {}
        self._found: dict[int, Booking] = {}
        self._used: set[int] = set()
        self._days = sorted(
            (day.toordinal(), at)
            for at, row in enumerate(rows)
            for day in (row.date, row.settle_date)
            if day is not None
        )

    def run(self) -> dict[Entitlement, Booking]:
        """What each distribution was booked with."""
        for accounts in (_same_account, unnamed_account):
            self._pair(self._edges(accounts, LONGEST_LAG_DAYS, self._fits))
        self._shared_rows()
        self._rows_in_parts()
        self._pair(self._edges(_any_account, LONGEST_LAG_DAYS, self._fits))
        self._pair(self._edges(unnamed_account, DAYS_AFTER, lambda due, row: True), fits=False)
        return {self._due[number]: booking for number, booking in self._found.items()}

    def _edges(
        self, accounts: Accounts, latest: int, possible: Callable[[Entitlement, Transaction], bool]
    ) -> dict[int, list[tuple[float, int]]]:
        """For each distribution without a row the rows that may be its, as (days apart, row), the nearest first."""
        found: dict[int, list[tuple[float, int]]] = {}
        for number, due in enumerate(self._due):
            if number in self._found:
                continue
            near = [
                (days, at)
                for at, days in self._near(due, latest).items()
                if accounts(due, self._rows[at]) and possible(due, self._rows[at])
            ]
            if near:
                found[number] = sorted(near)
        return found

    def _pair(self, edges: dict[int, list[tuple[float, int]]], *, fits: bool = True) -> None:
        """Give each distribution a row of its own: the nearest pairs first, then as many more as there can be."""
        pairs: dict[int, int] = {}
        owners: dict[int, int] = {}
        for _, number, at in sorted((days, number, at) for number, near in edges.items() for days, at in near):
            if number not in pairs and at not in owners:
                pairs[number], owners[at] = at, number
        for number in edges:
            if number not in pairs and number not in self._settled:
                _augment(number, edges, pairs, owners)
        for number, at in pairs.items():
            self._book([number], [at], fits=fits)

    def _shared_rows(self) -> None:
        """One row for what several accounts are due of one distribution."""
        open_ones = [number for number in range(len(self._due)) if number not in self._found]
        for _, members in groupby(open_ones, key=lambda number: (self._due[number].date, self._due[number].currency)):
            together = list(members)
            if len(together) < 2:
                continue
            for at in self._near(self._due[together[0]], LONGEST_LAG_DAYS):
                if self._is([self._due[number] for number in together], [self._rows[at]]):
                    self._book(together, [at])
                    break

    def _rows_in_parts(self) -> None:
        """Several rows of a few days that are one payment together: parts paid or taxed apart, or a correction."""
        for number, due in enumerate(self._due):
            if number in self._found:
                continue
            near = [at for at in self._near(due, LONGEST_LAG_DAYS) if unnamed_account(due, self._rows[at])]
            ordered = sorted(near, key=lambda at: (self._rows[at].date, at))
            for parts in _runs(ordered, [self._rows[at].date for at in ordered]):
                if self._is([due], [self._rows[at] for at in parts]):
                    self._book([number], parts)
                    break

    def _near(self, due: Entitlement, latest: int) -> dict[int, float]:
        """How far each row that is free yet, or its settlement, is from the ex-date, in days after it."""
        ex_date = due.date.toordinal()
        found: dict[int, float] = {}
        for ordinal, at in self._days[bisect_left(self._days, (ex_date - DAYS_BEFORE, 0)) :]:
            if ordinal > ex_date + latest:
                break
            if at not in self._used:
                days = ordinal - ex_date
                found[at] = min(found.get(at, math.inf), days if days >= 0 else -days * A_DAY_BEFORE)
        return found

    def _book(self, numbers: Sequence[int], places: Sequence[int], *, fits: bool = True) -> None:
        booking = Booking(tuple(self._rows[at] for at in places), fits)
        self._found.update(dict.fromkeys(numbers, booking))
        self._used.update(places)

    def _fits(self, due: Entitlement, row: Transaction) -> bool:
        return self._is([due], [row])

    def _is(self, due: Sequence[Entitlement], rows: Sequence[Transaction]) -> bool:
        return is_same_money(due, rows, self._terms)


def _runs(places: Sequence[int], days: Sequence[date]) -> Iterator[Sequence[int]]:
    """Two or more neighbours whose days are at most :data:`PARTS_DAYS` apart."""
    for first in range(len(places)):
        for last in range(first + 1, len(places)):
            if (days[last] - days[first]).days > PARTS_DAYS:
                break
            yield places[first : last + 1]


def _augment(
    start: int, edges: dict[int, list[tuple[float, int]]], pairs: dict[int, int], owners: dict[int, int]
) -> None:
    """Find a row for ``start`` by moving others to rows that may be theirs too, if that can be.

    Breadth first, as in Hopcroft and Karp's algorithm: who has a row keeps having one.
    """
    reached: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        number = waiting.popleft()
        for _, at in edges[number]:
            if at in reached:
                continue
            reached[at] = number
            if at not in owners:
                _shift(at, reached, pairs, owners)
                return
            waiting.append(owners[at])


def _shift(at: int, reached: dict[int, int], pairs: dict[int, int], owners: dict[int, int]) -> None:
    """Hand each row on the way to the one who reached it."""
    place: int | None = at
    while place is not None:
        number = reached[place]
        former = pairs.get(number)
        pairs[number], owners[place] = place, number
        place = former
