"""Keep the trading days of the exchanges in use: of the last twenty years and the next one."""

from __future__ import annotations

from datetime import date, timedelta

import structlog

from dashboard.db.engine import db
from dashboard.db.repositories import exchange_sessions

HORIZON_DAYS = 180

log = structlog.get_logger(__name__)


def refresh_sessions(today: date) -> None:
    """Store the sessions of each exchange whose stored ones end soon; one without a calendar counts in weekdays."""
    last = exchange_sessions.last_days(db.session)
    due = [mic for mic in exchange_sessions.in_use(db.session) if _ends_soon(last.get(mic), today)]
    db.session.rollback()
    for mic in due:
        exchange_sessions.store(db.session, mic, _days(mic))
        db.session.commit()


def _ends_soon(last: date | None, today: date) -> bool:
    return last is None or last < today + timedelta(days=HORIZON_DAYS)


def _days(mic: str) -> list[date]:
    # Imported here: it takes half a second, and only a refresh needs it. Its own range is twenty years to next year.
    import exchange_calendars
    from exchange_calendars.errors import InvalidCalendarName

    try:
        calendar = exchange_calendars.get_calendar(mic)
    except InvalidCalendarName:
        log.info("exchange without a calendar", mic=mic)
        return []
    return list(calendar.sessions.date)
