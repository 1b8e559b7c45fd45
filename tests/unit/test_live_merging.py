"""What becomes of a quote when another one comes, by an answer or by a stream."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.domain.session_range import SessionRange
from dashboard.live.merging import asked, streamed
from dashboard.results.quotes import Freshness, LiveQuote

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BEFORE = LiveQuote("ABC", 100.0, 99.0, "EUR", NOW - 60 * SECOND, Freshness.DELAYED, 900)
TICK = LiveQuote("ABC", 101.0, None, "EUR", NOW - SECOND, Freshness.LIVE)


def test_the_first_that_comes_is_taken() -> None:
    assert asked(BEFORE, None, UTC) == BEFORE
    assert streamed(TICK, None, UTC, NOW) == TICK


def test_a_streamed_price_keeps_the_previous_close_and_is_not_called_delayed() -> None:
    assert streamed(TICK, BEFORE, UTC, NOW) == replace(TICK, previous_close=99.0, freshness=Freshness.LIVE)


def test_a_streamed_price_that_comes_late_is_as_delayed_as_answers_are() -> None:
    late = replace(TICK, at=NOW - 59 * SECOND)
    found = streamed(late, BEFORE, UTC, NOW + 900 * SECOND)
    assert found is not None and (found.freshness, found.delayed_seconds) == (Freshness.DELAYED, 900)


def test_on_another_day_the_previous_close_is_another_too() -> None:
    tomorrow = replace(TICK, at=NOW + timedelta(days=1))
    assert streamed(tomorrow, BEFORE, UTC, tomorrow.at) == tomorrow


@pytest.mark.parametrize(
    "tick",
    [
        replace(TICK, at=NOW - 90 * SECOND),
        replace(TICK, price=10_100.0),
        replace(TICK, price=1.01),
        replace(TICK, currency="USD"),
    ],
    ids=["earlier", "pence", "pounds", "another currency"],
)
def test_a_streamed_price_that_cannot_follow_is_left_out(tick: LiveQuote) -> None:
    assert streamed(tick, BEFORE, UTC, NOW) is None


def test_an_answer_of_an_earlier_trade_still_tells_the_previous_close() -> None:
    earlier = replace(BEFORE, at=BEFORE.at - SECOND, price=50.0, previous_close=98.0)
    assert asked(earlier, BEFORE, UTC) == replace(BEFORE, previous_close=98.0)
    assert asked(replace(earlier, previous_close=99.0), BEFORE, UTC) is None
    assert asked(replace(earlier, at=BEFORE.at - timedelta(hours=1)), BEFORE, UTC) is None


def test_an_answer_of_a_later_trade_is_taken_as_it_is() -> None:
    later = replace(BEFORE, at=NOW, price=50.0)
    assert asked(later, BEFORE, UTC) == later


DAY = SessionRange(99.5, 102.0, 98.0)
KNOWN = replace(BEFORE, session=DAY)


def session_after(given: LiveQuote, before: LiveQuote = KNOWN, zone: str = "UTC") -> tuple[object, object]:
    """The session that an answer leaves, and the one that a stream does."""
    asking, streaming = asked(given, before, ZoneInfo(zone)), streamed(given, before, ZoneInfo(zone), given.at)
    assert asking is not None and streaming is not None
    return asking.session, streaming.session


def test_a_session_keeps_its_open_and_its_range_does_not_shrink() -> None:
    assert session_after(TICK) == (DAY, DAY)
    told = replace(TICK, session=SessionRange(None, 101.5, 97.0))
    assert session_after(told) == (SessionRange(99.5, 102.0, 97.0),) * 2


def test_a_price_outside_the_range_widens_it() -> None:
    assert session_after(replace(TICK, price=103.0)) == (SessionRange(99.5, 103.0, 98.0),) * 2
    assert session_after(replace(TICK, price=97.5)) == (SessionRange(99.5, 102.0, 97.5),) * 2


def test_what_nobody_has_told_is_not_made_of_what_was_seen() -> None:
    assert session_after(TICK, BEFORE) == (SessionRange(),) * 2


def test_a_new_day_begins_with_what_is_told_of_it() -> None:
    later = replace(TICK, at=NOW + timedelta(days=1), session=SessionRange(101.0, 101.5, 100.5))
    assert session_after(later) == (later.session,) * 2
    assert session_after(replace(later, session=SessionRange())) == (SessionRange(),) * 2


def test_the_day_is_that_of_the_exchange() -> None:
    morning = replace(KNOWN, at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))  # 10:30 in Sydney
    noon = replace(TICK, at=datetime(2026, 11, 20, 1, 0, tzinfo=UTC))
    assert session_after(noon, morning, "Australia/Sydney") == (DAY, DAY)
    assert session_after(noon, morning) == (SessionRange(),) * 2


def test_an_answer_of_an_earlier_trade_still_tells_the_range() -> None:
    earlier = replace(BEFORE, at=BEFORE.at - SECOND, price=50.0, session=SessionRange(99.0, 104.0, 99.0))
    found = asked(earlier, KNOWN, UTC)
    assert found == replace(KNOWN, session=SessionRange(99.5, 104.0, 98.0))
    assert found is not None and asked(earlier, found, UTC) is None
    yesterday = replace(KNOWN, at=datetime(2026, 11, 20, 0, 5, tzinfo=UTC))
    assert asked(replace(earlier, at=yesterday.at - timedelta(minutes=10)), yesterday, UTC) is None
