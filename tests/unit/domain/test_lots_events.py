"""Lots under corporate actions and short sales."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboard.domain.lots import LotBook
from dashboard.errors import LedgerError, Oversell

DAY = date(2024, 1, 2)
METHODS = ("fifo", "lifo", "hifo", "average", "specific")


def two_lots(method: str) -> LotBook:
    """10 for 100 (90 in base), then 30 for 600 (660 in base)."""
    book = LotBook(method)
    book.buy(date(2023, 1, 2), Decimal(10), cost=Decimal(100), base_cost=Decimal(90))
    book.buy(date(2023, 2, 2), Decimal(30), cost=Decimal(600), base_cost=Decimal(660))
    return book


def short_lots(method: str) -> LotBook:
    """10 sold short for 100, then 10 for 200 (180 in base)."""
    book = LotBook(method)
    book.sell_short(date(2023, 1, 2), Decimal(10), Decimal(100))
    book.sell_short(date(2023, 2, 2), Decimal(10), Decimal(200), base_proceeds=Decimal(180))
    return book


@pytest.mark.parametrize("method", METHODS)
def test_a_spin_off_takes_its_share_of_every_cost_and_keeps_the_dates(method: str) -> None:
    book = two_lots(method)
    child = book.carve(Decimal("0.25"))
    assert [(lot.lot_id, lot.acquired, lot.quantity) for lot in child] == [
        ("1", date(2023, 1, 2), Decimal(10)),
        ("2", date(2023, 2, 2), Decimal(30)),
    ]
    assert sum(lot.cost for lot in child) == Decimal(175)
    assert sum(lot.base_cost for lot in child) == Decimal("187.5")
    assert (book.quantity, book.cost, book.base_cost) == (Decimal(40), Decimal(525), Decimal("562.5"))
    assert sum(lot.cost for lot in book.open_lots) == Decimal(525)


def test_a_spin_off_carves_each_lots_own_cost_but_the_pools_by_the_average() -> None:
    assert [lot.cost for lot in two_lots("fifo").carve(Decimal("0.1"))] == [Decimal(10), Decimal(60)]
    assert [lot.cost for lot in two_lots("average").carve(Decimal("0.1"))] == [Decimal("17.5"), Decimal("52.5")]


@pytest.mark.parametrize("fraction", ["-0.1", "1.1"])
def test_no_more_than_the_whole_cost_can_move(fraction: str) -> None:
    with pytest.raises(LedgerError, match="between 0 and 1"):
        two_lots("fifo").carve(Decimal(fraction))


@pytest.mark.parametrize("method", METHODS)
def test_a_return_of_capital_lowers_costs_by_quantity(method: str) -> None:
    book = two_lots(method)
    assert book.reduce_cost(Decimal(80), Decimal(40)) == (Decimal(0), Decimal(0))
    assert (book.quantity, book.cost, book.base_cost) == (Decimal(40), Decimal(620), Decimal(710))


def test_each_lot_bears_the_return_of_its_units() -> None:
    book = two_lots("fifo")
    book.reduce_cost(Decimal(80), Decimal(40))
    assert [(lot.cost, lot.base_cost) for lot in book.open_lots] == [
        (Decimal(80), Decimal(80)),
        (Decimal(540), Decimal(630)),
    ]


def test_what_falls_below_zero_is_a_gain_in_each_currency_by_itself() -> None:
    book = two_lots("fifo")
    assert book.reduce_cost(Decimal(480), Decimal(400)) == (Decimal(20), Decimal(10))
    assert [(lot.cost, lot.base_cost) for lot in book.open_lots] == [
        (Decimal(0), Decimal(0)),
        (Decimal(240), Decimal(360)),
    ]
    assert (book.cost, book.base_cost) == (Decimal(240), Decimal(360))


def test_the_pool_falls_below_zero_as_a_whole() -> None:
    book = two_lots("average")
    assert book.reduce_cost(Decimal(480), Decimal(400)) == (Decimal(0), Decimal(0))
    assert book.reduce_cost(Decimal(480), Decimal(400)) == (Decimal(260), Decimal(50))
    assert (book.cost, book.base_cost) == (Decimal(0), Decimal(0))


def test_the_highest_cost_is_what_is_left_of_it() -> None:
    book = LotBook("hifo")
    book.buy(date(2023, 1, 2), Decimal(10), unit_cost=Decimal(10))
    book.reduce_cost(Decimal(20), Decimal(20))
    book.buy(date(2023, 2, 2), Decimal(10), unit_cost=Decimal(9))
    assert [match.lot_id for match in book.sell(DAY, Decimal(11))] == ["2", "1"]


def test_a_short_is_negative_and_costs_what_it_brought_in() -> None:
    book = short_lots("fifo")
    assert (book.quantity, book.cost, book.base_cost) == (Decimal(-20), Decimal(-300), Decimal(-280))
    assert [(lot.quantity, lot.cost, lot.unit_cost) for lot in book.open_lots] == [
        (Decimal(-10), Decimal(-100), Decimal(10)),
        (Decimal(-10), Decimal(-200), Decimal(20)),
    ]


@pytest.mark.parametrize(
    ("method", "costs"),
    [("fifo", [100, 100]), ("lifo", [200, 50]), ("hifo", [200, 50]), ("average", [150, 75]), ("specific", [100, 100])],
)
def test_covering_closes_short_lots_by_the_method(method: str, costs: list[int]) -> None:
    book = short_lots(method)
    matches = book.cover(DAY, Decimal(15))
    assert [match.quantity for match in matches] == [Decimal(10), Decimal(5)]
    assert [int(match.cost) for match in matches] == costs
    assert (book.quantity, book.cost) == (Decimal(-5), Decimal(sum(costs) - 300))


def test_named_short_lots_are_covered_in_their_order() -> None:
    book = short_lots("specific")
    assert [match.lot_id for match in book.cover(DAY, Decimal(12), ["2", "1"])] == ["2", "1"]


def test_covering_more_than_is_short_says_so_and_changes_nothing() -> None:
    book = short_lots("fifo")
    with pytest.raises(Oversell, match="21 bought back on 2024-01-02, but 20 sold short") as caught:
        book.cover(DAY, Decimal(21))
    assert (caught.value.wanted, caught.value.held) == (Decimal(21), Decimal(20))
    assert book.quantity == Decimal(-20)
    with pytest.raises(Oversell, match="1 bought back on 2024-01-02, but 0 sold short"):
        LotBook().cover(DAY, Decimal(1))


def test_a_position_is_long_or_short_and_never_both() -> None:
    with pytest.raises(LedgerError, match="a purchase covers it first"):
        short_lots("fifo").buy(DAY, Decimal(1), unit_cost=Decimal(1))
    with pytest.raises(LedgerError, match="a sale closes it first"):
        two_lots("fifo").sell_short(DAY, Decimal(1), Decimal(1))
    with pytest.raises(Oversell, match="1 sold on 2024-01-02, but 0 held"):
        short_lots("fifo").sell(DAY, Decimal(1))


def test_a_position_that_was_covered_can_go_long_again() -> None:
    book = short_lots("fifo")
    book.cover(DAY, Decimal(20))
    assert (book.quantity, book.cost, book.open_lots) == (Decimal(0), Decimal(0), ())
    assert book.buy(DAY, Decimal(5), unit_cost=Decimal(3)) == "3"
    assert (book.quantity, book.cost) == (Decimal(5), Decimal(15))


def test_splits_spin_offs_and_returns_of_capital_reach_a_short() -> None:
    book = short_lots("fifo")
    book.split(Decimal(2))
    assert (book.quantity, book.cost) == (Decimal(-40), Decimal(-300))
    child = book.carve(Decimal("0.1"))
    assert [(lot.quantity, lot.cost) for lot in child] == [(Decimal(-20), Decimal(-10)), (Decimal(-20), Decimal(-20))]
    assert book.cost == Decimal(-270)
    assert book.reduce_cost(Decimal(200), Decimal(200)) == (Decimal(-10), Decimal(-10))
    assert book.cost == Decimal(-80)


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_quantities_that_open_or_close_a_short_are_positive(quantity: str) -> None:
    book = short_lots("fifo")
    with pytest.raises(LedgerError, match="positive quantity"):
        book.sell_short(DAY, Decimal(quantity), Decimal(1))
    with pytest.raises(LedgerError, match="positive quantity"):
        book.cover(DAY, Decimal(quantity))


@pytest.mark.parametrize("method", METHODS)
def test_a_cost_that_is_not_known_in_the_portfolios_currency_stays_unknown(method: str) -> None:
    book = two_lots(method)
    book.buy(date(2023, 3, 2), Decimal(1), cost=Decimal(10), base_cost=Decimal("NaN"))
    book.reduce_cost(Decimal(41), Decimal("NaN"))
    assert (book.quantity, book.cost) == (Decimal(41), Decimal(669))
    assert book.base_cost.is_nan()
    matches = book.sell(DAY, Decimal(41))
    assert sum(match.cost for match in matches) == Decimal(669)
    assert book.base_cost == Decimal(0)


def test_a_lot_without_a_known_cost_is_the_last_of_the_highest() -> None:
    book = LotBook("hifo")
    book.buy(date(2023, 1, 2), Decimal(1), cost=Decimal(9), base_cost=Decimal("NaN"))
    book.buy(date(2023, 2, 2), Decimal(1), cost=Decimal(1))
    assert [match.lot_id for match in book.sell(DAY, Decimal(2))] == ["2", "1"]


def test_a_book_says_when_a_lot_was_acquired() -> None:
    assert two_lots("fifo").acquired_on("2") == date(2023, 2, 2)
    assert short_lots("fifo").acquired_on("1") == date(2023, 1, 2)
    assert two_lots("fifo").acquired_on("3") is None
