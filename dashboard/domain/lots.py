"""Lots of one instrument in one account: what was bought, at what cost, and which of it a sale closes."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  `date` names a parameter of the public methods
from decimal import Decimal

from dashboard.domain.transactions import ZERO, LotMethod
from dashboard.errors import LedgerError, Oversell

# Ratios of splits such as 1:3 do not end: a sale of this share more than is held is a sale of all of it.
ROUNDING = Decimal("1e-9")

Amount = Decimal | int


@dataclass(frozen=True, slots=True)
class Lot:
    """An open lot. ``cost`` is its total in the instrument's currency, ``base_cost`` in the portfolio's."""

    lot_id: str
    acquired: Date
    quantity: Decimal
    cost: Decimal
    base_cost: Decimal

    @property
    def unit_cost(self) -> Decimal:
        """Cost of one unit."""
        return self.cost / self.quantity


@dataclass(frozen=True, slots=True)
class LotMatch:
    """The part of one lot that a sale closed; ``cost`` and ``base_cost`` are of ``quantity`` units in all."""

    lot_id: str
    acquired: Date
    quantity: Decimal
    cost: Decimal
    base_cost: Decimal

    @property
    def unit_cost(self) -> Decimal:
        """Cost of one unit."""
        return self.cost / self.quantity


@dataclass(slots=True)
class _OpenLot:
    """A lot that is still being worked on."""

    lot_id: str
    acquired: Date
    quantity: Decimal
    cost: Decimal
    base_cost: Decimal

    def take(self, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """Take ``quantity`` out with its share of the costs (cost × q/Q); the remainder stays."""
        if quantity == self.quantity:
            cost, base_cost = self.cost, self.base_cost
        else:
            cost = self.cost * quantity / self.quantity
            base_cost = self.base_cost * quantity / self.quantity
        self.quantity -= quantity
        self.cost -= cost
        self.base_cost -= base_cost
        return cost, base_cost


class LotBook:
    """The lots of one position. Decimal throughout; quantities are positive, nothing is rounded."""

    def __init__(self, method: LotMethod | str = LotMethod.FIFO) -> None:
        self.method = LotMethod(method)
        self._lots: deque[_OpenLot] = deque()
        self._count = 0
        self._quantity = ZERO
        self._cost = ZERO
        self._base_cost = ZERO

    @property
    def quantity(self) -> Decimal:
        """Units held."""
        return self._quantity

    @property
    def cost(self) -> Decimal:
        """Total cost of what is held, in the instrument's currency."""
        return self._cost

    @property
    def base_cost(self) -> Decimal:
        """Total cost of what is held, in the portfolio's currency."""
        return self._base_cost

    @property
    def open_lots(self) -> tuple[Lot, ...]:
        """What is held, oldest first; by the average method every lot is shown at the average cost."""
        if self.method is LotMethod.AVERAGE:
            return tuple(Lot(lot.lot_id, lot.acquired, lot.quantity, *self._share(lot.quantity)) for lot in self._lots)
        return tuple(Lot(lot.lot_id, lot.acquired, lot.quantity, lot.cost, lot.base_cost) for lot in self._lots)

    def buy(
        self,
        date: Date,
        quantity: Amount,
        unit_cost: Amount | None = None,
        cost: Amount | None = None,
        lot_id: str | None = None,
        base_cost: Amount | None = None,
    ) -> str:
        """Open a lot of ``quantity`` for ``cost`` in all (or ``unit_cost`` each); its id. ``base_cost``: ``cost``."""
        if cost is None:
            if unit_cost is None:
                raise LedgerError("A lot needs its cost.", field="cost")
            cost = unit_cost * quantity
        if quantity <= 0:
            raise LedgerError("A lot needs a positive quantity.", field="quantity")
        self._count += 1
        base = cost if base_cost is None else base_cost
        lot = _OpenLot(lot_id or str(self._count), date, Decimal(quantity), Decimal(cost), Decimal(base))
        self._lots.append(lot)
        self._quantity += lot.quantity
        self._cost += lot.cost
        self._base_cost += lot.base_cost
        return lot.lot_id

    def sell(self, date: Date, quantity: Amount, lot_ids: Sequence[str] | None = None) -> list[LotMatch]:
        """Close ``quantity`` by the method, or out of ``lot_ids`` in their order; what was closed, lot by lot.

        Raises Oversell when less is held (in the named lots), and changes nothing then.
        """
        if quantity <= 0:
            raise LedgerError("A sale needs a positive quantity.", field="quantity")
        quantity = Decimal(quantity)
        lots = self._closing_order(lot_ids)
        held = self._quantity if lot_ids is None else sum((lot.quantity for lot in lots), ZERO)
        if quantity > held:
            if quantity - held > quantity * ROUNDING:
                raise Oversell(f"{quantity:f} sold on {date}, but {held:f} held.", wanted=quantity, held=held)
            quantity = held
        matches = self._close(lots, quantity)
        for match in matches:
            self._cost -= match.cost
            self._base_cost -= match.base_cost
        self._quantity -= quantity
        self._drop_closed(anywhere=lot_ids is not None)
        return matches

    def split(self, ratio: Amount) -> None:
        """One old unit becomes ``ratio`` new ones; costs and dates stay."""
        if ratio <= 0:
            raise LedgerError("A split needs a positive ratio.", field="ratio")
        for lot in self._lots:
            lot.quantity *= ratio
        self._quantity = sum((lot.quantity for lot in self._lots), ZERO)

    def _closing_order(self, lot_ids: Sequence[str] | None) -> Sequence[_OpenLot]:
        if lot_ids is None:
            return self._lots
        by_id = {lot.lot_id: lot for lot in self._lots}
        missing = [lot_id for lot_id in lot_ids if lot_id not in by_id]
        if missing:
            raise LedgerError(f"No open lot {', '.join(missing)}.", field="lot_ids")
        return [by_id[lot_id] for lot_id in dict.fromkeys(lot_ids)]

    def _close(self, lots: Sequence[_OpenLot], quantity: Decimal) -> list[LotMatch]:
        matches: list[LotMatch] = []
        left = quantity
        everything = quantity == self._quantity
        for lot in lots:
            if not left and not everything:
                break
            part = lot.quantity if everything else min(left, lot.quantity)
            average = self._share(part) if self.method is LotMethod.AVERAGE else None
            cost, base_cost = lot.take(part)
            matches.append(LotMatch(lot.lot_id, lot.acquired, part, *(average or (cost, base_cost))))
            left -= part
        return matches

    def _share(self, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """The pool's cost × q/Q, local and base."""
        if quantity == self._quantity:
            return self._cost, self._base_cost
        return self._cost * quantity / self._quantity, self._base_cost * quantity / self._quantity

    def _drop_closed(self, anywhere: bool) -> None:
        if anywhere:
            self._lots = deque(lot for lot in self._lots if lot.quantity)
        while self._lots and not self._lots[0].quantity:
            self._lots.popleft()
        if not self._lots:
            self._quantity = self._cost = self._base_cost = ZERO
