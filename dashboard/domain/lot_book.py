"""A book of lots: all that does not depend on the method by which they are closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Date  # noqa: N812  `date` names a parameter of the public methods
from decimal import Decimal
from typing import ClassVar

from dashboard.domain.lot_store import LotStore
from dashboard.domain.lot_values import ROUNDING, Lot, LotMatch, spread
from dashboard.domain.transactions import ZERO, LotMethod
from dashboard.errors import LedgerError, Oversell

Amount = Decimal | int
EVERYTHING = Decimal("Infinity")


class LotBook(LotStore):
    """The lots of one position, long or short. Decimal throughout, nothing is rounded.

    ``LotBook(method)`` is a book of that method's class; these say in which order lots are closed and at what cost.
    """

    __slots__ = ("_short", "method")

    _classes: ClassVar[dict[LotMethod, type[LotBook]]] = {}

    def __init_subclass__(cls, methods: Iterable[LotMethod]) -> None:
        cls._classes.update(dict.fromkeys(methods, cls))

    def __new__(cls, method: LotMethod | str = LotMethod.FIFO) -> LotBook:
        """A book of the class that closes by ``method``."""
        return object.__new__(cls._classes[LotMethod(method)] if cls is LotBook else cls)

    def __init__(self, method: LotMethod | str = LotMethod.FIFO) -> None:
        self.method = LotMethod(method)
        self._short: LotBook | None = None  # a short position: its lots with their signs reversed
        super().__init__()

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


def _least(one: Decimal, other: Decimal) -> Decimal:
    """The smaller of the two; NaN where one is not known, which an order of Decimals would refuse."""
    return min(one, other) if (one + other).is_finite() else one + other


def _reversed(lot: Lot) -> Lot:
    return Lot(lot.lot_id, lot.acquired, -lot.quantity, -lot.cost, -lot.base_cost)


def _require(date: Date, quantity: Decimal, held: Decimal) -> None:
    """Raise Oversell unless ``held`` is ``quantity``, but for what a ratio rounds away."""
    if quantity - held > quantity * ROUNDING:
        raise Oversell(f"{quantity:f} sold on {date}, but {held:f} held.", wanted=quantity, held=held)
