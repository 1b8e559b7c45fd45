"""What positions are due of distributions: the units held when an instrument goes ex, times the amount a unit."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.instruments import Dividend, Split
from dashboard.domain.ledger import CheckedLedger, Steps
from dashboard.domain.transactions import ZERO

Places = Callable[[str], int]
"""Decimals of the smallest amount that is paid in a currency: 2 for EUR, 0 for JPY."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one position is due of one distribution: amount = quantity × per_unit, in whole smallest units of money.

    ``date`` is the ex-date. A short position has a negative quantity and amount: it pays.
    """

    symbol: str
    account: str
    date: dt.date
    currency: str
    quantity: Decimal
    per_unit: Decimal
    amount: Decimal


def entitlements(
    ledger: CheckedLedger, dividends: Mapping[str, Sequence[Dividend]], until: dt.date, places: Places
) -> tuple[Entitlement, ...]:
    """What every position of a ledger is due of distributions whose ex-date is ``until`` or earlier, by ex-date.

    Units are those at the close of the day before the ex-date, in units of the ex-date (a split on that day counts):
    who buys on the ex-date gets nothing. What rounds to no money is left out.
    """
    found = [
        due
        for (account, symbol), steps in ledger.steps.items()
        for paid in dividends.get(symbol, ())
        if paid.date <= until
        and (due := _due(account, symbol, paid, held_before(steps, ledger.splits.get(symbol, ()), paid.date), places))
    ]
    return tuple(sorted(found, key=lambda due: (due.date, due.symbol, due.account, due.currency)))


def held_before(steps: Steps, splits: Sequence[Split], day: dt.date) -> Decimal:
    """Units at the close of the day before ``day``, in units of ``day``; negative when short."""
    ordinals, held = steps
    units = held[bisect_left(ordinals, day.toordinal())]
    for split in splits:
        if split.date == day:
            units *= split.ratio
    return units


def _due(account: str, symbol: str, paid: Dividend, quantity: Decimal, places: Places) -> Entitlement | None:
    if not quantity:
        return None
    per_unit = Decimal(repr(paid.amount))
    amount = (quantity * per_unit).quantize(Decimal(1).scaleb(-places(paid.currency)))
    if amount == ZERO:
        return None
    return Entitlement(symbol, account, paid.date, paid.currency, quantity, per_unit, amount)
