"""Windows of stress in the past: from the last high of the S&P 500 before the fall to its low, by closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class StressWindow:
    """Two days between whose closes prices are compared."""

    code: str
    name: str
    start: date
    end: date


_ALL = (
    StressWindow("1987", "Black Monday", date(1987, 8, 25), date(1987, 12, 4)),
    StressWindow("2000-02", "Dot-com bust", date(2000, 3, 24), date(2002, 10, 9)),
    StressWindow("2007-09", "Financial crisis", date(2007, 10, 9), date(2009, 3, 9)),
    StressWindow("2011", "Euro debt crisis", date(2011, 4, 29), date(2011, 10, 3)),
    StressWindow("2015-16", "China and oil", date(2015, 5, 21), date(2016, 2, 11)),
    StressWindow("2018-q4", "Fourth quarter of 2018", date(2018, 9, 20), date(2018, 12, 24)),
    StressWindow("2020", "Pandemic", date(2020, 2, 19), date(2020, 3, 23)),
    StressWindow("2022", "Inflation and rates", date(2022, 1, 3), date(2022, 10, 12)),
)
WINDOWS: Mapping[str, StressWindow] = {window.code: window for window in _ALL}


def window_of(code: str) -> StressWindow:
    """The window of a code. Raises InvalidInput."""
    found = WINDOWS.get(code.lower())
    if found is None:
        raise InvalidInput(f"There is no window {code}. There are: {', '.join(WINDOWS)}.", field="window")
    return found


def window_between(start: date, end: date) -> StressWindow:
    """A window of one's own. Raises InvalidInput where it has no day."""
    if start >= end:
        raise InvalidInput(f"The window must end after {start}.", field="to")
    return StressWindow(f"{start}..{end}", "Own window", start, end)
