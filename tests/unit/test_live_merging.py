"""What becomes of a quote when another one comes, by an answer or by a stream."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.live.merging import asked, streamed
from dashboard.results.quotes import Freshness, LiveQuote

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BEFORE = LiveQuote("ABC", 100.0, 99.0, "EUR", NOW - 60 * SECOND, Freshness.DELAYED, 900)
TICK = LiveQuote("ABC", 101.0, None, "EUR", NOW - SECOND, Freshness.LIVE)


def test_the_first_that_comes_is_taken() -> None:
    assert asked(BEFORE, None) == BEFORE
    assert streamed(TICK, None, NOW) == TICK


def test_a_streamed_price_keeps_the_previous_close_and_is_not_called_delayed() -> None:
    assert streamed(TICK, BEFORE, NOW) == replace(TICK, previous_close=99.0, freshness=Freshness.LIVE)


def test_a_streamed_price_that_comes_late_is_as_delayed_as_answers_are() -> None:
    late = replace(TICK, at=NOW - 59 * SECOND)
    found = streamed(late, BEFORE, NOW + 900 * SECOND)
    assert found is not None and (found.freshness, found.delayed_seconds) == (Freshness.DELAYED, 900)


def test_on_another_day_the_previous_close_is_another_too() -> None:
    tomorrow = replace(TICK, at=NOW + timedelta(days=1))
    assert streamed(tomorrow, BEFORE, tomorrow.at) == tomorrow


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
    assert streamed(tick, BEFORE, NOW) is None


def test_an_answer_of_an_earlier_trade_still_tells_the_previous_close() -> None:
    earlier = replace(BEFORE, at=BEFORE.at - SECOND, price=50.0, previous_close=98.0)
    assert asked(earlier, BEFORE) == replace(BEFORE, previous_close=98.0)
    assert asked(replace(earlier, previous_close=99.0), BEFORE) is None
    assert asked(replace(earlier, at=BEFORE.at - timedelta(hours=1)), BEFORE) is None


def test_an_answer_of_a_later_trade_is_taken_as_it_is() -> None:
    later = replace(BEFORE, at=NOW, price=50.0)
    assert asked(later, BEFORE) == later
