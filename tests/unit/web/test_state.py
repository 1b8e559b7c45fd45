"""The state of a view as its address carries it."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.domain.timeframes import Timeframe, months_before, weekdays_before
from dashboard.web.state import ViewState, parse, search_of

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("timeframe", "start"),
    [
        ("1D", date(2026, 11, 20)),
        ("5D", date(2026, 11, 16)),
        ("1M", date(2026, 10, 21)),
        ("3M", date(2026, 8, 21)),
        ("6M", date(2026, 5, 21)),
        ("YTD", date(2026, 1, 1)),
        ("1Y", date(2025, 11, 21)),
        ("3Y", date(2023, 11, 21)),
        ("5Y", date(2021, 11, 21)),
        ("MAX", date(2019, 5, 2)),
    ],
)
def test_a_timeframe_is_a_period_that_ends_today(timeframe: str, start: date) -> None:
    period = parse(f"?tf={timeframe}").period(FRIDAY, first=date(2019, 5, 2))
    assert (period.start, period.end) == (start, FRIDAY)


def test_a_period_does_not_begin_before_the_ledger() -> None:
    assert parse("?tf=5Y").period(FRIDAY, first=date(2026, 3, 4)).start == date(2026, 3, 4)


def test_a_custom_period_ends_today_at_the_latest_and_its_ends_may_be_swapped() -> None:
    view = parse("?from=2027-03-01&to=2025-01-31")
    assert view.timeframe is Timeframe.CUSTOM
    period = view.period(FRIDAY)
    assert (period.start, period.end) == (date(2025, 1, 31), FRIDAY)


@pytest.mark.parametrize(
    "search", ["", None, "?", "?tf=nonsense", "?tf=", "?from=yesterday", "?acc=,,", "?tf=1Y" + "x" * 999]
)
def test_what_cannot_be_understood_counts_as_not_given(search: str | None) -> None:
    assert parse(search) == ViewState()


def test_a_view_is_read_back_from_the_address_it_writes() -> None:
    view = parse("?tf=custom&from=2026-01-05&to=2026-02-06&bm=ACWI&acc=a,b&by=sector")
    assert view.accounts == ("a", "b") and view.benchmark == "ACWI" and view.get("by") == "sector"
    assert parse(search_of(view)) == view
    assert search_of(ViewState()) == ""


def test_a_month_back_keeps_to_the_calendar() -> None:
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2024, 2, 29), 12) == date(2023, 2, 28)
    assert months_before(date(2026, 1, 15), 1) == date(2025, 12, 15)


def test_weekdays_skip_weekends() -> None:
    assert weekdays_before(date(2026, 11, 23), 1) == FRIDAY
    assert weekdays_before(date(2026, 11, 22), 0) == FRIDAY
