"""How many rows of a payer can be its distributions' at once when all are paid about equally late."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.entitlements import Entitlement
from dashboard.domain.payment_matching import LONGEST_LAG_DAYS, unnamed_account
from dashboard.domain.payment_money import Terms, is_same_money
from dashboard.domain.transactions import Transaction

SPREAD_DAYS = 9
"""How much a payer's days between ex-date and payment differ: weekends, holidays, a day of the broker's."""


def most_of_one_lag(due: Sequence[Entitlement], rows: Sequence[Transaction], terms: Terms) -> int:
    """The most rows of one instrument that pay a distribution each, the same number of days after it; both by date.

    The days may differ by :data:`SPREAD_DAYS`. Equal amounts every month fit under several lags: the lag that most of
    the rows keep is the payer's.
    """
    pairs = [
        (days, number, at)
        for at, row in enumerate(rows)
        for number, one in enumerate(due)
        if 0 <= (days := (row.date - one.date).days) <= LONGEST_LAG_DAYS
        and unnamed_account(one, row)
        and is_same_money([one], [row], terms)
    ]
    return max((_paired(pairs, lag) for lag in {days for days, _, _ in pairs}), default=0)


def _paired(pairs: Sequence[tuple[int, int, int]], lag: int) -> int:
    """How many find each other within one window of days, in the order of the rows."""
    numbers: set[int] = set()
    places: set[int] = set()
    for days, number, at in pairs:
        if lag <= days <= lag + SPREAD_DAYS and number not in numbers and at not in places:
            numbers.add(number)
            places.add(at)
    return len(places)
