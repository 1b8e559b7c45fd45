"""Periods, calendars and as-of positions; sessions of an exchange come in as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, day_of
from dashboard.errors import InvalidInput

STALE_AFTER_SESSIONS = 5


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from ``start`` to ``end``, both included; it starts from the value at the close of the day before."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidInput(f"The period ends ({self.end}) before it starts ({self.start}).", field="to")

    @property
    def before(self) -> date:
        """The day at whose close the period starts."""
        return self.start - timedelta(days=1)

    @property
    def days(self) -> int:
        """Number of days, counted from the close before ``start``."""
        return (self.end - self.start).days + 1


def calendar_days(start: date, end: date) -> Days:
    """Every day from ``start`` to ``end``, both included, shape (n,)."""
    return np.arange(day_of(start), day_of(end) + 1, dtype="datetime64[D]")


def offsets_between(dates: Days, days: Days) -> tuple[Ints, slice]:
    """Where the ascending ``dates`` lie on the consecutive ``days``, and which of them do."""
    offsets = (dates - days[0]).view(np.int64)
    first, last = np.searchsorted(offsets, (0, len(days))).tolist()
    return offsets[first:last].astype(np.intp, copy=False), slice(first, last)


def spread(offsets: Ints, values: Floats, count: int) -> Floats:
    """The last value at or before each of ``count`` days; ``values`` are one before all ``offsets`` and one at each."""
    return np.repeat(values, np.diff(offsets, prepend=0, append=count))


def as_of_positions(dates: Days, days: Days) -> Ints:
    """For each of the consecutive ``days`` the position of the last of the ascending ``dates`` up to it, or -1."""
    offsets, inside = offsets_between(dates, days)
    return np.repeat(np.arange(inside.start - 1, inside.stop), np.diff(offsets, prepend=0, append=len(days)))


def sessions_since(day: np.datetime64, as_of: np.datetime64, sessions: Days | None = None) -> int:
    """Number of sessions after ``day`` up to and with ``as_of``; weekdays where no ``sessions`` cover the time."""
    if sessions is None or not len(sessions) or sessions[-1] < as_of or sessions[0] > day:
        return int(np.busday_count(day + 1, as_of + 1))
    return int(np.searchsorted(sessions, as_of, "right") - np.searchsorted(sessions, day, "right"))


def is_stale(day: np.datetime64, as_of: np.datetime64, sessions: Days | None = None) -> bool:
    """Whether an observation of ``day`` is older than five sessions on ``as_of``."""
    return sessions_since(day, as_of, sessions) > STALE_AFTER_SESSIONS
