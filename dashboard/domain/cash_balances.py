"""Running balances of cash, in Decimal, and what they are at the close of each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, zip_longest

import numpy as np

from dashboard.domain.arrays import Floats, Ints, Objects, floats_of, objects_of
from dashboard.domain.calendar import layout_of
from dashboard.domain.cash_flows import CashLegs
from dashboard.domain.row_money import RateTable


@dataclass(frozen=True, slots=True)
class Running:
    """The exact balance of one currency ``after`` each of its movements (of ascending ``days``), and at the closes.

    ``closing`` is the balance at the close of each day, 0 before the first movement, shape (T,); ``moves`` says whether
    any money moved.
    """

    days: Ints
    after: Objects
    closing: Floats
    moves: bool

    @classmethod
    def of(cls, days: Ints, local: Objects, count: int, known: Running | None = None, since: int = 0) -> Running:
        """Of movements on ``count`` days; what is ``known`` stands for those before the day ``since``."""
        same = int(np.searchsorted(days, since)) if known is not None else 0
        before = known.after[:same] if known is not None else local[:0]
        rest = local[same:].tolist()
        after = list(accumulate(rest, initial=before[-1]))[1:] if same else list(accumulate(rest))
        balances = np.concatenate((before, objects_of(after)))
        last = np.flatnonzero(np.diff(days, append=count))
        closing = layout_of(days[last], count).spread(floats_of(balances[last].tolist()), 0.0)
        return cls(days, balances, closing, any(local.tolist()))


Balances = Mapping[int, Running]


def running_balances(legs: CashLegs, count: int) -> dict[int, Running]:
    """The balances of ``count`` days by position of the currency."""
    local = objects_of(legs.local)
    found: dict[int, Running] = {}
    for currency in np.unique(legs.currency).tolist():
        chosen = np.flatnonzero(legs.currency == currency)
        found[currency] = Running.of(legs.day[chosen], local[chosen], count)
    return found


def continued_balances(
    known: Balances, legs: CashLegs, local: Objects, changed: Mapping[int, int], count: int
) -> dict[int, Running]:
    """The balances after ``legs`` (``local`` are theirs), of which those of ``changed`` differ from a day on."""
    found = dict(known)
    for currency, since in changed.items():
        chosen = np.flatnonzero(legs.currency == currency)
        found.pop(currency, None)
        if len(chosen):
            found[currency] = Running.of(legs.day[chosen], local[chosen], count, known.get(currency), since)
    return found


def first_changes(old: CashLegs, gone: Ints, new: CashLegs) -> dict[int, int]:
    """By currency, the first day whose movements differ when those at ``gone`` give way to ``new``."""
    before, after = _by_currency(old, gone), _by_currency(new, np.arange(len(new.day)))
    changes: dict[int, int] = {}
    for currency in before.keys() | after.keys():
        for here, there in zip_longest(before.get(currency, ()), after.get(currency, ())):
            if here != there:
                changes[currency] = min(move[0] for move in (here, there) if move is not None)
                break
    return changes


def _by_currency(legs: CashLegs, chosen: Ints) -> dict[int, list[tuple[int, Decimal]]]:
    """The day and amount of the movements at ``chosen``, in order."""
    found: dict[int, list[tuple[int, Decimal]]] = {}
    for at, day, currency in zip(
        chosen.tolist(), legs.day[chosen].tolist(), legs.currency[chosen].tolist(), strict=True
    ):
        found.setdefault(currency, []).append((day, legs.local[at]))
    return found


def cash_matrix(running: Balances, table: RateTable, count: int) -> tuple[Floats, tuple[str, ...]]:
    """Balances at the close of each day, (T, C), and their currencies: those in which money moved."""
    used = [(name, running[at]) for name, at in table.currencies.items() if at in running and running[at].moves]
    columns = [balance.closing for _, balance in used]
    return np.array(columns).reshape(len(used), count).T, tuple(name for name, _ in used)
