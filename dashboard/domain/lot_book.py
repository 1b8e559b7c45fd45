"""A book of lots: all that does not depend on the method by which they are closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Date  # noqa: N812  `date` names a parameter of the public methods
from decimal import Decimal
from typing import ClassVar

from dashboard.domain.lot_values import ROUNDING, Lot, LotMatch, OpenLot, spread
from dashboard.domain.transactions import ZERO, LotMethod
from dashboard.errors import LedgerError, Oversell

Amount = Decimal | int
EVERYTHING = Decimal("Infinity")
SMALL = 64  # so many closed lots may lie among the open ones before they are taken out


class LotBook:
    """The lots of one position, long or short. Decimal throughout, nothing is rounded.

    ``LotBook(method)`` is a book of that method's class; these say in which order lots are closed and at what cost.
    """

    __slots__ = ("_base_cost", "_closed", "_cost", "_count", "_lots", "_quantity", "_short", "method")

    _classes: ClassVar[dict[LotMethod, type[LotBook]]] = {}

    def __init_subclass__(cls, methods: Iterable[LotMethod]) -> None:
        cls._classes.update(dict.fromkeys(methods, cls))

    def __new__(cls, method: LotMethod | str = LotMethod.FIFO) -> LotBook:
        """A book of the class that closes by ``method``."""
        return object.__new__(cls._classes[LotMethod(method)] if cls is LotBook else cls)

    def __init__(self, method: LotMethod | str = LotMethod.FIFO) -> None:
        self.method = LotMethod(method)
        self._lots: dict[str, OpenLot] = {}  # in order of entry
        self._short: LotBook | None = None  # a short position: its lots with their signs reversed
        self._count = 0
        self._closed = 0
        self._quantity = self._cost = self._base_cost = ZERO
        self._arrange()

    @property
    def quantity(self) -> Decimal:
        """Units held, negative when short."""
        return self._quantity if self._short is None else -self._short._quantity

    @property
    def cost(self) -> Decimal:
        """Total cost of what is held in the instrument's currency; of a short −proceeds."""
        return self._cost if self._short is None else -self._short._cost

    @property
    def base_cost(self) -> Decimal:
        """Total cost of what is held in the portfolio's currency; of a short −proceeds."""
        return self._base_cost if self._short is None else -self._short._base_cost

    @property
    def open_lots(self) -> tuple[Lot, ...]:
        """What is held, oldest first; by the average method every lot is shown at the average cost."""
        if self._short is not None:
            return tuple(_reversed(lot) for lot in self._short.open_lots)
        lots = self._by_age()
        shares = zip(lots, *self._costs(lots), strict=True)
        return tuple(Lot(lot.lot_id, lot.acquired, lot.quantity, cost, base_cost) for lot, cost, base_cost in shares)

    def copy(self) -> LotBook:
        """A book that holds the same and can be changed by itself."""
        twin = LotBook(self.method)
        twin._short = None if self._short is None else self._short.copy()
        twin._lots = {lot_id: lot.copy() for lot_id, lot in self._lots.items()}
        twin._count = self._count
        twin._quantity, twin._cost, twin._base_cost = self._quantity, self._cost, self._base_cost
        twin._arrange()
        return twin

    def buy(
        self,
        date: Date,
        quantity: Amount,
        unit_cost: Amount | None = None,
        cost: Amount | None = None,
        lot_id: str | None = None,
        base_cost: Amount | None = None,
    ) -> str:
        """Open a lot acquired on ``date`` for ``cost`` in all (or ``unit_cost`` each); its id. ``base_cost``: ``cost``.

        Units of a lot that is open here already join it: they were moved away, and come back.
        """
        if cost is None:
            if unit_cost is None:
                raise LedgerError("A lot needs its cost.", field="cost")
            cost = unit_cost * quantity
        if quantity <= 0:
            raise LedgerError("A lot needs a positive quantity.", field="quantity")
        if self._short is not None:
            raise LedgerError("The position is short: a purchase covers it first.", field="quantity")
        quantity, cost = Decimal(quantity), Decimal(cost)
        # In the portfolio's own currency both costs are one object, which halves the work of a partial sale.
        base = cost if base_cost is None or base_cost == cost else Decimal(base_cost)
        if lot_id is None:
            lot_id = self._free_id()
        if lot_id in self._lots:
            self._join(self._lots[lot_id], date, quantity, cost, base)
        else:
            lot = self._lots[lot_id] = OpenLot(lot_id, date, quantity, cost, base)
            self._add(lot)
        self._quantity += quantity
        self._cost += cost
        self._base_cost += base
        return lot_id

    def sell(self, date: Date, quantity: Amount, lot_ids: Sequence[str] | None = None) -> list[LotMatch]:
        """Close ``quantity`` by the method, or out of ``lot_ids`` in their order; what was closed, lot by lot.

        Raises Oversell when less is held (in the named lots), and changes nothing then.
        """
        quantity = Decimal(quantity)
        if quantity <= ZERO:
            raise LedgerError("A sale needs a positive quantity.", field="quantity")
        if lot_ids:
            return self._sell_named(date, quantity, lot_ids)
        if quantity >= self._quantity:
            _require(date, quantity, self._quantity)
            quantity = EVERYTHING  # what non-ending ratios left in the lots' sum goes too
        matches: list[LotMatch] = []
        while quantity and self._lots:
            lot = self._first()
            part = lot.quantity
            if quantity < part:
                part = quantity
            else:
                self._pop()
            matches.append(self._take(lot, part))
            quantity -= part
        return matches

    def _sell_named(self, date: Date, quantity: Decimal, lot_ids: Sequence[str]) -> list[LotMatch]:
        lots = [self._named(lot_id) for lot_id in dict.fromkeys(lot_ids)]
        held = sum((lot.quantity for lot in lots), ZERO)
        if quantity >= held:
            _require(date, quantity, held)
            quantity = EVERYTHING
        matches: list[LotMatch] = []
        for lot in lots:
            if not quantity:
                break
            part = min(quantity, lot.quantity)
            matches.append(self._take(lot, part))
            quantity -= part
        self._tidy(len(matches))
        return matches

    def sell_short(
        self,
        date: Date,
        quantity: Amount,
        proceeds: Amount,
        lot_id: str | None = None,
        base_proceeds: Amount | None = None,
    ) -> str:
        """Open a short lot of ``quantity`` units sold for ``proceeds``, net of costs; its id."""
        if self._lots:
            raise LedgerError("The position is long: a sale closes it first.", field="quantity")
        if quantity <= 0:
            raise LedgerError("A short sale needs a positive quantity.", field="quantity")
        if self._short is None:
            self._short = LotBook(self.method)
            self._short._count = self._count
        return self._short.buy(date, quantity, cost=proceeds, lot_id=lot_id, base_cost=base_proceeds)

    def cover(self, date: Date, quantity: Amount, lot_ids: Sequence[str] | None = None) -> list[LotMatch]:
        """Close ``quantity`` of the short lots as ``sell`` does long ones; each match costs what it was sold for.

        Raises Oversell when less is short, and changes nothing then.
        """
        short = self._short or LotBook(self.method)
        try:
            matches = short.sell(date, quantity, lot_ids)
        except Oversell as fault:
            text = f"{fault.wanted:f} bought back on {date}, but {fault.held:f} sold short."
            raise Oversell(text, wanted=fault.wanted, held=fault.held) from None
        if not short._lots:
            self._short, self._count = None, short._count
        return matches

    def split(self, ratio: Amount) -> None:
        """One old unit becomes ``ratio`` new ones; costs and dates stay."""
        if ratio <= 0:
            raise LedgerError("A split needs a positive ratio.", field="ratio")
        book = self._short or self
        for lot in book._lots.values():
            lot.quantity *= ratio
        book._quantity = sum((lot.quantity for lot in book._lots.values()), ZERO)
        book._arrange()

    def carve(self, fraction: Amount) -> list[Lot]:
        """Take ``fraction`` of each lot's costs out; the lots, oldest first, each with what was taken as its cost."""
        if not 0 <= fraction <= 1:
            raise LedgerError("The share of the cost lies between 0 and 1.", field="cost_fraction")
        if self._short is not None:
            return [_reversed(lot) for lot in self._short.carve(fraction)]
        lots = self._by_age()
        carved = [
            Lot(lot.lot_id, lot.acquired, lot.quantity, cost * fraction, base_cost * fraction)
            for lot, cost, base_cost in zip(lots, *self._costs(lots), strict=True)
        ]
        for lot, part in zip(lots, carved, strict=True):
            self._lower(lot, part.cost, part.base_cost)
        self._arrange()
        return carved

    def reduce_cost(self, cost: Amount, base_cost: Amount) -> tuple[Decimal, Decimal]:
        """Lower the costs over the open lots by quantity; what fell below zero, local and base each by itself.

        What fell below zero is a gain. Of a short the amounts were paid: it is a loss, negative.
        """
        if self._short is not None:
            local, base = self._short.reduce_cost(cost, base_cost)
            return -local, -base
        lots = self._by_age()
        if not lots:
            return Decimal(cost), Decimal(base_cost)
        quantities = [lot.quantity for lot in lots]
        shares = zip(spread(Decimal(cost), quantities), spread(Decimal(base_cost), quantities), strict=True)
        below = base_below = ZERO
        for lot, held, held_base, (share, base_share) in zip(lots, *self._costs(lots), shares, strict=True):
            below += max(share - held, ZERO)
            base_below += max(base_share - held_base, ZERO)
            self._lower(lot, min(share, held), min(base_share, held_base))
        self._arrange()
        return below, base_below

    def _arrange(self) -> None:
        """Put the open lots into the order in which they are closed."""
        raise NotImplementedError

    def _add(self, lot: OpenLot) -> None:
        """Take a new lot into the order."""
        raise NotImplementedError

    def _first(self) -> OpenLot:
        """The open lot that is closed next; there is one."""
        raise NotImplementedError

    def _pop(self) -> None:
        """Take the first lot out of the order."""
        raise NotImplementedError

    def _take(self, lot: OpenLot, quantity: Decimal) -> LotMatch:
        """Take ``quantity`` out of a lot with its share of the costs (cost × q/Q); the remainder stays."""
        held, cost, base_cost = lot.quantity, lot.cost, lot.base_cost
        if quantity == held:
            self._close(lot)
        else:
            share = cost * quantity / held
            lot.cost = cost - share
            if base_cost is cost:
                lot.base_cost = lot.cost
                base_cost = share
            else:
                base_share = base_cost * quantity / held
                lot.base_cost = base_cost - base_share
                base_cost = base_share
            cost = share
            lot.quantity = held - quantity
        if self._lots:
            self._quantity -= quantity
            self._cost -= cost
            self._base_cost -= base_cost
        return LotMatch(lot.lot_id, lot.acquired, quantity, cost, base_cost)

    def _close(self, lot: OpenLot) -> None:
        lot.quantity = ZERO
        del self._lots[lot.lot_id]
        if not self._lots:
            self._quantity = self._cost = self._base_cost = ZERO

    def _lower(self, lot: OpenLot, cost: Decimal, base_cost: Decimal) -> None:
        """Take costs out of a lot, whose units stay."""
        same = lot.base_cost is lot.cost and base_cost == cost
        lot.cost -= cost
        lot.base_cost = lot.cost if same else lot.base_cost - base_cost
        self._cost -= cost
        self._base_cost -= base_cost

    def _join(self, lot: OpenLot, date: Date, quantity: Decimal, cost: Decimal, base_cost: Decimal) -> None:
        if lot.acquired != date:
            raise LedgerError(f"Lot {lot.lot_id} is open already, acquired on {lot.acquired}.", field="lot_ids")
        lot.quantity += quantity
        lot.cost += cost
        lot.base_cost += base_cost
        self._arrange()

    def _costs(self, lots: Sequence[OpenLot]) -> tuple[list[Decimal], list[Decimal]]:
        """Cost and base cost of each of the open lots, which ``lots`` are all of."""
        return [lot.cost for lot in lots], [lot.base_cost for lot in lots]

    def _by_age(self) -> list[OpenLot]:
        return sorted(self._lots.values(), key=acquired)

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

    def _tidy(self, closed: int) -> None:
        """Named lots are closed where they lie in the order: take them out when there are many."""
        self._closed += closed
        if self._closed > SMALL and self._closed > len(self._lots):
            self._closed = 0
            self._arrange()


def acquired(lot: OpenLot) -> Date:
    """The key by which lots are sorted oldest first."""
    return lot.acquired


def _reversed(lot: Lot) -> Lot:
    return Lot(lot.lot_id, lot.acquired, -lot.quantity, -lot.cost, -lot.base_cost)


def _require(date: Date, quantity: Decimal, held: Decimal) -> None:
    """Raise Oversell unless ``held`` is ``quantity``, but for what a ratio rounds away."""
    if quantity - held > quantity * ROUNDING:
        raise Oversell(f"{quantity:f} sold on {date}, but {held:f} held.", wanted=quantity, held=held)
