"""Lots: which of them a sale closes, and what remains."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.lots import LotBook
from dashboard.errors import LedgerError, Oversell

DAY = date(2024, 1, 2)


def book_of(method: str, *lots: tuple[str, str]) -> LotBook:
    """A book with lots of (quantity, total cost)."""
    book = LotBook(method)
    for quantity, cost in lots:
        book.buy(DAY, Decimal(quantity), cost=Decimal(cost))
    return book


def test_fifo_closes_the_oldest_lot_first_and_leaves_its_remainder() -> None:
    book = book_of("fifo", ("10", "100"), ("10", "200"))
    matches = book.sell(DAY, Decimal(15))
    assert [(match.lot_id, match.quantity, match.unit_cost) for match in matches] == [
        ("1", Decimal(10), Decimal(10)),
        ("2", Decimal(5), Decimal(20)),
    ]
    assert (book.quantity, book.cost) == (Decimal(5), Decimal(100))


def test_the_average_method_closes_every_unit_at_the_average() -> None:
    book = book_of("average", ("10", "100"), ("10", "200"))
    assert {match.unit_cost for match in book.sell(DAY, Decimal(15))} == {Decimal(15)}
    assert [(lot.quantity, lot.unit_cost) for lot in book.open_lots] == [(Decimal(5), Decimal(15))]


def test_the_average_is_renewed_at_each_acquisition() -> None:
    book = book_of("average", ("10", "100"))
    book.sell(DAY, Decimal(5))
    book.buy(DAY, Decimal(5), unit_cost=Decimal(30))
    assert [match.unit_cost for match in book.sell(DAY, Decimal(5))] == [Decimal(20)]


def test_the_base_cost_is_averaged_by_itself() -> None:
    book = LotBook("average")
    book.buy(DAY, Decimal(10), cost=Decimal(100), base_cost=Decimal(90))
    book.buy(DAY, Decimal(10), cost=Decimal(200), base_cost=Decimal(210))
    (match,) = book.sell(DAY, Decimal(4))
    assert (match.cost, match.base_cost) == (Decimal(60), Decimal(60))
    assert book.base_cost == Decimal(240)


def test_a_cost_that_does_not_end_is_kept_to_the_last_unit() -> None:
    book = book_of("fifo", ("3", "100"))
    parts = [match.cost for _ in range(3) for match in book.sell(DAY, Decimal(1))]
    assert sum(parts) == Decimal(100)
    assert (book.quantity, book.cost, book.open_lots) == (Decimal(0), Decimal(0), ())


def test_named_lots_are_closed_in_their_order() -> None:
    book = book_of("fifo", ("10", "100"), ("10", "200"), ("10", "300"))
    matches = book.sell(DAY, Decimal(12), lot_ids=["3", "1"])
    assert [(match.lot_id, match.quantity) for match in matches] == [("3", Decimal(10)), ("1", Decimal(2))]
    assert [lot.lot_id for lot in book.open_lots] == ["1", "2"]


def test_a_lot_that_is_not_open_cannot_be_named() -> None:
    with pytest.raises(LedgerError, match="No open lot 7"):
        book_of("fifo", ("10", "100")).sell(DAY, Decimal(1), lot_ids=["7"])


def test_selling_more_than_is_held_says_what_is_held_and_changes_nothing() -> None:
    book = book_of("fifo", ("10", "100"))
    with pytest.raises(Oversell, match="11 sold on 2024-01-02, but 10 held") as caught:
        book.sell(DAY, Decimal(11))
    assert (caught.value.wanted, caught.value.held) == (Decimal(11), Decimal(10))
    assert (book.quantity, book.cost) == (Decimal(10), Decimal(100))


def test_a_split_keeps_costs_and_dates() -> None:
    book = book_of("fifo", ("10", "1000"))
    book.split(Decimal(2))
    (lot,) = book.open_lots
    assert (lot.quantity, lot.cost, lot.acquired, lot.unit_cost) == (Decimal(20), Decimal(1000), DAY, Decimal(50))


def test_what_a_ratio_rounds_away_does_not_stop_the_sale_of_everything() -> None:
    book = book_of("fifo", ("30", "300"))
    book.split(Decimal("0.3333333333333333"))
    book.sell(DAY, Decimal(10))
    assert (book.quantity, book.cost) == (Decimal(0), Decimal(0))


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_quantities_are_positive(quantity: str) -> None:
    book = book_of("fifo", ("10", "100"))
    with pytest.raises(LedgerError, match="positive quantity"):
        book.buy(DAY, Decimal(quantity), unit_cost=Decimal(1))
    with pytest.raises(LedgerError, match="positive quantity"):
        book.sell(DAY, Decimal(quantity))


moves = st.lists(
    st.tuples(st.sampled_from(["buy", "sell", "split"]), st.integers(1, 50), st.integers(1, 10_000)), max_size=30
)


@settings(max_examples=80, deadline=None)
@given(moves, st.sampled_from(["fifo", "average"]))
def test_lots_sum_to_the_position_and_no_cost_is_lost(steps: list[tuple[str, int, int]], method: str) -> None:
    book = LotBook(method)
    bought = closed = Decimal(0)
    for kind, quantity, cents in steps:
        if kind == "buy":
            cost = Decimal(cents) / 100
            book.buy(DAY, Decimal(quantity), cost=cost)
            bought += cost
        elif kind == "split":
            book.split(Decimal(quantity % 3 + 2))
        elif quantity <= book.quantity:
            matches = book.sell(DAY, Decimal(quantity))
            assert sum(match.quantity for match in matches) == quantity
            closed += sum(match.cost for match in matches)
    tiny = Decimal("1e-18")
    assert abs(sum((lot.quantity for lot in book.open_lots), Decimal(0)) - book.quantity) < tiny
    assert abs(sum((lot.cost for lot in book.open_lots), Decimal(0)) - book.cost) < tiny
    assert abs(bought - closed - book.cost) < tiny
