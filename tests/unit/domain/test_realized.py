"""Realised gains by tax year and term, and costs by year and kind."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.calendar import Period
from dashboard.domain.positions import PositionBooks, book_positions
from dashboard.domain.realized import TaxYearStart, Term, realized_by_year, realized_lots
from dashboard.domain.transactions import Transaction
from dashboard.domain.valuation import PortfolioHistory, value_portfolio
from dashboard.domain.yearly_costs import CostKind, costs_by_year
from dashboard.errors import InvalidInput
from tests.unit.domain.any_ledger import END, START, ledgers, valued
from tests.unit.domain.ledgers import closes, history, ledger, market, rates
from tests.unit.domain.test_groups import gross

LEDGER = """
2021-01-04 buy A 10 100 fee=10
2022-06-01 buy A 10 120
2023-04-05 sell A 12 150 fee=12
2023-04-06 sell A 4 160 tax=8
"""
ALL = Period(date(2021, 1, 1), date(2023, 12, 31))
DATA = market({"A": closes("2021-01-04 100\n2023-04-06 160")})


def floats(*amounts: Decimal) -> tuple[float, ...]:
    return tuple(map(float, amounts))


def test_a_sale_is_told_lot_by_lot_with_its_share_of_the_proceeds() -> None:
    found = history(LEDGER, DATA, "2023-12-31")
    lots = realized_lots(book_positions(found, ALL.end), ALL)
    assert [(str(lot.acquired), float(lot.quantity), lot.term, lot.held_days) for lot in lots] == [
        ("2021-01-04", 10, Term.LONG, 821),
        ("2022-06-01", 2, Term.SHORT, 308),
        ("2022-06-01", 4, Term.SHORT, 309),
    ]
    assert [floats(lot.proceeds, lot.cost, lot.gain) for lot in lots] == [
        (1490, 1010, 480),
        (298, 240, 58),
        (632, 480, 152),
    ]


def shorted(text: str) -> tuple[PortfolioHistory, PositionBooks]:
    data = market({"A": closes("2024-01-01 100"), "B": closes("2024-01-01 100")})
    found = value_portfolio(
        ledger(text), data, base_currency="EUR", end=date(2024, 12, 31), cash_tracked=True, allow_shorts=True
    )
    return found, book_positions(found, date(2024, 12, 31))


def test_of_a_short_the_lots_are_what_it_opened_with() -> None:
    _, books = shorted("2024-01-01 sell A 10 100\n2024-02-01 buy A 4 90")
    (lot,) = realized_lots(books, Period(date(2024, 1, 1), date(2024, 12, 31)))
    assert floats(lot.proceeds, lot.cost, lot.gain) == (400, 360, 40)
    assert (str(lot.acquired), float(lot.quantity), lot.term) == ("2024-01-01", 4, Term.SHORT)


def test_a_short_that_a_merger_closes_for_cash_pays_it() -> None:
    text = "2024-01-01 sell A 10 100\n2024-02-01 merger A amount=900"
    _, books = shorted(text)
    (lot,) = realized_lots(books, Period(date(2024, 1, 1), date(2024, 12, 31)))
    assert floats(lot.proceeds, lot.cost, lot.gain) == (1000, 900, 100)
    assert books.realized.sum() == pytest.approx(100)


def test_years_begin_where_they_are_said_to() -> None:
    found = history(LEDGER, DATA, "2023-12-31")
    lots = realized_lots(book_positions(found, ALL.end), ALL)
    british = realized_by_year(lots, TaxYearStart(4, 6))
    assert [(year.label, *floats(year.short, year.long, year.gain)) for year in british] == [
        ("2022/23", 58, 480, 538),
        ("2023/24", 152, 0, 152),
    ]
    (calendar,) = realized_by_year(lots)
    assert calendar.label == "2023"
    assert floats(calendar.gain, calendar.proceeds, calendar.cost) == (690, 2420, 1730)


def test_a_day_more_than_the_threshold_is_long() -> None:
    text = "2022-01-01 buy A 2 100\n2023-01-01 sell A 1 110\n2023-01-02 sell A 1 110"
    found = history(text, DATA, "2023-12-31")
    books = book_positions(found, ALL.end)
    assert [lot.term for lot in realized_lots(books, ALL)] == [Term.SHORT, Term.LONG]
    assert [lot.term for lot in realized_lots(books, ALL, long_after_days=30)] == [Term.LONG, Term.LONG]


def test_a_year_is_one_of_the_calendar_and_not_a_number_of_days() -> None:
    text = """
    2024-02-03 buy A 1 100
    2024-02-29 buy A 2 100
    2025-02-03 sell A 1 110
    2025-02-28 sell A 1 110
    2025-03-01 sell A 1 110
    """
    found = history(text, DATA, "2025-12-31")
    lots = realized_lots(book_positions(found, date(2025, 12, 31)), Period(date(2024, 1, 1), date(2025, 12, 31)))
    assert [(lot.held_days, lot.term) for lot in lots] == [(366, Term.SHORT), (365, Term.SHORT), (366, Term.LONG)]


def test_gains_take_the_rates_of_their_own_days() -> None:
    data = market(
        {"A": closes("2023-01-02 100")}, currencies={"A": "USD"}, fx={("USD", "EUR"): rates("2023-01-02", 0.8, 0.9)}
    )
    found = history("2023-01-02 buy A 1 100 ccy=USD\n2023-01-03 sell A 1 100 ccy=USD", data, "2023-01-03")
    (lot,) = realized_lots(book_positions(found, date(2023, 1, 3)), ALL)
    assert floats(lot.proceeds, lot.cost, lot.gain) == (90, 80, 10)


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.booleans(), st.integers(1, 12), st.integers(1, 28))
def test_the_years_sum_to_all_that_was_realised(found: list[Transaction], shorts: bool, month: int, day: int) -> None:
    whole = valued(found, shorts=shorts)
    books = book_positions(whole, END)
    lots = realized_lots(books, Period(START, END))
    years = realized_by_year(lots, TaxYearStart(month, day))
    assert float(sum(year.gain for year in years)) == pytest.approx(books.realized.sum(), abs=1e-9 * gross(whole))
    assert all(year.period.start <= lot.closed <= year.period.end for year in years for lot in year.lots)
    assert all(lot.gain == lot.proceeds - lot.cost for lot in lots)


def test_no_tax_year_begins_on_a_day_that_not_every_year_has() -> None:
    for month, day in ((2, 29), (13, 1), (4, 31)):
        with pytest.raises(InvalidInput):
            TaxYearStart(month, day)


def test_costs_are_told_by_year_and_kind() -> None:
    text = """
    2022-01-03 buy A 1 100 fee=2 tax=1
    2022-05-02 dividend A 10 tax=1.5 fee=0.5
    2023-01-02 fee 12
    2023-02-01 tax 7 symbol=A
    2023-03-01 sell A 1 90 fee=3
    """
    found = costs_by_year(history(text, DATA, "2023-12-31"), ALL)
    assert [(year.label, year.fees, year.taxes) for year in found] == [("2022", 2.5, 2.5), ("2023", 15, 7)]
    first, second = ({kind: cost for kind, cost in year.by_kind.items() if cost} for year in found)
    assert first == {
        CostKind.TRADING_FEES: 2,
        CostKind.TRADING_TAXES: 1,
        CostKind.INCOME_FEES: 0.5,
        CostKind.WITHHOLDING_TAXES: 1.5,
    }
    assert second == {CostKind.STANDING_FEES: 12, CostKind.STANDING_TAXES: 7, CostKind.TRADING_FEES: 3}
    assert Decimal(str(sum(first.values()))) == 5
