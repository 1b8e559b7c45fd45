"""The methods: in which order lots are closed, and by the average method at what cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal
from heapq import heapify, heappop, heappush

from dashboard.domain.lot_book import LotBook
from dashboard.domain.lot_values import LotMatch, OpenLot, spread
from dashboard.domain.transactions import LotMethod

# Unit costs are compared in 20 digits: what partial sales and ratios round away further on must not break a tie.
RANKING = Context(prec=20)

Ranked = tuple[float, Decimal, date, int, OpenLot]


class _AgeBook(LotBook, methods=()):
    """Lots by age. Few are acquired before one that is there already (transfers, mergers): these wait to be sorted."""

    __slots__ = ("_queue", "_sorted")

    _queue: deque[OpenLot]
    _sorted: bool

    def _arrange(self) -> None:
        self._queue = deque(self._by_age())
        self._sorted = True

    def _add(self, lot: OpenLot) -> None:
        queue = self._queue
        if queue and lot.acquired < queue[-1].acquired:
            self._sorted = False
        queue.append(lot)


class FifoBook(_AgeBook, methods=(LotMethod.FIFO, LotMethod.SPECIFIC)):
    """First in, first out; so is a sale that names no lots where they are to be named."""

    __slots__ = ()

    def _first(self) -> OpenLot:
        if not self._sorted:
            self._arrange()
        queue = self._queue
        while not queue[0].quantity:
            queue.popleft()
        return queue[0]

    def _pop(self) -> None:
        self._queue.popleft()


class LifoBook(_AgeBook, methods=(LotMethod.LIFO,)):
    """Last in, first out."""

    __slots__ = ()

    def _first(self) -> OpenLot:
        if not self._sorted:
            self._arrange()
        queue = self._queue
        while not queue[-1].quantity:
            queue.pop()
        return queue[-1]

    def _pop(self) -> None:
        self._queue.pop()


class HifoBook(LotBook, methods=(LotMethod.HIFO,)):
    """The highest unit cost first, in the portfolio's currency at the rates of acquisition; of equals the oldest."""

    __slots__ = ("_heap", "_ranked")

    _heap: list[Ranked]
    _ranked: int

    def _arrange(self) -> None:
        self._heap = [_rank(lot, number) for number, lot in enumerate(self._lots.values())]
        self._ranked = len(self._heap)
        heapify(self._heap)

    def _add(self, lot: OpenLot) -> None:
        heappush(self._heap, _rank(lot, self._ranked))
        self._ranked += 1

    def _first(self) -> OpenLot:
        heap = self._heap
        while not heap[0][4].quantity:
            heappop(heap)
        return heap[0][4]

    def _pop(self) -> None:
        heappop(self._heap)


def _rank(lot: OpenLot, number: int) -> Ranked:
    """What sorts a lot; the float decides nearly always, and is quicker to compare."""
    unit_cost = RANKING.divide(lot.base_cost, lot.quantity)
    return -float(unit_cost), unit_cost.copy_negate(), lot.acquired, number, lot


class AverageBook(FifoBook, methods=(LotMethod.AVERAGE,)):
    """Every unit at Σ cost ÷ Σ quantity, local and base each by itself; units leave oldest first.

    The costs are the book's; a lot's own play no part.
    """

    __slots__ = ()

    def _take(self, lot: OpenLot, quantity: Decimal) -> LotMatch:
        cost, base_cost, held = self._cost, self._base_cost, self._quantity
        if quantity == lot.quantity:
            self._close(lot)
        else:
            lot.quantity -= quantity
        if self._lots:
            cost = cost * quantity / held
            base_cost = base_cost * quantity / held
            self._cost -= cost
            self._base_cost -= base_cost
            self._quantity = held - quantity
        return LotMatch(lot.lot_id, lot.acquired, quantity, cost, base_cost)

    def _lower(self, lot: OpenLot, cost: Decimal, base_cost: Decimal) -> None:
        self._cost -= cost
        self._base_cost -= base_cost

    def _costs(self, lots: Sequence[OpenLot]) -> tuple[list[Decimal], list[Decimal]]:
        quantities = [lot.quantity for lot in lots]
        return spread(self._cost, quantities), spread(self._base_cost, quantities)
