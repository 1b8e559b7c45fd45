"""What holds for every method whatever is traded, and what each method promises beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dashboard.domain.lots import Lot, LotBook, LotMatch
from dashboard.errors import LedgerError, Oversell

METHODS = ("fifo", "lifo", "hifo", "average", "specific")
DAY = date(2024, 1, 2)
TINY = Decimal("1e-15")
ZERO = Decimal(0)

quantities = st.integers(1, 500).map(lambda number: Decimal(number) / 10)
costs = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)
purchases = st.lists(st.tuples(st.integers(0, 40), quantities, costs, costs), min_size=1, max_size=12)


def holding(method: str, bought: Sequence[tuple[int, Decimal, Decimal, Decimal]]) -> LotBook:
    """A book of purchases on days after DAY; quantity, cost, base cost."""
    book = LotBook(method)
    for days, quantity, cost, base_cost in bought:
        book.buy(DAY + timedelta(days), quantity, cost=cost, base_cost=base_cost)
    return book


def base_cost(matches: Sequence[LotMatch]) -> Decimal:
    return sum((match.base_cost for match in matches), ZERO)


def total(book: LotBook, lots: Sequence[Lot]) -> tuple[Decimal, Decimal, Decimal]:
    """By how much the lots miss the book's quantity, cost and base cost."""
    return (
        abs(sum((lot.quantity for lot in lots), ZERO) - book.quantity),
        abs(sum((lot.cost for lot in lots), ZERO) - book.cost),
        abs(sum((lot.base_cost for lot in lots), ZERO) - book.base_cost),
    )


class Position(RuleBasedStateMachine):
    """One position under every method at once: the same events, and a count of what came in and went out."""

    def __init__(self) -> None:
        super().__init__()
        self.books: dict[str, LotBook] = {}
        self.units = ZERO
        self.spent: dict[str, list[Decimal]] = {}

    @initialize()
    def begin(self) -> None:
        self.books = {method: LotBook(method) for method in METHODS}
        self.spent = {method: [ZERO, ZERO] for method in METHODS}

    @precondition(lambda self: self.units >= 0)
    @rule(days=st.integers(0, 40), quantity=quantities, cost=costs, base=costs)
    def buy(self, days: int, quantity: Decimal, cost: Decimal, base: Decimal) -> None:
        for method, book in self.books.items():
            book.buy(DAY + timedelta(days), quantity, cost=cost, base_cost=base)
            self.count(method, cost, base)
        self.units += quantity

    @precondition(lambda self: self.units > 0)
    @rule(share=st.integers(1, 4), named=st.booleans())
    def sell(self, share: int, named: bool) -> None:
        sold = self.units if share == 4 else self.units * share / 4  # all of it leaves nothing to rounding
        for method, book in self.books.items():
            names = [lot.lot_id for lot in reversed(book.open_lots)] if named else None
            matches = book.sell(DAY, sold, names)
            assert abs(sum((match.quantity for match in matches), ZERO) - sold) < TINY
            self.count(method, -sum((match.cost for match in matches), ZERO), -base_cost(matches))
        self.units -= sold

    @precondition(lambda self: self.units <= 0)
    @rule(quantity=quantities, proceeds=costs, base=costs)
    def sell_short(self, quantity: Decimal, proceeds: Decimal, base: Decimal) -> None:
        for method, book in self.books.items():
            book.sell_short(DAY, quantity, proceeds, base_proceeds=base)
            self.count(method, -proceeds, -base)
        self.units -= quantity

    @precondition(lambda self: self.units < 0)
    @rule(share=st.integers(1, 4))
    def cover(self, share: int) -> None:
        bought = -self.units if share == 4 else -self.units * share / 4
        for method, book in self.books.items():
            matches = book.cover(DAY, bought)
            assert abs(sum((match.quantity for match in matches), ZERO) - bought) < TINY
            self.count(method, sum((match.cost for match in matches), ZERO), base_cost(matches))
        self.units += bought

    @rule(ratio=st.sampled_from([Decimal(2), Decimal(7), Decimal(1) / Decimal(3)]))
    def split(self, ratio: Decimal) -> None:
        for book in self.books.values():
            book.split(ratio)
        self.units *= ratio

    @rule(fraction=st.integers(0, 10).map(lambda tenth: Decimal(tenth) / 10))
    def carve(self, fraction: Decimal) -> None:
        for method, book in self.books.items():
            child = book.carve(fraction)
            assert abs(sum((lot.quantity for lot in child), ZERO) - book.quantity) < TINY
            moved = sum((lot.cost for lot in child), ZERO), sum((lot.base_cost for lot in child), ZERO)
            self.count(method, -moved[0], -moved[1])

    @precondition(lambda self: self.units > 0)
    @rule(cost=costs, base=costs)
    def return_capital(self, cost: Decimal, base: Decimal) -> None:
        for method, book in self.books.items():
            below, base_below = book.reduce_cost(cost, base)
            assert min(below, base_below) >= -TINY
            self.count(method, below - cost, base_below - base)

    @precondition(lambda self: self.units > 0)
    @rule(more=quantities)
    def oversell(self, more: Decimal) -> None:
        for book in self.books.values():
            before = book.open_lots
            with pytest.raises(Oversell):
                book.sell(DAY, self.units + more)
            assert book.open_lots == before

    def count(self, method: str, cost: Decimal, base: Decimal) -> None:
        self.spent[method][0] += cost
        self.spent[method][1] += base

    @invariant()
    def lots_sum_to_the_position(self) -> None:
        for book in self.books.values():
            assert abs(book.quantity - self.units) < TINY
            assert max(total(book, book.open_lots)) < TINY
            assert all(lot.quantity for lot in book.open_lots)

    @invariant()
    def no_cost_is_lost(self) -> None:
        for method, book in self.books.items():
            assert abs(book.cost - self.spent[method][0]) < TINY
            assert abs(book.base_cost - self.spent[method][1]) < TINY

    @invariant()
    def lots_are_shown_oldest_first(self) -> None:
        for book in self.books.values():
            dates = [lot.acquired for lot in book.open_lots]
            assert dates == sorted(dates)


Position.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestPosition = Position.TestCase


@settings(max_examples=80, deadline=None)
@given(purchases, st.integers(1, 100))
def test_the_highest_cost_leaves_the_least_gain_on_one_sale(
    bought: list[tuple[int, Decimal, Decimal, Decimal]], percent: int
) -> None:
    books = {method: holding(method, bought) for method in METHODS}
    sold = books["fifo"].quantity * percent / 100
    closed = {method: base_cost(book.sell(DAY, sold)) for method, book in books.items()}
    assert all(closed["hifo"] >= cost - TINY for cost in closed.values())


@settings(max_examples=80, deadline=None)
@given(purchases, st.integers(1, 100))
def test_naming_every_lot_in_order_is_first_in_first_out(
    bought: list[tuple[int, Decimal, Decimal, Decimal]], percent: int
) -> None:
    fifo, specific = holding("fifo", bought), holding("specific", bought)
    sold = fifo.quantity * percent / 100
    names = [lot.lot_id for lot in specific.open_lots]
    assert specific.sell(DAY, sold, names) == fifo.sell(DAY, sold)
    assert specific.open_lots == fifo.open_lots


@settings(max_examples=80, deadline=None)
@given(purchases, st.integers(1, 100), st.integers(2, 9), st.sampled_from(METHODS))
def test_a_split_before_a_sale_changes_no_cost(
    bought: list[tuple[int, Decimal, Decimal, Decimal]], percent: int, ratio: int, method: str
) -> None:
    plain, split = holding(method, bought), holding(method, bought)
    split.split(Decimal(ratio))
    sold = plain.quantity * percent / 100
    before, after = plain.sell(DAY, sold), split.sell(DAY, sold * ratio)
    assert [match.lot_id for match in after] == [match.lot_id for match in before]
    assert [match.quantity for match in after] == [match.quantity * ratio for match in before]
    assert abs(base_cost(after) - base_cost(before)) < TINY


@settings(max_examples=40, deadline=None)
@given(purchases, st.sampled_from(METHODS))
def test_lots_that_move_to_another_account_and_back_are_the_same_lots(
    bought: list[tuple[int, Decimal, Decimal, Decimal]], method: str
) -> None:
    book = holding(method, bought)
    expected = book.open_lots
    for match in book.sell(DAY, book.quantity / 2) + book.sell(DAY, book.quantity):
        book.buy(match.acquired, match.quantity, cost=match.cost, lot_id=match.lot_id, base_cost=match.base_cost)
    found = {lot.lot_id: lot for lot in book.open_lots}
    assert set(found) == {lot.lot_id for lot in expected}
    for lot in expected:
        back = found[lot.lot_id]
        assert (back.acquired, back.quantity) == (lot.acquired, lot.quantity)
        assert abs(back.cost - lot.cost) < TINY
        assert abs(back.base_cost - lot.base_cost) < TINY


@given(st.sampled_from(METHODS), st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=3))
def test_a_lot_that_is_not_there_changes_nothing(method: str, names: list[str]) -> None:
    book = LotBook(method)
    book.buy(DAY, Decimal(5), cost=Decimal(7), lot_id="the only one")
    with pytest.raises(LedgerError, match="No open lot"):
        book.sell(DAY, Decimal(1), ["the only one", *names])
    assert (book.quantity, book.cost) == (Decimal(5), Decimal(7))
