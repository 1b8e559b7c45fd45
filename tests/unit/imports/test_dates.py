"""Dates as files have them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.services.imports.dates import DateReader, NotADateError
from dashboard.services.imports.options import DateOrder


def read(cell: str, *others: str) -> date:
    return DateReader.of([cell, *others], None).read(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-31",
        "2024/03/31",
        "20240331",
        "31.03.2024",
        "31. 3. 2024",
        "31/03/2024",
        "03/31/2024",
        "31-03-2024",
        " 2024-03-31 ",
        "2024-03-31T23:59:59Z",
        "2024-03-31 10:00:00.123+02:00",
        "31.03.2024 09:30",
        "03/31/2024 9:30 PM",
    ],
)
def test_a_day_is_read_in_each_of_its_forms(cell: str) -> None:
    assert read(cell) == date(2024, 3, 31)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("2024-02-30", "There is no day"),
        ("31.04.2024", "There is no day"),
        ("13/13/2024", "There is no day"),
        ("31/03/24", "year of two digits"),
        ("31.03.24", "year of two digits"),
        ("yesterday", "is not a date"),
        ("2024-03", "is not a date"),
        ("45382", "is not a date"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(cell: str, reason: str) -> None:
    with pytest.raises(NotADateError, match=reason):
        read(cell)


def test_other_dates_tell_the_order() -> None:
    assert read("03/04/2024", "31/01/2024") == date(2024, 4, 3)
    assert read("03/04/2024", "01/31/2024") == date(2024, 3, 4)


@pytest.mark.parametrize("others", [(), ("31/01/2024", "01/31/2024")])
def test_a_date_that_can_be_read_in_two_ways_is_asked_about(others: tuple[str, ...]) -> None:
    reader = DateReader.of(["03/04/2024", *others], None)
    assert reader.is_open("03/04/2024")
    with pytest.raises(NotADateError, match="2024-04-03 or 2024-03-04"):
        reader.read("03/04/2024")
    assert reader.read("05/05/2024") == date(2024, 5, 5)


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(list(DateOrder)))
def test_an_answer_settles_every_date(day: date, order: DateOrder) -> None:
    form = "%d/%m/%Y" if order is DateOrder.DAY_FIRST else "%m/%d/%Y"
    assert DateReader.of([], order).read(day.strftime(form)) == day
