"""What a book of lots hands out, and the lot as it is worked on inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  `date` names a parameter of the public methods
from decimal import Decimal
from typing import NamedTuple

from dashboard.domain.transactions import ZERO

# Ratios of splits such as 1:3 do not end: a sale of this share more than is held is a sale of all of it.
ROUNDING = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Lot:
    """An open lot. ``cost`` is its total in the instrument's currency, ``base_cost`` in the portfolio's.

    A short lot has a negative quantity, and its costs are what it was sold for, negative.
    """

    lot_id: str
    acquired: Date
    quantity: Decimal
    cost: Decimal
    base_cost: Decimal

    @property
    def unit_cost(self) -> Decimal:
        """Cost of one unit."""
        return self.cost / self.quantity


class LotMatch(NamedTuple):
    """The part of one lot that a sale closed; ``cost`` and ``base_cost`` are of ``quantity`` units in all.

    One is made for every lot of every sale of a ledger: a tuple costs a quarter of a frozen dataclass.
    """

    lot_id: str
    acquired: Date
    quantity: Decimal
    cost: Decimal
    base_cost: Decimal

    @property
    def unit_cost(self) -> Decimal:
        """Cost of one unit."""
        return self.cost / self.quantity


# A lot inside a book: acquired, quantity, cost, base cost. The garbage collector keeps no account of plain tuples of
# plain values, as it would of objects: with tens of thousands of lots a trade takes no longer than with a few.
OpenLot = tuple[Date, Decimal, Decimal, Decimal]


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """``total`` × weight ÷ Σ weights for each of ``weights``, in sum exactly ``total``: the last takes what is left."""
    if not weights:
        return []
    whole = sum(weights, ZERO)
    shares = [total * weight / whole if whole else ZERO for weight in weights[:-1]]
    return [*shares, total - sum(shares, ZERO)]
