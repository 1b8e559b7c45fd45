"""The feed: one of any number asks, for what is looked at, and goes on when the provider or Redis does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
import redis
from flask import Flask

from dashboard.domain.session_range import SessionRange
from dashboard.errors import ProviderUnavailable, RateLimited
from dashboard.live import feed as feeds
from dashboard.live.desks import Desk
from dashboard.live.feed import Feed
from dashboard.providers.base import Quote
from dashboard.providers.simulated import SimulatedProvider
from dashboard.redis_store import Lease
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services.live_board import (
    LEADER,
    LEASE_SECONDS,
    QUOTES,
    TICKS,
    WANTED,
    Posted,
    post,
    posted,
    posted_from_json,
    want,
)
from dashboard.settings import Settings
from tests.factories import make_instrument
from tests.integration.cli.conftest import environment_of
from tests.integration.live.market import AT, Clock, Market, feed_of, look_at

ROOT = Path(__file__).parents[3]
DEADLINE_SECONDS = 60.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source() -> Market:
    return Market()


@pytest.fixture
def feed(redis_client: redis.Redis, clock: Clock, source: Market) -> Feed:
    """A feed over a real Redis; a round is due each second."""
    return feed_of(redis_client, clock, source)


def test_it_asks_for_what_is_looked_at_and_for_nothing_else(
    feed: Feed, source: Market, redis_client: redis.Redis, clock: Clock
) -> None:
    look_at(redis_client, clock, "RHNW", "fx:USD/EUR")
    look_at(redis_client, clock, "LEFT", seconds=-1.0)
    feed.once()
    assert source.asked == [("RHNW", "fx:USD/EUR")]
    assert sorted(redis_client.hkeys(QUOTES)) == [b"RHNW", b"fx:USD/EUR"]


def test_while_nobody_looks_the_provider_is_left_alone(feed: Feed, source: Market, clock: Clock) -> None:
    for _ in range(3):
        feed.once()
        clock.now += 10
    assert source.asked == []


def test_who_wants_a_symbol_for_longer_is_not_cut_short_by_who_looks_away(feed: Feed, source: Market) -> None:
    want(feed.redis, ["RHNW"], 3600)  # as an alert does
    want(feed.redis, ["RHNW"], 0.001)
    feed.clock = lambda: time.time() + 60
    feed.once()
    assert source.asked == [("RHNW",)]


def test_numbers_of_batches_grow_even_when_redis_has_lost_the_last_one(redis_client: redis.Redis) -> None:
    numbers = [post(redis_client, {}) for _ in range(3)]
    redis_client.flushdb()
    numbers.append(post(redis_client, {}))
    assert numbers[:3] == sorted(set(numbers[:3]))
    assert numbers[3] >= numbers[0]  # the clock has gone on since


def test_quotes_are_kept_and_told_at_once(feed: Feed, redis_client: redis.Redis, clock: Clock) -> None:
    look_at(redis_client, clock, "RHNW")
    with redis_client.pubsub() as listener:  # type: ignore[no-untyped-call]  # redis' own
        listener.subscribe(TICKS)
        listener.get_message(timeout=5)
        feed.once()
        message = listener.get_message(timeout=5)
    assert message is not None
    (told,) = orjson.loads(message["data"])
    quote = LiveQuote("RHNW", 101.5, 100.0, "EUR", AT, Freshness.STALE)
    assert posted_from_json(told) == Posted(told["number"], quote)
    assert orjson.loads(redis_client.hget(QUOTES, "RHNW") or b"") == told


def test_the_range_of_a_session_does_not_shrink_whichever_feed_asks_and_holds_the_price(
    feed: Feed, source: Market, redis_client: redis.Redis, clock: Clock
) -> None:
    look_at(redis_client, clock, "RHNW", seconds=3600)
    source.session = SessionRange(100.5, 101.0, 99.0)  # the price is above it
    feed.once()
    assert posted(redis_client)["RHNW"].quote.session == SessionRange(100.5, 101.5, 99.0)
    redis_client.delete(LEADER)
    second_source = Market()
    second_source.at, second_source.session = AT + timedelta(seconds=1), SessionRange(None, 102.0, 100.0)
    feed_of(redis_client, clock, second_source).once()
    assert posted(redis_client)["RHNW"].quote.session == SessionRange(100.5, 102.0, 99.0)


def test_of_two_feeds_one_asks_and_the_other_takes_over_when_it_stops(
    feed: Feed, source: Market, redis_client: redis.Redis, clock: Clock
) -> None:
    look_at(redis_client, clock, "RHNW", seconds=3600)
    second_source = Market()
    second = feed_of(redis_client, clock, second_source)
    feed.once(), second.once()
    assert (len(source.asked), len(second_source.asked)) == (1, 0)
    redis_client.delete(LEADER)  # as when the first one's lease has run out
    clock.now += LEASE_SECONDS
    second.once(), feed.once()
    assert (len(source.asked), len(second_source.asked)) == (1, 1)


@pytest.mark.parametrize(
    ("trouble", "silent_seconds"),
    [
        (RateLimited("too many", provider="simulated", retry_after_seconds=90.0), 89.0),
        (ProviderUnavailable("no answer", provider="simulated"), 1.5),
    ],
)
def test_a_provider_in_trouble_is_left_alone_for_a_while_and_the_lease_is_kept(
    feed: Feed, source: Market, redis_client: redis.Redis, clock: Clock, trouble: Exception, silent_seconds: float
) -> None:
    look_at(redis_client, clock, "RHNW", seconds=3600)
    source.trouble = trouble
    assert feed.once() <= LEASE_SECONDS / 2
    clock.now += silent_seconds
    feed.once()
    assert len(source.asked) == 1
    assert not Lease(redis_client, LEADER, LEASE_SECONDS).acquire()
    source.trouble = None
    clock.now += 2.0
    feed.once()
    assert len(source.asked) == 2
    assert redis_client.hexists(QUOTES, "RHNW")


def test_it_waits_longer_after_each_failure_and_begins_anew_after_a_success(
    feed: Feed, source: Market, redis_client: redis.Redis, clock: Clock
) -> None:
    look_at(redis_client, clock, "RHNW", seconds=36000)
    source.trouble = ProviderUnavailable("no answer", provider="simulated")
    waits = []
    for _ in range(5):
        asked, begun = len(source.asked), clock.now
        while len(source.asked) == asked:
            clock.now += 0.5
            feed.once()
        waits.append(clock.now - begun)
    assert waits[1:] == sorted(waits[1:]) and waits[-1] > 4 * waits[1]


def test_redis_that_lost_everything_is_filled_by_the_next_round(
    feed: Feed, redis_client: redis.Redis, clock: Clock
) -> None:
    look_at(redis_client, clock, "RHNW")
    feed.once()
    redis_client.flushdb()
    look_at(redis_client, clock, "RHNW")
    clock.now += 2.0
    feed.once()
    assert redis_client.hexists(QUOTES, "RHNW")


def test_a_redis_that_does_not_answer_stops_no_feed(source: Market, clock: Clock) -> None:
    nowhere = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    assert feed_of(nowhere, clock, source).once() == feeds.STEP_SECONDS
    assert source.asked == []


def test_a_feed_that_slept_through_its_lease_asks_and_posts_nothing_more(
    redis_client: redis.Redis, clock: Clock
) -> None:
    source = Market()
    sleeper = feed_of(redis_client, clock, source)
    look_at(redis_client, clock, "RHNW", seconds=36000)
    begun: list[Callable[[], None]] = []
    sleeper.start = begun.append  # its question is on the way when it falls asleep
    sleeper.once()
    redis_client.delete(LEADER)
    other = feed_of(redis_client, clock, Market())
    other.once()
    told = posted(redis_client)
    begun[0](), sleeper.once()
    assert len(begun) == 1 and posted(redis_client) == told


def test_two_feeds_at_once_never_both_lead(redis_client: redis.Redis) -> None:
    overlaps, asking = [], threading.Lock()

    class Exclusive(Market):
        def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
            if not asking.acquire(blocking=False):
                overlaps.append(symbols)
                return {}
            with ExitStack() as stack:
                stack.callback(asking.release)
                return super().quotes(symbols)

    clock = Clock()
    look_at(redis_client, clock, "RHNW", seconds=36000)
    markets = [Exclusive() for _ in range(4)]
    feeds_ = [feed_of(redis_client, clock, market) for market in markets]
    barrier = threading.Barrier(len(feeds_))

    def go(feed: Feed) -> None:
        barrier.wait()
        for _ in range(50):
            feed.once()
            clock.now += 0.5

    with ThreadPoolExecutor(len(feeds_)) as pool:
        list(pool.map(go, feeds_))
    assert sorted(bool(market.asked) for market in markets) == [False, False, False, True]
    assert overlaps == []


def test_the_simulated_market_ticks_every_second() -> None:
    assert Desk(SimulatedProvider()).round_seconds == 1.0


@pytest.fixture
def start_feed(settings: Settings) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts ``dashboard stream --feed-only`` as it runs."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dashboard.cli", "stream", "--feed-only"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment_of(settings), stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_after_kill_9_of_the_leader_another_feed_leads_within_the_lease(
    app_context: Flask,
    start_feed: Callable[[], subprocess.Popen[bytes]],
    redis_client: redis.Redis,
) -> None:
    make_instrument("RHNW")
    redis_client.zadd(WANTED, {"RHNW": time.time() + 3600})
    process = start_feed()
    until(lambda: redis_client.hget(QUOTES, "RHNW"), "a quote")
    leader = redis_client.get(LEADER)
    second = feed_of(redis_client, time.time, Market())
    second.once()
    assert redis_client.get(LEADER) == leader

    os.kill(process.pid, signal.SIGKILL)
    killed_at = time.monotonic()
    redis_client.delete(QUOTES)

    def takes_over() -> bool:
        second.once()
        return bool(redis_client.hexists(QUOTES, "RHNW"))

    until(takes_over, "the second feed to lead")
    assert time.monotonic() - killed_at < LEASE_SECONDS + 2 * feeds.STEP_SECONDS
    assert redis_client.get(LEADER) != leader


def until(condition: Callable[[], object], what: str) -> object:
    """What ``condition`` answers, as soon as it is something true."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {DEADLINE_SECONDS:.0f} s for {what}"
        time.sleep(0.05)  # between two looks at the condition
    return found
