"""The methods: in which order lots are closed, and by the average method at what cost."""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal
from heapq import heapify, heappop, heappush

from dashboard.domain.lot_book import LotBook
from dashboard.domain.lot_store import new_match
from dashboard.domain.lot_values import LotMatch, OpenLot, spread
from dashboard.domain.transactions import LotMethod

# Unit costs are compared in 20 digits: what partial sales and ratios round away further on must not break a tie.
RANKING = Context(prec=20)
UNKNOWN = Decimal("-Infinity")

Ranked = tuple[float, Decimal, date, int, str]


class _AgeBook(LotBook, methods=()):
    """Lots by age. Few are acquired before one that is there already (transfers, mergers)."""

    __slots__ = ("_queue",)

    _queue: deque[str]

    def _arrange(self) -> None:
        self._closed = {}
        self._queue = deque(self._by_age())

    def _add(self, lot_id: str, lot: OpenLot) -> None:
        queue = self._queue
        if queue and lot[0] < self._acquired(queue[-1]):
            insort(queue, lot_id, key=self._acquired)
        else:
            queue.append(lot_id)


class FifoBook(_AgeBook, methods=(LotMethod.FIFO, LotMethod.SPECIFIC)):
    """First in, first out; so is a sale that names no lots where they are to be named."""

    __slots__ = ()

    def _first(self) -> str:
        queue, lots = self._queue, self._lots
        while queue[0] not in lots:
            queue.popleft()
        return queue[0]

    def _pop(self) -> None:
        self._queue.popleft()


class LifoBook(_AgeBook, methods=(LotMethod.LIFO,)):
    """Last in, first out."""

    __slots__ = ()

    def _first(self) -> str:
        queue, lots = self._queue, self._lots
        while queue[-1] not in lots:
            queue.pop()
        return queue[-1]

    def _pop(self) -> None:
        self._queue.pop()


class HifoBook(LotBook, methods=(LotMethod.HIFO,)):
    """The highest unit cost first, in the portfolio's currency at the rates of acquisition; of equals the oldest."""

    __slots__ = ("_heap", "_ranked", "_settled")

    _heap: list[Ranked]
    _ranked: int
    _settled: bool

    def _arrange(self) -> None:
        self._closed = {}
        self._settled = True
        self._heap = [_rank(lot_id, lot, number) for number, (lot_id, lot) in enumerate(self._lots.items())]
        self._ranked = len(self._heap)
        heapify(self._heap)

    def _add(self, lot_id: str, lot: OpenLot) -> None:
        heappush(self._heap, _rank(lot_id, lot, self._ranked))
        self._ranked += 1

    def _unsettle(self) -> None:
        self._settled = False

    def _first(self) -> str:
        if not self._settled:
            self._arrange()
        heap, lots = self._heap, self._lots
        while heap[0][4] not in lots:
            heappop(heap)
        return heap[0][4]

    def _pop(self) -> None:
        heappop(self._heap)


def _rank(lot_id: str, lot: OpenLot, number: int) -> Ranked:
    """What sorts a lot; the float decides nearly always, and is quicker to compare."""
    acquired, quantity, _, base_cost = lot
    unit_cost = RANKING.divide(base_cost, quantity)
    if unit_cost.is_nan():  # the day had no rate: nobody knows that it is the highest
        unit_cost = UNKNOWN
    return -float(unit_cost), unit_cost.copy_negate(), acquired, number, lot_id


class AverageBook(FifoBook, methods=(LotMethod.AVERAGE,)):
    """Every unit at Σ cost ÷ Σ quantity, local and base each by itself; units leave oldest first.

    The costs are the book's; a lot's own play no part.
    """

    __slots__ = ()

    def _take(self, lot_id: str, lot: OpenLot, quantity: Decimal) -> LotMatch:
        date, units, own, base_own = lot
        cost, base_cost, held = self._cost, self._base_cost, self._quantity
        if quantity == units:
            self._close(lot_id)
        else:
            self._lots[lot_id] = date, units - quantity, own, base_own
        if self._lots:
            cost = cost * quantity / held
            base_cost = base_cost * quantity / held
            self._cost -= cost
            self._base_cost -= base_cost
            self._quantity = held - quantity
        return new_match(LotMatch, (lot_id, date, quantity, cost, base_cost))

    def _lower(self, lot_id: str, cost: Decimal, base_cost: Decimal) -> None:
        self._cost -= cost
        self._base_cost -= base_cost

    def _costs(self, lot_ids: Sequence[str]) -> tuple[list[Decimal], list[Decimal]]:
        quantities = [self._lots[lot_id][1] for lot_id in lot_ids]
        return spread(self._cost, quantities), spread(self._base_cost, quantities)
