"""The periods that a report can be asked for."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from dashboard.domain.timeframes import months_before
from dashboard.errors import InvalidInput


class Span(StrEnum):
    """A period by name."""

    ALL = "all"
    YEAR_TO_DATE = "ytd"
    TWELVE_MONTHS = "12m"
    LAST_MONTH = "month"
    LAST_QUARTER = "quarter"
    LAST_YEAR = "year"
    CUSTOM = "custom"


NAMES = {
    Span.ALL: "Since the first transaction",
    Span.YEAR_TO_DATE: "This year to date",
    Span.TWELVE_MONTHS: "The last 12 months",
    Span.LAST_MONTH: "Last month",
    Span.LAST_QUARTER: "Last quarter",
    Span.LAST_YEAR: "Last year",
    Span.CUSTOM: "Other dates",
}


def days_of(
    span: Span, today: date, start: date | None = None, end: date | None = None
) -> tuple[date | None, date | None]:
    """The first and the last day; None for what is open. Raises: InvalidInput where dates are wanted and missing."""
    if span is Span.ALL:
        return None, None
    if span is Span.CUSTOM:
        return _custom(today, start, end)
    if span is Span.YEAR_TO_DATE:
        return today.replace(month=1, day=1), today
    if span is Span.TWELVE_MONTHS:
        return months_before(today, 12) + timedelta(days=1), today
    length = {Span.LAST_MONTH: 1, Span.LAST_QUARTER: 3, Span.LAST_YEAR: 12}[span]
    first = date(today.year, (today.month - 1) // length * length + 1, 1)
    return months_before(first, length), first - timedelta(days=1)


def _custom(today: date, start: date | None, end: date | None) -> tuple[date, date]:
    if start is None or end is None:
        raise InvalidInput("Enter the first and the last day of the period.", field="from" if start is None else "to")
    if end < start:
        raise InvalidInput("The period ends before it starts.", field="to")
    if end > today:
        raise InvalidInput("The period ends later than today.", field="to")
    return start, end
