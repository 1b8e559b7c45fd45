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
new_match = tuple.__new__  # what LotMatch(...) does in the end, a third quicker
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
        self._lots: dict[str, OpenLot] = {}  # by id, in order of entry
        self._short: LotBook | None = None  # a short position: its lots with their signs reversed
        self._closed: dict[str, Date] = {}  # lots closed by name, which may lie in the order still
        self._count = 0
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
        return tuple(Lot(lot_id, *self._lots[lot_id][:2], cost, base_cost) for lot_id, cost, base_cost in shares)

    def acquired_on(self, lot_id: str) -> Date | None:
        """When an open lot was acquired; None where no such lot is open."""
        lot = (self if self._short is None else self._short)._lots.get(lot_id)
        return None if lot is None else lot[0]

    def copy(self) -> LotBook:
        """A book that holds the same and can be changed by itself."""
        twin = LotBook(self.method)
        twin._short = None if self._short is None else self._short.copy()
        twin._lots = self._lots.copy()
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

        Units of a lot that is open here already join it: they were moved away, and come back. A lot of the same name
        that was acquired on another day is another lot, and gets a number for its id.
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
        if lot_id in self._lots or lot_id in self._closed:
            lot_id = self._join(lot_id, (date, quantity, cost, base))
        else:
            lot = self._lots[lot_id] = date, quantity, cost, base
            self._add(lot_id, lot)
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
        lots = self._lots
        matches: list[LotMatch] = []
        while quantity and lots:
            lot_id = self._first()
            lot = lots[lot_id]
            part = lot[1]
            if quantity < part:
                part = quantity
            else:
                self._pop()
            matches.append(self._take(lot_id, lot, part))
            quantity -= part
        return matches

    def _sell_named(self, date: Date, quantity: Decimal, lot_ids: Sequence[str]) -> list[LotMatch]:
        lots = {lot_id: self._named(lot_id) for lot_id in lot_ids}
        held = sum((lot[1] for lot in lots.values()), ZERO)
        if quantity >= held:
            _require(date, quantity, held)
            quantity = EVERYTHING
        matches: list[LotMatch] = []
        for lot_id, lot in lots.items():
            if not quantity:
                break
            part = min(quantity, lot[1])
            matches.append(self._take(lot_id, lot, part))
            quantity -= part
        self._tidy(matches)
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
        if self._short is not None:
            self._short.split(ratio)
            return
        for lot_id, (date, quantity, cost, base_cost) in self._lots.items():
            self._lots[lot_id] = date, quantity * ratio, cost, base_cost
        self._quantity = sum((lot[1] for lot in self._lots.values()), ZERO)
        self._arrange()

    def carve(self, fraction: Amount) -> list[Lot]:
        """Take ``fraction`` of each lot's costs out; the lots, oldest first, each with what was taken as its cost."""
        if not 0 <= fraction <= 1:
            raise LedgerError("The share of the cost lies between 0 and 1.", field="cost_fraction")
        if self._short is not None:
            return [_reversed(lot) for lot in self._short.carve(fraction)]
        lots = self._by_age()
        carved = [
            Lot(lot_id, *self._lots[lot_id][:2], cost * fraction, base_cost * fraction)
            for lot_id, cost, base_cost in zip(lots, *self._costs(lots), strict=True)
        ]
        for lot in carved:
            self._lower(lot.lot_id, lot.cost, lot.base_cost)
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
        quantities = [self._lots[lot_id][1] for lot_id in lots]
        shares = zip(spread(Decimal(cost), quantities), spread(Decimal(base_cost), quantities), strict=True)
        left, base_left = Decimal(cost), Decimal(base_cost)
        for lot_id, held, held_base, (share, base_share) in zip(lots, *self._costs(lots), shares, strict=True):
            taken, base_taken = _least(share, held), _least(base_share, held_base)
            self._lower(lot_id, taken, base_taken)
            left, base_left = left - taken, base_left - base_taken
        self._arrange()
        return left, base_left

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


def _least(one: Decimal, other: Decimal) -> Decimal:
    """The smaller of the two; NaN where one is not known, which an order of Decimals would refuse."""
    return min(one, other) if (one + other).is_finite() else one + other


def _reversed(lot: Lot) -> Lot:
    return Lot(lot.lot_id, lot.acquired, -lot.quantity, -lot.cost, -lot.base_cost)


def _require(date: Date, quantity: Decimal, held: Decimal) -> None:
    """Raise Oversell unless ``held`` is ``quantity``, but for what a ratio rounds away."""
    if quantity - held > quantity * ROUNDING:
        raise Oversell(f"{quantity:f} sold on {date}, but {held:f} held.", wanted=quantity, held=held)
