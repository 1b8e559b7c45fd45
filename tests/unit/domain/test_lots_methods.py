"""The methods beside FIFO and average: which lots they close, and in which order."""

from __future__ import annotations

import pickle
from datetime import date
from decimal import Decimal

import pytest

from dashboard.domain.lots import LotBook
from dashboard.errors import Oversell

DAY = date(2024, 1, 2)
METHODS = ("fifo", "lifo", "hifo", "average", "specific")


def bought(method: str, text: str) -> LotBook:
    """A book of one lot a line: date, quantity, total cost, and the base cost where it is another."""
    book = LotBook(method)
    for line in text.strip().splitlines():
        day, quantity, cost, *base = line.split()
        base_cost = Decimal(base[0]) if base else None
        book.buy(date.fromisoformat(day), Decimal(quantity), cost=Decimal(cost), base_cost=base_cost)
    return book


def closed(book: LotBook, quantity: str, lot_ids: list[str] | None = None) -> list[tuple[str, Decimal, Decimal]]:
    """Lot, quantity and cost of what a sale closed."""
    matches = book.sell(DAY, Decimal(quantity), lot_ids)
    return [(match.lot_id, match.quantity, match.cost) for match in matches]


LEDGER = """
2023-01-02 10 100
2023-02-02 10 300
2023-03-02 10 200
"""


@pytest.mark.parametrize(
    ("method", "lots"),
    [
        ("fifo", ["1", "2"]),
        ("lifo", ["3", "2"]),
        ("hifo", ["2", "3"]),
        ("average", ["1", "2"]),
        ("specific", ["1", "2"]),
    ],
)
def test_each_method_closes_its_own_lots(method: str, lots: list[str]) -> None:
    assert [lot_id for lot_id, _, _ in closed(bought(method, LEDGER), "15")] == lots


@pytest.mark.parametrize("method", METHODS)
def test_named_lots_are_closed_whatever_the_method(method: str) -> None:
    book = bought(method, LEDGER)
    assert [(lot_id, quantity) for lot_id, quantity, _ in closed(book, "12", ["3", "1"])] == [
        ("3", Decimal(10)),
        ("1", Decimal(2)),
    ]
    assert [(lot.lot_id, lot.quantity) for lot in book.open_lots] == [("1", Decimal(8)), ("2", Decimal(10))]


@pytest.mark.parametrize(("method", "lots"), [("fifo", ["1", "3"]), ("lifo", ["3", "1"]), ("hifo", ["3", "1"])])
def test_a_lot_that_was_closed_by_name_is_passed_over(method: str, lots: list[str]) -> None:
    book = bought(method, LEDGER)
    book.sell(DAY, Decimal(10), ["2"])
    assert [lot_id for lot_id, _, _ in closed(book, "20")] == lots


def test_more_than_the_named_lots_hold_is_refused_though_more_is_held() -> None:
    book = bought("specific", LEDGER)
    with pytest.raises(Oversell, match="11 sold on 2024-01-02, but 10 held"):
        book.sell(DAY, Decimal(11), ["2"])
    assert book.quantity == Decimal(30)


def test_a_named_lot_of_the_average_method_leaves_at_the_average() -> None:
    book = bought("average", LEDGER)
    assert closed(book, "10", ["2"]) == [("2", Decimal(10), Decimal(200))]
    assert (book.cost, [lot.cost for lot in book.open_lots]) == (Decimal(400), [Decimal(200), Decimal(200)])


def test_the_highest_cost_is_that_in_the_portfolios_currency() -> None:
    book = bought("hifo", "2023-01-02 10 100 120\n2023-02-02 10 110 105")
    assert closed(book, "10") == [("1", Decimal(10), Decimal(100))]


def test_of_equal_unit_costs_the_oldest_lot_goes_first() -> None:
    book = bought("hifo", "2023-02-02 6 200\n2023-01-02 3 100\n2023-03-02 12 400")
    assert [lot_id for lot_id, _, _ in closed(book, "21")] == ["2", "1", "3"]


def test_unit_costs_are_compared_across_splits() -> None:
    book = bought("hifo", "2023-01-02 10 1000")
    book.split(Decimal(4))
    book.buy(date(2023, 2, 2), Decimal(10), unit_cost=Decimal(26))
    assert [lot_id for lot_id, _, _ in closed(book, "11")] == ["2", "1"]


def test_what_ratios_and_partial_sales_round_away_does_not_break_a_tie() -> None:
    book = bought("hifo", "2023-01-02 10 1000")
    book.sell(DAY, Decimal("0.7"))
    book.split(Decimal(7))
    book.split(Decimal(3))
    book.buy(date(2023, 2, 2), Decimal(21), cost=Decimal(100))
    book.sell(DAY, Decimal(1))
    assert [lot_id for lot_id, _, _ in closed(book, "200")] == ["1", "2"]


@pytest.mark.parametrize(("method", "lots"), [("fifo", ["2", "1"]), ("lifo", ["1", "2"])])
def test_units_that_come_in_with_an_earlier_date_are_as_old_as_they_say(method: str, lots: list[str]) -> None:
    book = bought(method, "2023-02-02 10 100\n2023-01-02 10 100")
    assert [lot.lot_id for lot in book.open_lots] == ["2", "1"]
    assert [lot_id for lot_id, _, _ in closed(book, "15")] == lots


def test_units_that_come_back_join_the_lot_that_they_left() -> None:
    book = bought("hifo", "2023-01-02 10 100\n2023-02-02 10 110")
    (moved,) = book.sell(DAY, Decimal(4), ["1"])
    book.buy(moved.acquired, moved.quantity, cost=moved.cost, lot_id=moved.lot_id)
    assert [(lot.lot_id, lot.quantity, lot.cost) for lot in book.open_lots] == [
        ("1", Decimal(10), Decimal(100)),
        ("2", Decimal(10), Decimal(110)),
    ]


def test_another_lot_of_the_same_name_gets_a_number_for_its_id() -> None:
    book = bought("fifo", LEDGER)
    assert book.buy(DAY, Decimal(1), cost=Decimal(1), lot_id="1") == "4"
    assert [(lot.lot_id, int(lot.quantity)) for lot in book.open_lots] == [("1", 10), ("2", 10), ("3", 10), ("4", 1)]


def test_a_number_that_is_taken_is_not_given_to_another_lot() -> None:
    book = LotBook()
    book.buy(DAY, Decimal(1), cost=Decimal(1), lot_id="1")
    assert book.buy(DAY, Decimal(1), cost=Decimal(1)) == "2"


@pytest.mark.parametrize("method", METHODS)
def test_many_named_sales_leave_nothing_behind(method: str) -> None:
    book = LotBook(method)
    for number in range(300):
        book.buy(DAY, Decimal(1), cost=Decimal(number), lot_id=f"lot {number}")
    for number in range(1, 299):
        book.sell(DAY, Decimal(1), [f"lot {number}"])
    assert [lot.lot_id for lot in book.open_lots] == ["lot 0", "lot 299"]
    assert {match.lot_id for match in book.sell(DAY, Decimal(2))} == {"lot 0", "lot 299"}
    assert (book.quantity, book.cost, book.base_cost) == (Decimal(0), Decimal(0), Decimal(0))


@pytest.mark.parametrize("method", METHODS)
def test_a_copy_goes_its_own_way(method: str) -> None:
    book = bought(method, LEDGER)
    book.sell(DAY, Decimal(3))
    twin, thawed = book.copy(), pickle.loads(pickle.dumps(book))
    assert type(twin) is type(thawed) is type(book)
    expected = closed(twin, "12")
    assert closed(thawed, "12") == expected
    assert book.quantity == Decimal(27)
    assert closed(book, "12") == expected
    assert (twin.quantity, twin.cost, twin.open_lots) == (book.quantity, book.cost, book.open_lots)


@pytest.mark.parametrize("method", METHODS)
def test_everything_that_is_left_goes_without_a_remainder(method: str) -> None:
    book = bought(method, "2023-01-02 3 100 90\n2023-02-02 7 10 9")
    book.split(Decimal(1) / Decimal(3))
    book.sell(DAY, Decimal(1))
    book.sell(DAY, book.quantity)
    assert (book.quantity, book.cost, book.base_cost, book.open_lots) == (Decimal(0), Decimal(0), Decimal(0), ())


def test_what_joins_a_lot_changes_its_place_among_the_highest() -> None:
    book = bought("hifo", "2023-01-02 10 100\n2023-02-02 10 110")
    book.buy(date(2023, 1, 2), Decimal(1), cost=Decimal(30), lot_id="1")
    assert [lot_id for lot_id, _, _ in closed(book, "12")] == ["1", "2"]


@pytest.mark.parametrize("method", METHODS)
def test_a_lot_that_was_closed_by_name_comes_back_to_its_place(method: str) -> None:
    book = bought(method, "2023-01-02 10 100\n2023-02-02 10 100\n2023-03-02 10 100")
    book.sell(DAY, Decimal(10), ["2"])
    book.buy(date(2023, 2, 2), Decimal(10), cost=Decimal(500), lot_id="2")
    first = closed(book, "30")[0][0]
    assert first == {"lifo": "3", "hifo": "2"}.get(method, "1")
