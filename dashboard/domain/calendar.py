"""Periods, calendars and as-of positions; sessions of an exchange come in as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, day_of
from dashboard.errors import InvalidInput

STALE_AFTER_SESSIONS = 5
# What trades without a pause has a session every day.
EVERY_DAY: Days = np.arange("1970-01-01", "2100-01-01", dtype="datetime64[D]")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from ``start`` to ``end``, both included; it starts from the value at the close of the day before."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidInput(f"The period ends ({self.end}) before it starts ({self.start}).", field="to")
        if self.start == date.min:
            raise InvalidInput(f"The period starts on {self.start}: there is no day before it.", field="from")

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


@dataclass(frozen=True, slots=True)
class Layout:
    """How ascending dates lie on consecutive days.

    ``offsets`` are the days that have one of the dates, ``inside`` says which of the dates these are, and ``spans``
    for how many days each is the last one: the first for those before all ``offsets``, shape (len(offsets) + 1,).
    """

    offsets: Ints
    inside: slice
    spans: Ints

    def spread(self, values: Floats, before: float) -> Floats:
        """The value of the last date at or before each day, shape (n,); ``before`` where the dates have none yet."""
        first = float(values[self.inside.start - 1]) if self.inside.start else before
        return np.repeat(np.concatenate(((first,), values[self.inside])), self.spans)


def layout(dates: Days, days: Days) -> Layout:
    """How the ascending ``dates`` lie on the consecutive ``days``."""
    offsets = (dates - days[0]).view(np.int64)
    first, last = np.searchsorted(offsets, (0, len(days))).tolist()
    return layout_of(offsets[first:last].astype(np.intp, copy=False), len(days), slice(first, last))


def layout_of(offsets: Ints, count: int, inside: slice | None = None) -> Layout:
    """How dates at ascending ``offsets`` lie on ``count`` days; of several on one day the last counts."""
    spans = np.empty(len(offsets) + 1, np.intp)
    spans[1:-1] = offsets[1:] - offsets[:-1]
    spans[0] = offsets[0] if len(offsets) else count
    spans[-1] = count - offsets[-1] if len(offsets) else count
    return Layout(offsets, inside or slice(0, len(offsets)), spans)


class Layouts:
    """Layouts on the same days; instruments of one exchange share theirs."""

    def __init__(self, days: Days) -> None:
        self.days = days
        self._known: dict[tuple[int, np.datetime64, np.datetime64], tuple[Days, Layout]] = {}

    def of(self, dates: Days) -> Layout:
        """The layout of ``dates``, which are not empty."""
        key = (len(dates), dates[0], dates[-1])
        known = self._known.get(key)
        if known is not None and (known[0] is dates or np.array_equal(known[0], dates)):
            return known[1]
        found = layout(dates, self.days)
        self._known[key] = (dates, found)
        return found


def sessions_since(day: np.datetime64, as_of: np.datetime64, sessions: Days | None = None) -> int:
    """Number of sessions after ``day`` up to and with ``as_of``; weekdays where no ``sessions`` cover the time."""
    if sessions is None or not len(sessions) or sessions[-1] < as_of or sessions[0] > day:
        return int(np.busday_count(day + 1, as_of + 1))
    return int(np.searchsorted(sessions, as_of, "right") - np.searchsorted(sessions, day, "right"))


def is_stale(day: np.datetime64, as_of: np.datetime64, sessions: Days | None = None) -> bool:
    """Whether an observation of ``day`` is older than five sessions on ``as_of``."""
    return sessions_since(day, as_of, sessions) > STALE_AFTER_SESSIONS
