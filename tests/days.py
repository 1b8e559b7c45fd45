"""Days about now, as a test asks for them: a module that kept one would be a day behind after midnight UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def today() -> date:
    """The day at UTC."""
    return datetime.now(UTC).date()


def days_ago(count: int) -> date:
    """The day that was ``count`` days before today; a negative one is to come."""
    return today() - timedelta(days=count)


def yesterday() -> date:
    """The day before today."""
    return days_ago(1)
