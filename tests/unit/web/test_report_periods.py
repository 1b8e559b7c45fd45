"""The periods that a report can be asked for."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.errors import InvalidInput
from pages.reports.periods import Span, days_of

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("span", "today", "start", "end"),
    [
        (Span.ALL, TODAY, None, None),
        (Span.YEAR_TO_DATE, TODAY, date(2026, 1, 1), TODAY),
        (Span.TWELVE_MONTHS, TODAY, date(2025, 11, 24), TODAY),
        (Span.TWELVE_MONTHS, date(2024, 2, 29), date(2023, 3, 1), date(2024, 2, 29)),
        (Span.LAST_MONTH, TODAY, date(2026, 10, 1), date(2026, 10, 31)),
        (Span.LAST_MONTH, date(2026, 1, 5), date(2025, 12, 1), date(2025, 12, 31)),
        (Span.LAST_QUARTER, TODAY, date(2026, 7, 1), date(2026, 9, 30)),
        (Span.LAST_QUARTER, date(2026, 2, 1), date(2025, 10, 1), date(2025, 12, 31)),
        (Span.LAST_YEAR, TODAY, date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_period_by_name_has_its_days(span: Span, today: date, start: date | None, end: date | None) -> None:
    assert days_of(span, today) == (start, end)


def test_dates_of_ones_own_are_taken_as_they_are() -> None:
    chosen = date(2026, 1, 2), date(2026, 3, 4)
    assert days_of(Span.CUSTOM, TODAY, *chosen) == chosen


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (None, TODAY, "from"),
        (TODAY, None, "to"),
        (TODAY, date(2026, 1, 1), "to"),
        (TODAY, date(2026, 11, 24), "to"),
    ],
)
def test_wrong_dates_are_told_by_their_field(start: date | None, end: date | None, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        days_of(Span.CUSTOM, TODAY, start, end)
    assert refused.value.field == field
