"""One ledger under every method, and sales that are only thought of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboard.domain.lot_methods import MethodFigures, SaleOutcome, books_by_method, short_units, side_by_side, what_if
from dashboard.domain.lots import LotBook
from dashboard.domain.positions import book_positions
from dashboard.domain.transactions import LotMethod
from dashboard.domain.valuation import PortfolioHistory, value_portfolio
from dashboard.errors import LedgerError, Oversell
from tests.unit.domain.ledgers import daily, history, ledger, market, rates

END = date(2024, 6, 28)
LEDGER = """
2022-01-03 buy  ACME 10 100
2023-01-02 buy  ACME 10 130
2023-12-01 buy  ACME 10 110
2024-06-03 sell ACME 15 150 fee=15
"""


DATA = market({"ACME": daily("2022-01-03", 100)})


def acme(text: str = LEDGER) -> PortfolioHistory:
    """A history in euros of one instrument."""
    return history(text, DATA, str(END), cash=False)


def by_method(found: PortfolioHistory, **options: object) -> dict[str, MethodFigures]:
    figures = side_by_side(books_by_method(found, END), "ACME", END, **options)  # type: ignore[arg-type]
    return {item.method.value: item for item in figures}


def outcomes(
    found: PortfolioHistory, quantity: str, proceeds: str, lot_ids: tuple[str, ...] = ()
) -> dict[str, SaleOutcome]:
    books = {method: each.books["", "ACME"] for method, each in books_by_method(found, END).items()}
    sales = what_if(books, END, Decimal(quantity), Decimal(proceeds), lot_ids=lot_ids)
    return {item.method.value: item for item in sales}


@pytest.mark.parametrize(
    ("method", "realized", "cost", "lots"),
    [
        # Proceeds 15 × 150 − 15 = 2235.
        ("fifo", 2235 - 1000 - 650, 650 + 1100, {"2": 5, "3": 10}),
        ("lifo", 2235 - 1100 - 650, 1000 + 650, {"1": 10, "2": 5}),
        ("hifo", 2235 - 1300 - 550, 1000 + 550, {"1": 10, "3": 5}),
        ("average", 2235 - 1700, 1700, {"2": 5, "3": 10}),
        ("specific", 2235 - 1000 - 650, 650 + 1100, {"2": 5, "3": 10}),
    ],
)
def test_each_method_has_its_own_lots_cost_and_gain(
    method: str, realized: int, cost: int, lots: dict[str, int]
) -> None:
    figures = by_method(acme())[method]
    assert (figures.realized, figures.cost, figures.quantity) == (Decimal(realized), Decimal(cost), Decimal(15))
    assert {held.lot.lot_id: int(held.lot.quantity) for held in figures.lots} == lots


def test_what_is_realised_and_what_is_left_cost_the_same_by_every_method() -> None:
    spent = {figures.cost + sum(part.cost for part in figures.closed) for figures in by_method(acme()).values()}
    assert spent == {Decimal(3400)}


def test_the_portfolios_own_method_realises_what_the_portfolio_does() -> None:
    found = acme()
    own = book_positions(found, END)
    assert float(by_method(found)["fifo"].realized) == own.realized.sum()
    assert books_by_method(found, END, own)[LotMethod.FIFO] is own


def test_the_gain_is_split_by_how_long_each_part_was_held() -> None:
    figures = by_method(acme())["lifo"]
    assert [(part.lot_id, part.days_held, part.long_term) for part in figures.closed] == [
        ("3", 185, False),
        ("2", 518, True),
    ]
    assert (figures.realized_for(long_term=False), figures.realized_for(long_term=True)) == (Decimal(390), Decimal(95))
    assert [(held.lot.lot_id, held.days_held, held.long_term) for held in figures.lots] == [
        ("1", 907, True),
        ("2", 543, True),
    ]


@pytest.mark.parametrize(("threshold", "long_term"), [(184, True), (185, False)])
def test_long_term_is_more_than_so_many_days(threshold: int, long_term: bool) -> None:
    assert by_method(acme(), long_term_days=threshold)["lifo"].closed[0].long_term is long_term


def test_named_lots_count_for_the_method_that_goes_by_names_alone() -> None:
    found = acme("2024-01-02 buy ACME 10 100\n2024-01-03 buy ACME 10 120\n2024-01-04 buy ACME 10 110")
    sales = outcomes(found, "10", "1000", ("3",))
    assert (sales["specific"].cost, sales["fifo"].cost, sales["hifo"].cost) == (
        Decimal(1100),
        Decimal(1000),
        Decimal(1200),
    )
    with pytest.raises(LedgerError, match="No open lot 7"):
        outcomes(found, "10", "1000", ("7",))


def test_a_sale_that_is_thought_of_gains_by_the_lots_of_each_method_and_changes_nothing() -> None:
    found = acme("2023-01-02 buy ACME 10 100\n2023-06-01 buy ACME 10 150\n2024-01-02 buy ACME 10 120")
    books = {method: each.books["", "ACME"] for method, each in books_by_method(found, END).items()}
    sales = {item.method.value: item for item in what_if(books, END, Decimal(15), Decimal(2400))}
    assert {method: item.gain for method, item in sales.items()} == {
        "fifo": Decimal(2400 - 1000 - 750),
        "lifo": Decimal(2400 - 1200 - 750),
        "hifo": Decimal(2400 - 1500 - 600),
        "average": Decimal(2400 - 1850),
        "specific": Decimal(2400 - 1000 - 750),
    }
    assert sales["lifo"].gain_for(long_term=False) == Decimal(1600 - 1200)
    assert sales["lifo"].gain_for(long_term=True) == Decimal(800 - 750)
    assert {book.quantity for book in books.values()} == {Decimal(30)}


def test_a_sale_that_is_thought_of_is_what_the_sale_then_is() -> None:
    before = "2022-01-03 buy ACME 10 100\n2023-01-02 buy ACME 10 130\n2023-12-01 buy ACME 10 110"
    thought = outcomes(acme(before), "12", "1793")
    booked = by_method(acme(before + "\n2024-06-28 sell ACME 12 150 fee=7"))
    for method, sale in thought.items():
        assert sale.closed == booked[method].closed
        assert sale.gain == booked[method].realized


def test_more_than_is_held_cannot_be_thought_of() -> None:
    with pytest.raises(Oversell, match="16 sold on 2024-06-28, but 15 held"):
        outcomes(acme(), "16", "1")


def test_what_is_more_than_is_held_opens_a_short_where_one_is_allowed() -> None:
    books = {method: each.books["", "ACME"] for method, each in books_by_method(acme(), END).items()}
    sales = what_if(books, END, Decimal(20), Decimal(2000), allow_shorts=True)
    for sale in sales:
        book = books[sale.method]
        assert sum(part.quantity for part in sale.closed) == book.quantity == 15
        assert sale.cost == book.base_cost
        assert float(sale.gain) == pytest.approx(1500 - float(book.base_cost))
        assert short_units(book, Decimal(20)) == 5
    nothing = what_if({LotMethod.FIFO: LotBook()}, END, Decimal(20), Decimal(2000), allow_shorts=True)
    assert not nothing[0].closed and not nothing[0].gain


def test_a_short_that_is_thought_of_closes_what_the_sale_then_does() -> None:
    sale = "2024-06-28 sell ACME 20 100"
    booked = by_method(history(f"{LEDGER}{sale}", DATA, str(END), cash=False, shorts=True))
    books = {method: each.books["", "ACME"] for method, each in books_by_method(acme(), END).items()}
    for thought in what_if(books, END, Decimal(20), Decimal(2000), allow_shorts=True):
        assert thought.closed == tuple(part for part in booked[thought.method.value].closed if part.closed == END)


def test_lots_of_another_account_are_left_out_where_one_is_named() -> None:
    found = acme("""
        2024-01-02 buy  ACME 10 100 account=A
        2024-01-03 buy  ACME  5 120 account=B
        2024-02-01 sell ACME  5 150 account=B
        """)
    assert {item.quantity for item in by_method(found).values()} == {Decimal(10)}
    alone = by_method(found, account="B")["fifo"]
    assert (alone.quantity, alone.realized, alone.closed[0].account) == (Decimal(0), Decimal(150), "B")


def test_gains_are_in_the_reports_currency_at_each_days_rate() -> None:
    found = history(
        "2023-01-03 buy ACME 10 100 ccy=USD\n2023-01-04 buy ACME 10 99 ccy=USD\n2023-01-05 sell ACME 10 110 ccy=USD",
        market(
            {"ACME": daily("2023-01-03", 100, 99, 110)},
            currencies={"ACME": "USD"},
            fx={("USD", "EUR"): rates("2023-01-03", 0.90, 0.95, 1.00)},
        ),
        "2023-01-05",
        cash=False,
    )
    figures = side_by_side(books_by_method(found, date(2023, 1, 5)), "ACME", date(2023, 1, 5))
    # 10 × 110 × 1.00 less 10 × 100 × 0.90 or, the higher cost in euros, 10 × 99 × 0.95.
    gains = {item.method.value: float(item.realized) for item in figures}
    assert gains["fifo"] == pytest.approx(200.0)
    assert gains["hifo"] == pytest.approx(159.5)


def test_a_short_gains_what_it_opened_with_less_what_closing_took() -> None:
    found = value_portfolio(
        ledger("2024-01-02 sell ACME 10 100\n2024-02-01 buy ACME 4 90 fee=1"),
        market({"ACME": daily("2024-01-02", 100)}),
        base_currency="EUR",
        end=END,
        allow_shorts=True,
    )
    figures = by_method(found)["fifo"]
    assert (figures.quantity, figures.cost, figures.realized) == (Decimal(-6), Decimal(-600), Decimal(39))
    (part,) = figures.closed
    assert (part.proceeds, part.cost, part.days_held) == (Decimal(400), Decimal(361), 30)
