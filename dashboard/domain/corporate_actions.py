"""Splits: which events there are, and how quantities and prices go across them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from dashboard.domain.arrays import Days, Floats, day_of
from dashboard.domain.instruments import Split
from dashboard.domain.ledger_rules import row_fault
from dashboard.domain.transactions import Transaction, TransactionType

SAME_EVENT_DAYS = 10


def ledger_splits(transactions: Iterable[Transaction]) -> dict[str, tuple[Split, ...]]:
    """The splits that a ledger reports, by symbol; faulty rows are left to the ledger's check."""
    found: dict[str, list[Split]] = {}
    split = TransactionType.SPLIT
    for row in transactions:
        if row.type is split and row.ratio is not None and row_fault(row) is None:
            found.setdefault(row.symbol or "", []).append(Split(row.date, row.ratio))
    return {symbol: tuple(splits) for symbol, splits in found.items()}


def merged_splits(listed: Sequence[Split], reported: Sequence[Split]) -> tuple[Split, ...]:
    """The instrument's own splits and those of a ledger, each event once, by date.

    The instrument's list decides; a reported split of the same ratio within ten days of a known one is that event
    (several accounts report the same split), any other applies on its own date.
    """
    events = sorted(listed)
    for split in sorted(reported):
        if not any(same_event(split, known) for known in events):
            events.append(split)
    return tuple(sorted(events))


def same_event(one: Split, other: Split) -> bool:
    """Whether two reports tell of one split: the same ratio within ten days."""
    return one.ratio == other.ratio and abs((one.date - other.date).days) <= SAME_EVENT_DAYS


def split_factors(days: Days, splits: Sequence[Split]) -> Floats:
    """Units on each of ``days`` of what was one unit before every split, shape (n,): the product of ratios up to it."""
    dates = np.array([day_of(split.date) for split in splits], dtype="datetime64[D]")
    products = np.cumprod([1.0, *(float(split.ratio) for split in splits)], dtype=np.float64)
    return products[np.searchsorted(dates, days, "right")]
