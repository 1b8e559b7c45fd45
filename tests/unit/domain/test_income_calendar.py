"""Income as a calendar: months back and ahead, and what each instrument brings."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.domain.income import Basis, ExpectedPayment, IncomeLine
from dashboard.domain.income_calendar import income_calendar
from dashboard.domain.measures import Measure, Status
from dashboard.domain.transactions import TransactionType

AS_OF = date(2024, 3, 20)


def line(month: str, symbol: str | None, gross: float, taxes: float = 0.0) -> IncomeLine:
    """Dividends of one month."""
    kind = TransactionType.DIVIDEND if symbol else TransactionType.INTEREST
    return IncomeLine(date.fromisoformat(f"{month}-01"), symbol, kind, 1, gross, 0.0, taxes, gross - taxes)


def coming(day: str, symbol: str, amount: float | None) -> ExpectedPayment:
    """A payment that repeats."""
    measure = Measure.undefined("no rate") if amount is None else Measure(amount, Status.ESTIMATED, "repeated")
    return ExpectedPayment(date.fromisoformat(day), symbol, Basis.REPEATED, 10.0, 1.0, "EUR", measure)


RECEIVED = [
    line("2023-03", "AAA", 90.0),
    line("2023-04", "AAA", 100.0, 15.0),
    line("2024-03", "AAA", 110.0),
    line("2024-02", None, 5.0),
]
EXPECTED = [coming("2024-04-10", "AAA", 104.0), coming("2024-05-02", "BBB", None)]


def test_twelve_months_end_with_the_month_of_the_day() -> None:
    found = income_calendar(RECEIVED, EXPECTED, AS_OF)
    assert found.last_year == 215.0
    assert found.last_year_net == 200.0
    assert found.year_to_date == 115.0
    assert found.expected == 104.0


def test_there_are_two_years_of_months_back_and_one_ahead() -> None:
    months = {one.month: one for one in income_calendar(RECEIVED, EXPECTED, AS_OF).months}
    assert (min(months), max(months), len(months)) == (date(2022, 4, 1), date(2025, 3, 1), 36)
    assert months[date(2023, 4, 1)].net == 85.0
    assert months[date(2024, 4, 1)].expected == 104.0


def test_what_each_instrument_brings_sums_to_the_whole() -> None:
    found = income_calendar(RECEIVED, EXPECTED, AS_OF)
    assert [one.symbol for one in found.instruments] == ["AAA", None, "BBB"]
    assert sum(one.last_year for one in found.instruments) == pytest.approx(found.last_year)
    assert sum(one.total for one in found.instruments) == pytest.approx(305.0)
    assert found.instruments[0].taxes == 15.0


def test_nothing_received_and_nothing_expected_are_zero() -> None:
    found = income_calendar([], [], AS_OF)
    assert (found.last_year, found.expected, found.instruments) == (0.0, 0.0, ())
