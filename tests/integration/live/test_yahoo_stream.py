"""Yahoo's stream against a server that speaks its protocol, well and badly, and the feed that falls back to asking."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask

from dashboard.domain.session_range import SessionRange
from dashboard.live.desks import DEFAULT_ROUND_SECONDS, STREAMING_ROUND_SECONDS
from dashboard.live.feed import Feed
from dashboard.providers import yahoo_stream
from dashboard.providers.base import Quote
from dashboard.providers.yahoo_stream import SILENT_AFTER, YahooStream
from dashboard.providers.yahoo_ticks import Subscribed
from dashboard.services.live_board import LEADER, posted, want
from dashboard.services.live_quotes import Sources, pair_symbol
from dashboard.settings import Settings
from tests.factories import make_instrument
from tests.integration.cli.conftest import environment_of
from tests.integration.live.market import Clock, Market, at_once, look_at
from tests.yahoo_socket import YahooSocket, pricing, yahoo_socket

ROOT = Path(__file__).parents[3]
DEADLINE_SECONDS = 60.0


class Now:
    """The time, moved on by a test."""

    ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def socket() -> Iterator[YahooSocket]:
    with yahoo_socket() as found:
        yield found


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def stream(socket: YahooSocket, now: Now, monkeypatch: pytest.MonkeyPatch) -> Iterator[YahooStream]:
    """A stream from the server; it comes back at once."""
    monkeypatch.setattr(yahoo_stream, "FIRST_PAUSE_SECONDS", 0.01)
    found = YahooStream(socket.address, now=now)
    found.start()
    yield found
    found.close()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # between two looks


def taken(stream: YahooStream, symbol: str, price: float) -> list[dict[str, Quote]]:
    """What is taken until ``symbol`` has this price, the empty hands left out."""
    found: list[dict[str, Quote]] = []

    def has_come() -> bool:
        found.extend([batch] if (batch := stream.take()) else [])
        return bool(found) and symbol in found[-1] and found[-1][symbol].price == price

    until(has_come)
    return found


def subscribe(stream: YahooStream, socket: YahooSocket, units: dict[str, str]) -> None:
    stream.want(units)
    until(lambda: socket.subscribed == set(units))


def test_while_nothing_is_wanted_nothing_is_connected_to(stream: YahooStream, socket: YahooSocket) -> None:
    subscribe(stream, socket, {"ABC": "USD"})
    stream.want({})
    until(lambda: not socket.connections)
    assert [list(wish) for wish in socket.heard] == [["subscribe"]]


def test_a_thousand_ticks_are_taken_as_the_latest_of_each_symbol(stream: YahooStream, socket: YahooSocket) -> None:
    subscribe(stream, socket, {"ABC": "USD", "ABC.L": "GBp"})
    for number in range(1, 501):
        socket.tell(pricing("ABC", float(number)), pricing("ABC.L", 100.0 * number))
    batches = taken(stream, "ABC.L", 500.0)
    assert len(batches) < 500
    assert max(batch["ABC"].price for batch in batches if "ABC" in batch) == 500.0
    assert batches[-1]["ABC.L"].currency == "GBP"
    assert stream.is_heard and stream.take() == {}


def test_a_message_that_says_less_of_the_session_than_the_one_before_it_takes_nothing_away() -> None:
    stream, wanted = YahooStream("ws://127.0.0.1:9/"), {"ABC": Subscribed("ABC", "USD")}
    for message in (pricing("ABC", 7.0, day_high=8.0, open_price=6.0), pricing("ABC", 6.5, day_low=6.0)):
        stream._take_in(message, wanted)
    assert stream.take()["ABC"].session == SessionRange(6.0, 8.0, 6.0)


def test_what_is_looked_at_and_what_no_longer_is_are_told_to_the_server(
    stream: YahooStream, socket: YahooSocket
) -> None:
    subscribe(stream, socket, {"ABC": "USD", "OLD": "USD"})
    subscribe(stream, socket, {"ABC": "USD", "NEW": "USD"})
    assert {"unsubscribe": ["OLD"]} in socket.heard
    assert len(socket.connections) == 1


def test_unknown_symbols_and_garbage_do_no_harm(stream: YahooStream, socket: YahooSocket) -> None:
    subscribe(stream, socket, {"ABC": "USD"})
    socket.tell("<html>", b"\x00\xff", '{"message": "AAAA"}', pricing("NOBODYS", 5.0), pricing("ABC", float("nan")))
    socket.tell(pricing("ABC", 7.0))
    assert taken(stream, "ABC", 7.0)[-1].keys() == {"ABC"}
    assert (stream.unreadable, len(socket.connections)) == (4, 1)


def test_a_message_that_has_no_end_ends_the_connection_and_not_the_stream(
    stream: YahooStream, socket: YahooSocket
) -> None:
    subscribe(stream, socket, {"ABC": "USD"})
    first = socket.connections[0]
    socket.tell("x" * (2 * yahoo_stream.LONGEST_MESSAGE_BYTES))
    until(lambda: socket.connections and first not in socket.connections and socket.subscribed)
    socket.tell(pricing("ABC", 7.0))
    taken(stream, "ABC", 7.0)


def test_after_a_dropped_connection_it_is_back_with_what_it_was_subscribed_to(
    stream: YahooStream, socket: YahooSocket
) -> None:
    subscribe(stream, socket, {"ABC": "USD"})
    socket.tell(pricing("ABC", 7.0))
    taken(stream, "ABC", 7.0)
    first = socket.connections[0]
    socket.drop()
    until(lambda: socket.connections and first not in socket.connections and socket.subscribed == {"ABC"})
    assert not stream.is_heard  # until a price has come
    socket.tell(pricing("ABC", 8.0))
    taken(stream, "ABC", 8.0)
    assert stream.is_heard


def test_it_knocks_less_and_less_often_at_a_server_that_refuses(stream: YahooStream, socket: YahooSocket) -> None:
    socket.refuses = True
    stream.want({"ABC": "USD"})
    pauses = []
    for failures in range(1, 5):
        until(lambda: stream.failures >= failures)  # noqa: B023  # asked at once
        pauses.append(stream.pause_seconds)
    assert pauses == sorted(pauses) and pauses[-1] >= 8 * yahoo_stream.FIRST_PAUSE_SECONDS
    stream.failures = 100
    assert stream.pause_seconds == yahoo_stream.LONGEST_PAUSE_SECONDS


def test_a_server_that_falls_silent_is_not_taken_for_a_quiet_market(
    stream: YahooStream, socket: YahooSocket, now: Now
) -> None:
    subscribe(stream, socket, {"ABC": "USD"})
    socket.tell(pricing("ABC", 7.0))
    taken(stream, "ABC", 7.0)
    first = socket.connections[0]
    now.ahead = yahoo_stream.HEARD_FOR
    assert not stream.is_heard
    now.ahead = SILENT_AFTER + timedelta(seconds=1)
    until(lambda: socket.connections and first not in socket.connections)


def test_the_feed_posts_what_is_streamed_and_asks_as_before_while_the_stream_is_away(
    stream: YahooStream, socket: YahooSocket, redis_client: redis.Redis
) -> None:
    clock, answers = Clock(), Market("yahoo")
    answers.at = datetime.now(UTC) - timedelta(seconds=30)

    def sources_of(symbols: Sequence[str]) -> list[Sources]:
        return [Sources(symbol, (("yahoo", f"{symbol}.DE"),), "EUR") for symbol in symbols]

    feed = Feed(redis_client, (answers,), sources_of, {"yahoo": stream}, clock=clock, start=at_once)
    look_at(redis_client, clock, "ABC", seconds=36000)
    feed.once()
    until(lambda: socket.subscribed == {"ABC.DE"})
    socket.tell(pricing("ABC.DE", 102.5))
    until(lambda: stream.is_heard)
    assert feed.once() == 0.25
    quote = posted(redis_client)["ABC"].quote
    assert (quote.price, quote.previous_close, quote.freshness.value) == (102.5, 100.0, "live")

    # While it is heard, answers are asked for once a minute.
    clock.now += STREAMING_ROUND_SECONDS - 1
    feed.once()
    assert len(answers.asked) == 1

    # It goes away: what is due by the shorter round is asked for at once, and the price that was streamed stays.
    socket.refuses = True
    socket.drop()
    until(lambda: not stream.is_heard)
    feed.once()
    clock.now += DEFAULT_ROUND_SECONDS
    feed.once()
    assert len(answers.asked) == 3
    assert posted(redis_client)["ABC"].quote == quote

    # It is back.
    socket.refuses = False
    until(lambda: socket.subscribed == {"ABC.DE"} and socket.connections)
    socket.tell(pricing("ABC.DE", 103.0))
    until(lambda: feed.once() and posted(redis_client)["ABC"].quote.price == 103.0)


def test_a_feed_that_does_not_lead_listens_to_nothing(
    stream: YahooStream, socket: YahooSocket, redis_client: redis.Redis
) -> None:
    leader = Feed(redis_client, (), lambda _: [])
    leader.once()
    want(redis_client, ["ABC"])
    other = Feed(redis_client, (Market("yahoo"),), lambda _: [Sources("ABC", (("yahoo", "ABC"),))], {"yahoo": stream})
    stream.want({"ABC": ""})
    until(lambda: socket.connections)
    other.once()
    until(lambda: not socket.connections)


def test_the_feed_as_it_runs_posts_what_is_streamed_even_while_nobody_answers(
    app_context: Flask, settings: Settings, socket: YahooSocket, redis_client: redis.Redis
) -> None:
    make_instrument("ABC", "GBP", provider="yahoo", provider_symbol="ABC.L")
    want(redis_client, ["ABC", pair_symbol("USD", "JPY")], 3600)
    nobody = "http://127.0.0.1:9"
    environment = environment_of(settings, PROVIDERS="yahoo", YAHOO_BASE_URL=nobody, YAHOO_STREAM_URL=socket.address)
    command = [sys.executable, "-m", "dashboard.cli", "stream", "--feed-only"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: socket.subscribed == {"ABC.L", "USDJPY=X"})
        socket.tell(pricing("ABC.L", 1234.5, currency="GBp"), pricing("USDJPY=X", 154.321))
        until(lambda: len(posted(redis_client)) == 2)
    finally:
        process.terminate()
        process.wait(timeout=30)
    found = {symbol: (entry.quote.price, entry.quote.currency) for symbol, entry in posted(redis_client).items()}
    assert found == {"ABC": (12.345, "GBP"), "fx:USD/JPY": (154.321, "JPY")}
    assert redis_client.get(LEADER) is None  # given back
