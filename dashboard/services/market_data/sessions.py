"""Keep the sessions of the exchanges in use: of the last twenty years and the next one. Workers alone do this."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from dashboard.db.engine import db
from dashboard.db.repositories import exchange_sessions
from dashboard.domain.market_hours import Session

if TYPE_CHECKING:
    from exchange_calendars import ExchangeCalendar
    from pandas import Timestamp

HORIZON_DAYS = 180
# Exchanges that keep the sessions of another one of their country.
SAME_SESSIONS = {"XNSE": "XBOM", "XSHE": "XSHG"}
# Of Tel Aviv the calendar knows the week from Monday to Friday alone, which began on this day.
BEGINNINGS = {"XTAE": date(2026, 1, 5)}

log = structlog.get_logger(__name__)


def refresh_sessions(today: date) -> None:
    """Store the sessions of each exchange whose stored ones end soon; one without a calendar counts in weekdays."""
    last = exchange_sessions.last_days(db.session)
    due = [mic for mic in exchange_sessions.in_use(db.session) if _ends_soon(last.get(mic), today)]
    db.session.rollback()
    for mic in due:
        exchange_sessions.store_hours(db.session, mic, sessions_of(mic))
        db.session.commit()


def sessions_of(mic: str) -> list[Session]:
    """The sessions of an exchange by its calendar, from twenty years ago to next year; none where there is none."""
    calendar = _calendar(mic)
    if calendar is None:
        return []
    early = set(calendar.early_closes.date)
    return [
        Session(
            day.date(),
            hours["open"].to_pydatetime(),
            hours["close"].to_pydatetime(),
            _moment(hours["break_start"]),
            _moment(hours["break_end"]),
            day.date() in early,
        )
        for day, hours in calendar.schedule.to_dict("index").items()
    ]


def _ends_soon(last: date | None, today: date) -> bool:
    return last is None or last < today + timedelta(days=HORIZON_DAYS)


def _calendar(mic: str) -> ExchangeCalendar | None:
    # Imported here: it takes half a second, and only a refresh needs it. Its own range is twenty years to next year.
    import exchange_calendars
    from exchange_calendars.errors import CalendarError

    try:
        return exchange_calendars.get_calendar(SAME_SESSIONS.get(mic, mic), start=BEGINNINGS.get(mic))
    except (CalendarError, ValueError) as error:  # none of that name, or one that contradicts itself
        log.info("exchange without a calendar", mic=mic, reason=type(error).__name__)
        return None


def _moment(value: Timestamp) -> datetime | None:
    """An aware UTC time; None for none, which pandas calls NaT and takes for different from itself."""
    return value.to_pydatetime() if value == value else None
