"""When the simulated exchanges trade: the sessions of real exchange calendars, weekdays, or every day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import exchange_calendars
import numpy as np
from numpy.typing import NDArray

from dashboard.providers.simulated_catalogue import ALWAYS, FIRST_DAY, WEEKDAYS

DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of one calendar up to a day, with the moments (UTC) at which each opens and closes."""

    days: NDArray[np.datetime64]
    opens: NDArray[np.datetime64]
    closes: NDArray[np.datetime64]

    def ended(self, now: datetime) -> int:
        """How many sessions have ended."""
        return int(np.searchsorted(self.closes, _instant(now), side="right"))

    def open_at(self, now: datetime) -> int | None:
        """The index of the session that is going on; None between sessions."""
        index = int(np.searchsorted(self.opens, _instant(now), side="right")) - 1
        return index if index >= 0 and _instant(now) < self.closes[index] else None

    def closed_at(self, index: int) -> datetime:
        """When a session ended."""
        closed: datetime = self.closes[index].astype("datetime64[s]").item()
        return closed.replace(tzinfo=UTC)


def make_sessions(calendar: str, last: date) -> Sessions:
    """The sessions of ``calendar`` from the first simulated day to ``last``."""
    if calendar in (WEEKDAYS, ALWAYS):
        days = np.arange(np.datetime64(FIRST_DAY, "D"), np.datetime64(last, "D") + DAY)
        days = days[np.is_busday(days)] if calendar == WEEKDAYS else days
        return Sessions(days, days.astype("datetime64[s]"), (days + DAY).astype("datetime64[s]"))
    schedule = exchange_calendars.get_calendar(calendar, start=FIRST_DAY, end=last + timedelta(days=7)).schedule
    days = schedule.index.to_numpy().astype("datetime64[D]")
    wanted = days <= np.datetime64(last, "D")
    opens, closes = (
        schedule[name].dt.tz_convert(None).to_numpy().astype("datetime64[s]")[wanted] for name in ("open", "close")
    )
    return Sessions(days[wanted], opens, closes)


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")
