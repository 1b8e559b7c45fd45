"""Which lots a sale closes when the tax on it is to be small: losses, then what was held long, then small gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dashboard.domain.transactions import ZERO

LONG_TERM_DAYS = 365


@dataclass(frozen=True, slots=True)
class TaxLot:
    """An open lot; ``cost`` is its total in the currency of the report, NaN where its day had no rate."""

    account: str
    lot_id: str
    acquired: date
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class LotSale:
    """The part of a lot that a sale closes, what it brings and cost, and the gain, in the currency of the report."""

    account: str
    lot_id: str
    acquired: date
    quantity: Decimal
    proceeds: Decimal
    cost: Decimal
    long_term: bool

    @property
    def gain(self) -> Decimal:
        """Proceeds − cost."""
        return self.proceeds - self.cost


def close_lots(
    lots: Sequence[TaxLot],
    quantity: Decimal,
    unit_value: Decimal,
    today: date,
    long_term_days: int = LONG_TERM_DAYS,
) -> tuple[LotSale, ...]:
    """Close ``quantity`` of ``lots`` at ``unit_value`` each: losses first, the largest a unit before the others; then
    what was held longer than ``long_term_days``, then the rest, each the smallest gain a unit first; at last those
    whose cost is not known.

    A part of a lot takes cost × q/Q. No more than the lots hold is closed.
    """
    found: list[LotSale] = []
    left = quantity
    for lot in sorted(lots, key=lambda lot: _rank(lot, unit_value, today, long_term_days)):
        part = min(left, lot.quantity)
        if part <= ZERO:
            break
        cost = lot.cost if part == lot.quantity else lot.cost * part / lot.quantity
        held_long = _held_long(lot, today, long_term_days)
        found.append(LotSale(lot.account, lot.lot_id, lot.acquired, part, part * unit_value, cost, held_long))
        left -= part
    return tuple(found)


def _held_long(lot: TaxLot, today: date, long_term_days: int) -> bool:
    return today - lot.acquired > timedelta(days=long_term_days)


def _rank(lot: TaxLot, unit_value: Decimal, today: date, long_term_days: int) -> tuple[int, Decimal, date, str, str]:
    gain = unit_value - lot.cost / lot.quantity
    if gain.is_nan():
        return 3, ZERO, lot.acquired, lot.account, lot.lot_id
    group = 0 if gain < ZERO else 1 if _held_long(lot, today, long_term_days) else 2
    return group, gain, lot.acquired, lot.account, lot.lot_id
