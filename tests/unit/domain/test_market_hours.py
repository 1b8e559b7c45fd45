"""When markets trade: half days, breaks, holidays, clock changes, the currency week."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboard.domain.market_hours import (
    EXTENDED_HOURS,
    NO_EXTENDED_HOURS,
    MarketState,
    MarketStatus,
    Session,
    currency_status,
    exchange_status,
)

OPEN, PRE, POST, CLOSED = MarketState.OPEN, MarketState.PRE, MarketState.POST, MarketState.CLOSED


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moment_of(text: str | None) -> datetime | None:
    return utc(text) if text else None


def at(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# Thanksgiving of 2025: Thursday closed, Friday until 13:00 in New York (UTC-5).
NEW_YORK = (
    Session(date(2025, 11, 26), utc("2025-11-26T14:30"), utc("2025-11-26T21:00")),
    Session(date(2025, 11, 28), utc("2025-11-28T14:30"), utc("2025-11-28T18:00"), half_day=True),
    Session(date(2025, 12, 1), utc("2025-12-01T14:30"), utc("2025-12-01T21:00")),
)
# Hong Kong, UTC+8: 09:30 to 12:00 and 13:00 to 16:00; Christmas Eve ends at noon.
HONG_KONG = (
    Session(
        date(2025, 12, 23),
        utc("2025-12-23T01:30"),
        utc("2025-12-23T08:00"),
        utc("2025-12-23T04:00"),
        utc("2025-12-23T05:00"),
    ),
    Session(date(2025, 12, 24), utc("2025-12-24T01:30"), utc("2025-12-24T04:00"), half_day=True),
    Session(date(2025, 12, 29), utc("2025-12-29T01:30"), utc("2025-12-29T08:00")),
)


@pytest.mark.parametrize(
    ("moment", "state", "since", "until", "half_day"),
    [
        ("2025-11-26T08:59", CLOSED, None, "2025-11-26T09:00", False),
        ("2025-11-26T09:00", PRE, "2025-11-26T09:00", "2025-11-26T14:30", False),
        ("2025-11-26T14:30", OPEN, "2025-11-26T14:30", "2025-11-26T21:00", False),
        ("2025-11-26T21:00", POST, "2025-11-26T21:00", "2025-11-27T01:00", False),
        ("2025-11-27T15:00", CLOSED, "2025-11-27T01:00", "2025-11-28T09:00", False),
        ("2025-11-28T17:59", OPEN, "2025-11-28T14:30", "2025-11-28T18:00", True),
        ("2025-11-28T18:00", POST, "2025-11-28T18:00", "2025-11-28T22:00", True),
        ("2025-11-28T23:00", CLOSED, "2025-11-28T22:00", "2025-12-01T09:00", True),
        ("2025-11-30T12:00", CLOSED, "2025-11-28T22:00", "2025-12-01T09:00", False),
        ("2025-12-02T02:00", CLOSED, "2025-12-02T01:00", None, False),
    ],
)
def test_new_york_around_thanksgiving(
    moment: str, state: MarketState, since: str | None, until: str | None, half_day: bool
) -> None:
    found = exchange_status(NEW_YORK, utc(moment), EXTENDED_HOURS["XNYS"])
    assert found == MarketStatus(state, moment_of(since), moment_of(until), half_day)


@pytest.mark.parametrize(
    ("moment", "state", "until"),
    [
        ("2025-12-23T03:59", OPEN, "2025-12-23T04:00"),
        ("2025-12-23T04:30", CLOSED, "2025-12-23T05:00"),
        ("2025-12-23T05:00", OPEN, "2025-12-23T08:00"),
        ("2025-12-23T08:00", CLOSED, "2025-12-24T01:30"),
        ("2025-12-24T03:00", OPEN, "2025-12-24T04:00"),
        ("2025-12-24T05:30", CLOSED, "2025-12-29T01:30"),
    ],
)
def test_hong_kong_rests_at_noon_and_ends_there_on_christmas_eve(moment: str, state: MarketState, until: str) -> None:
    found = exchange_status(HONG_KONG, utc(moment), NO_EXTENDED_HOURS)
    assert (found.state, found.until) == (state, utc(until))
    assert found.half_day == (moment > "2025-12-24")


def test_sessions_that_follow_on_each_other_leave_no_moment_closed() -> None:
    days = [
        Session(date(2025, 1, day), utc(f"2025-01-0{day}T00:00"), utc(f"2025-01-0{day + 1}T00:00")) for day in (1, 2)
    ]
    assert exchange_status(days, utc("2025-01-02T00:00")).state is OPEN
    assert exchange_status(days, utc("2025-01-03T00:00")).state is CLOSED


def test_of_an_exchange_without_sessions_nothing_is_known_but_that_none_goes_on() -> None:
    assert exchange_status((), utc("2025-01-02T12:00")) == MarketStatus(CLOSED)


@pytest.mark.parametrize(
    ("moment", "state", "since", "until"),
    [
        ("2025-03-07T16:59", OPEN, "2025-03-02T17:00", "2025-03-07T17:00"),
        ("2025-03-07T17:00", CLOSED, "2025-03-07T17:00", "2025-03-09T17:00"),
        ("2025-03-09T16:59", CLOSED, "2025-03-07T17:00", "2025-03-09T17:00"),
        ("2025-03-09T17:00", OPEN, "2025-03-09T17:00", "2025-03-14T17:00"),
        ("2025-11-02T18:00", OPEN, "2025-11-02T17:00", "2025-11-07T17:00"),
    ],
)
def test_currencies_trade_from_sunday_to_friday_by_the_clock_of_new_york_across_its_changes(
    moment: str, state: MarketState, since: str, until: str
) -> None:
    def new_york(text: str) -> datetime:
        return at("America/New_York", text)

    assert currency_status(new_york(moment)) == MarketStatus(state, new_york(since), new_york(until))
