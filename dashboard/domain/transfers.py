"""Transfers between accounts of one portfolio: which two rows are one movement, and where in the day it stands."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from dashboard.domain.transactions import DAY_ORDER, Transaction, TransactionType

Pairs = Mapping[int, Transaction]
TRANSFERS = frozenset({TransactionType.TRANSFER_IN, TransactionType.TRANSFER_OUT})


def paired_transfers(rows: Sequence[Transaction]) -> Pairs:
    """By ``id`` of a row that goes out, the row of the same day, symbol and quantity that comes in elsewhere."""
    waiting: dict[tuple[date, str | None, Decimal], deque[Transaction]] = defaultdict(deque)
    for row in rows:
        if row.type is TransactionType.TRANSFER_IN and row.quantity.is_finite():  # a signaling NaN has no hash
            waiting[row.date, row.symbol, row.quantity].append(row)
    found: dict[int, Transaction] = {}
    for row in rows:
        if row.type is TransactionType.TRANSFER_OUT and row.quantity.is_finite():
            candidates = waiting.get((row.date, row.symbol, row.quantity), deque())
            partner = next((other for other in candidates if other.account != row.account), None)
            if partner is not None:
                candidates.remove(partner)
                found[id(row)] = partner
    return found


def with_pairs_together(rows: Sequence[Transaction], pairs: Pairs) -> list[Transaction]:
    """Ordered ``rows`` with each pair after what came in on its day and before what went out."""
    if not pairs:
        return list(rows)
    partners = {id(row) for row in pairs.values()}
    placed: list[tuple[tuple[date, float, int], int, Transaction]] = []
    for row in rows:
        if id(row) in partners:
            continue
        between = DAY_ORDER[TransactionType.TRANSFER_IN] + 0.5 if id(row) in pairs else DAY_ORDER[row.type]
        placed.append(((row.date, between, row.sequence), 0, row))
        if id(row) in pairs:
            placed.append(((row.date, between, row.sequence), 1, pairs[id(row)]))
    placed.sort(key=lambda item: item[:2])
    return [row for _, _, row in placed]
