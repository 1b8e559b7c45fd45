"""When markets trade: the sessions of an exchange with their breaks and half days, and the hours of currencies."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

# Where the currency week begins and ends: Sunday and Friday at 17:00 in New York.
CURRENCY_ZONE = ZoneInfo("America/New_York")
CURRENCY_HOUR = time(17)
CURRENCY_WEEK = timedelta(days=5)
SUNDAY = 6


class MarketState(StrEnum):
    """Whether a market trades: in its session, before or after it, or not at all."""

    OPEN = "open"
    PRE = "pre"
    POST = "post"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class MarketStatus:
    """The state of a market, since when, and until when; None where that is not known or never.

    ``half_day`` says whether the session of the day ends early.
    """

    state: MarketState
    since: datetime | None = None
    until: datetime | None = None
    half_day: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One session of an exchange: aware UTC times, with a break at noon where it has one.

    ``half_day`` is a session that ends before its usual time.
    """

    date: date
    opens_at: datetime
    closes_at: datetime
    break_starts_at: datetime | None = None
    break_ends_at: datetime | None = None
    half_day: bool = False


@dataclass(frozen=True, slots=True)
class ExtendedHours:
    """For how long an exchange trades before a session opens and after it has closed."""

    before: timedelta = timedelta()
    after: timedelta = timedelta()


ALWAYS_OPEN = MarketStatus(MarketState.OPEN)
NO_EXTENDED_HOURS = ExtendedHours()
# 04:00 to 09:30 and 16:00 to 20:00 in New York; after a half day until 17:00, as long after its close.
# Source: NYSE, Nasdaq, Holidays and trading hours.
EXTENDED_HOURS = dict.fromkeys(("XNYS", "XNAS"), ExtendedHours(timedelta(hours=5, minutes=30), timedelta(hours=4)))

_Change = tuple[datetime, MarketState]


def exchange_status(
    sessions: Sequence[Session], at: datetime, extended: ExtendedHours = NO_EXTENDED_HOURS
) -> MarketStatus:
    """The state of an exchange ``at`` a time, from its ``sessions`` around that time, in order."""
    changes = _changes(sessions, extended)
    index = bisect_right(changes, at, key=lambda change: change[0])
    since, state = changes[index - 1] if index else (None, MarketState.CLOSED)
    until = changes[index][0] if index < len(changes) else None
    return MarketStatus(state, since, until, _is_half_day(sessions, at, extended))


def currency_status(at: datetime) -> MarketStatus:
    """The state of the currency market: open from Sunday to Friday, 17:00 in New York."""
    local = at.astimezone(CURRENCY_ZONE)
    sunday = local.date() - timedelta(days=(local.weekday() - SUNDAY) % 7)
    if local < _turn(sunday):
        sunday -= timedelta(days=7)
    opened, closed, reopened = (_turn(sunday + days) for days in (timedelta(), CURRENCY_WEEK, timedelta(days=7)))
    if at < closed:
        return MarketStatus(MarketState.OPEN, opened, closed)
    return MarketStatus(MarketState.CLOSED, closed, reopened)


def _turn(day: date) -> datetime:
    """When the currency week begins or ends on ``day``."""
    return datetime.combine(day, CURRENCY_HOUR, CURRENCY_ZONE).astimezone(UTC)


def _changes(sessions: Sequence[Session], extended: ExtendedHours) -> list[_Change]:
    """Every time at which the state changes, with the state from then on."""
    found: list[_Change] = []
    for session in sessions:
        if extended.before:
            found.append((session.opens_at - extended.before, MarketState.PRE))
        found.append((session.opens_at, MarketState.OPEN))
        if session.break_starts_at is not None and session.break_ends_at is not None:
            found += [(session.break_starts_at, MarketState.CLOSED), (session.break_ends_at, MarketState.OPEN)]
        if extended.after:
            found.append((session.closes_at, MarketState.POST))
        found.append((session.closes_at + extended.after, MarketState.CLOSED))
    # A market that closes when the next session opens has not closed.
    return [change for change, following in pairwise(found) if change[0] < following[0]] + found[-1:]


def _is_half_day(sessions: Sequence[Session], at: datetime, extended: ExtendedHours) -> bool:
    """Whether the session that goes on, or while none does that of the same day in UTC, ends early."""
    for session in sessions:
        if session.opens_at - extended.before <= at < session.closes_at + extended.after:
            return session.half_day
    day = at.astimezone(UTC).date()
    return any(session.half_day for session in sessions if session.date == day)
