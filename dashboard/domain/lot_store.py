"""The lots inside a book: how they are found, opened, taken from and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812  as in lots
from decimal import Decimal

from dashboard.domain.lot_values import LotMatch, OpenLot
from dashboard.domain.transactions import ZERO
from dashboard.errors import LedgerError

new_match = tuple.__new__  # what LotMatch(...) does in the end, a third quicker
SMALL = 64  # so many closed lots may lie among the open ones before they are taken out


class LotStore:
    """Open lots by their ids, their totals, and the order in which a method closes them (the hooks)."""

    __slots__ = ("_base_cost", "_closed", "_cost", "_count", "_lots", "_quantity")

    def __init__(self) -> None:
        self._lots: dict[str, OpenLot] = {}  # by id, in order of entry
        self._closed: dict[str, Date] = {}  # lots closed by name, which may lie in the order still
        self._count = 0
        self._quantity = self._cost = self._base_cost = ZERO
        self._arrange()

    def _arrange(self) -> None:
        """Put the open lots into the order in which they are closed."""
        raise NotImplementedError

    def _add(self, lot_id: str, lot: OpenLot) -> None:
        """Take a new lot into the order."""
        raise NotImplementedError

    def _first(self) -> str:
        """The open lot that is closed next; there is one."""
        raise NotImplementedError

    def _pop(self) -> None:
        """Take the first lot out of the order."""
        raise NotImplementedError

    def _unsettle(self) -> None:
        """A lot's unit cost changed, not its age."""

    def _take(self, lot_id: str, lot: OpenLot, quantity: Decimal) -> LotMatch:
        """Take ``quantity`` out of a lot with its share of the costs (cost × q/Q); the remainder stays."""
        date, held, cost, base_cost = lot
        if quantity == held:
            self._close(lot_id)
        else:
            share = cost * quantity / held
            rest = cost - share
            if base_cost is cost:
                base_share, base_rest = share, rest
            else:
                base_share = base_cost * quantity / held
                base_rest = base_cost - base_share
            self._lots[lot_id] = date, held - quantity, rest, base_rest
            cost, base_cost = share, base_share
        if self._lots:
            self._quantity -= quantity
            self._cost -= cost
            self._base_cost -= base_cost
        return new_match(LotMatch, (lot_id, date, quantity, cost, base_cost))

    def _close(self, lot_id: str) -> None:
        del self._lots[lot_id]
        if not self._lots:
            self._quantity = self._cost = self._base_cost = ZERO

    def _lower(self, lot_id: str, cost: Decimal, base_cost: Decimal) -> None:
        """Take costs out of a lot, whose units stay."""
        date, quantity, held, held_base = self._lots[lot_id]
        left = held - cost
        base_left = left if held_base is held and base_cost == cost else held_base - base_cost
        self._lots[lot_id] = date, quantity, left, base_left
        self._cost -= cost
        self._base_cost -= base_cost

    def _join(self, lot_id: str, lot: OpenLot) -> str:
        """Take in units of a lot that is or was here; of another of the same name under a number of its own."""
        date, quantity, cost, base_cost = lot
        known = self._lots.get(lot_id)
        if known is None:
            self._lots[lot_id] = lot
            self._arrange()
        elif known[0] == date:
            self._lots[lot_id] = date, quantity + known[1], cost + known[2], base_cost + known[3]
            self._unsettle()
        else:
            lot_id = self._free_id()
            self._lots[lot_id] = lot
            self._add(lot_id, lot)
        return lot_id

    def _costs(self, lot_ids: Sequence[str]) -> tuple[list[Decimal], list[Decimal]]:
        """Cost and base cost of each of the open lots, which ``lot_ids`` are all of."""
        lots = [self._lots[lot_id] for lot_id in lot_ids]
        return [lot[2] for lot in lots], [lot[3] for lot in lots]

    def _by_age(self) -> list[str]:
        return sorted(self._lots, key=self._acquired)

    def _acquired(self, lot_id: str) -> Date:
        lot = self._lots.get(lot_id)
        return self._closed[lot_id] if lot is None else lot[0]

    def _named(self, lot_id: str) -> OpenLot:
        lot = self._lots.get(lot_id)
        if lot is None:
            raise LedgerError(f"No open lot {lot_id}.", field="lot_ids")
        return lot

    def _free_id(self) -> str:
        """The next number that is not the id of an open lot."""
        while True:
            self._count += 1
            lot_id = str(self._count)
            if lot_id not in self._lots:
                return lot_id

    def _tidy(self, matches: Sequence[LotMatch]) -> None:
        """Named lots are closed where they lie in the order: take them out when there are many."""
        lots, closed = self._lots, self._closed
        for match in matches:
            if match.lot_id not in lots:
                closed[match.lot_id] = match.acquired
        if len(closed) > SMALL and len(closed) > len(lots):
            self._arrange()
