"""What a stream says: the newest quotes laid over a portfolio, with what they may be taken for; slow clients."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest

from dashboard.domain.access import PortfolioId
from dashboard.domain.marking import PortfolioSnapshot, ReferenceValue, SnapshotPosition
from dashboard.live.clients import Client
from dashboard.live.topics import PortfolioTopic, QuotesTopic
from dashboard.results.quotes import Freshness, LiveQuote

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SHARE = SnapshotPosition(
    "RHNW", "EUR", 10.0, 1.0, 100.0, date(2026, 11, 19), 900.0, ReferenceValue(990.0, 0.0), ReferenceValue(1000.0, 0.0)
)
DOLLARS = replace(SHARE, symbol="NWRB", currency="USD", last=ReferenceValue(500.0, 0.0))
HELD = PortfolioSnapshot(7, "EUR", (SHARE, DOLLARS), {"EUR": 50.0}, {"EUR": 1.0, "USD": 0.5})
LIVE = LiveQuote("RHNW", 110.0, 100.0, "EUR", NOW, Freshness.LIVE)


def topic() -> PortfolioTopic:
    found = PortfolioTopic(PortfolioId(7))
    found.load(HELD, "1")
    return found


def frame(*quotes: LiveQuote, now: datetime = NOW) -> Any:  # Any: JSON
    return topic().frame({quote.symbol: quote for quote in quotes}, now)


def test_a_portfolio_wants_its_instruments_and_the_pairs_of_its_currencies() -> None:
    assert topic().symbols == ("RHNW", "NWRB", "fx:USD/EUR")


def test_before_any_quote_there_is_nothing_to_say() -> None:
    assert frame() is None
    assert frame(replace(LIVE, symbol="OTHER")) is None


def test_a_quote_in_another_currency_than_the_instruments_is_not_used() -> None:
    assert frame(replace(LIVE, currency="USD")) is None


def test_values_are_at_the_quotes_and_counted_by_freshness() -> None:
    said = frame(LIVE)
    assert said["market_value"] == pytest.approx(1100 + 500 + 50)
    assert said["day_change"] == pytest.approx((1100 - 1000) + (500 - 990))
    assert (said["freshness"], said["live"], said["delayed"], said["stale"]) == ("live", 1, 0, 0)
    assert said["session"] == "2026-11-20"


def test_a_rate_alone_moves_the_value_and_claims_nothing_of_prices() -> None:
    said = frame(LiveQuote("fx:USD/EUR", 0.6, 0.5, "EUR", NOW, Freshness.LIVE))
    assert said["market_value"] == pytest.approx(1000 + 600 + 50)
    assert said["freshness"] is None


@pytest.mark.parametrize(
    ("age", "said"),
    [(timedelta(seconds=30), "live"), (timedelta(minutes=5), "delayed"), (timedelta(minutes=21), "stale")],
)
def test_a_quote_that_nobody_renews_becomes_delayed_and_then_stale(age: timedelta, said: str) -> None:
    assert frame(LIVE, now=NOW + age)["freshness"] == said


def test_the_close_of_a_closed_market_does_not_become_stale_by_waiting() -> None:
    closed = replace(LIVE, freshness=Freshness.CLOSED)
    assert frame(closed, now=NOW + timedelta(hours=20))["freshness"] == "closed"


def test_one_stale_price_keeps_the_whole_from_being_called_live() -> None:
    old = replace(LIVE, symbol="NWRB", currency="USD", at=NOW - timedelta(hours=1))
    assert frame(LIVE, old)["freshness"] == "stale"


def test_quotes_are_told_with_what_they_may_be_taken_for() -> None:
    said: Any = QuotesTopic(("RHNW", "NWRB")).frame({"RHNW": LIVE}, NOW + timedelta(hours=1))
    assert [(quote["symbol"], quote["freshness"]) for quote in said["quotes"]] == [("RHNW", "stale")]


def test_a_slow_client_gets_the_latest_of_each_event_and_never_a_backlog() -> None:
    client = Client("token")
    frames = client.frames()
    assert next(frames).startswith(b"retry:")
    for number in range(100):
        client.put("portfolio", number, {"number": number})
    client.put("changed", 100, {})
    said = [next(frames), next(frames)]
    assert said[0] == b"id: 99\nevent: portfolio\ndata: " + orjson.dumps({"number": 99}) + b"\n\n"
    assert said[1].startswith(b"id: 100\nevent: changed\n")


def test_a_closed_client_hears_what_is_left_and_its_stream_ends() -> None:
    client = Client("token")
    client.put("end", 1, {"reason": "signed_out"})
    client.close()
    assert [part.split(b"\n")[1] for part in client.frames()][1:] == [b"event: end"]
