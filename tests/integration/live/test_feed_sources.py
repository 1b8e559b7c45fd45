"""Whom the feed asks: the providers of each asset class in their order, each by itself, the next while one is away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
import redis
from flask import Flask

from dashboard.db.engine import db
from dashboard.db.repositories import instrument_symbols
from dashboard.domain.instruments import AssetClass, InstrumentState
from dashboard.errors import ProviderUnavailable, ServiceUnavailable
from dashboard.live import feed as feeds
from dashboard.live.desks import DEFAULT_ROUND_SECONDS, LONGEST_PAUSE_SECONDS
from dashboard.live.feed import Feed
from dashboard.providers.chain import ProviderChain
from dashboard.redis_store import Lease
from dashboard.services.live_board import LEADER, LEASE_SECONDS, QUOTES, posted
from dashboard.services.live_quotes import Sources, pair_symbol, sources_of
from tests.factories import make_instrument
from tests.integration.live.market import AT, Clock, Market, feed_of, look_at
from tests.unit.providers.fakes import FakeProvider


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


def test_what_one_provider_does_not_give_comes_from_the_next_while_it_is_away_and_from_it_again_after(
    redis_client: redis.Redis, clock: Clock
) -> None:
    first, second = Market("yahoo"), Market("alphavantage")
    feed = feed_of(redis_client, clock, first, second)
    look_at(redis_client, clock, "RHNW", seconds=36000)
    first.trouble = ProviderUnavailable("no answer", provider="yahoo")
    feed.once(), feed.once()
    assert (len(first.asked), len(second.asked)) == (1, 1)
    first.trouble = None
    clock.now += LONGEST_PAUSE_SECONDS
    feed.once(), feed.once()
    assert (len(first.asked), len(second.asked)) == (2, 1)


def test_a_provider_that_hangs_holds_up_neither_the_lease_nor_the_others(
    redis_client: redis.Redis, clock: Clock
) -> None:
    shares, coins = Market("yahoo"), Market("simulated")
    held: list[Callable[[], None]] = []
    feed = Feed(
        redis_client,
        (shares, coins),
        lambda symbols: [Sources("RHNW", (("yahoo", "RHNW"),)), Sources("OPLT", (("simulated", "OPLT"),))],
        clock=clock,
        start=lambda call: held.append(call) if not held else call(),  # the first one called does not come back
    )
    look_at(redis_client, clock, "RHNW", "OPLT", seconds=36000)
    for _ in range(20):
        feed.once()
        clock.now += 1.5
    assert len(coins.asked) == 20 and redis_client.hexists(QUOTES, "OPLT")
    assert not Lease(redis_client, LEADER, LEASE_SECONDS).acquire()
    held[0]()
    assert redis_client.hexists(QUOTES, "RHNW")


def test_what_somebody_has_just_begun_to_look_at_is_asked_for_before_the_next_round(
    redis_client: redis.Redis, clock: Clock
) -> None:
    source = Market("yahoo")
    feed = feed_of(redis_client, clock, source)
    look_at(redis_client, clock, "RHNW", seconds=36000)
    feed.once()
    look_at(redis_client, clock, "NWRB", seconds=36000)
    feed.once(), feed.once()
    assert source.asked == [("RHNW",), ("NWRB",)]
    clock.now += DEFAULT_ROUND_SECONDS
    feed.once()
    assert source.asked[2:] == [("NWRB", "RHNW")]


def test_what_a_provider_does_not_know_is_asked_of_the_next(redis_client: redis.Redis, clock: Clock) -> None:
    first, second = Market("yahoo", lacking=("OPLT",)), Market("alphavantage")
    feed = feed_of(redis_client, clock, first, second)
    look_at(redis_client, clock, "RHNW", "OPLT", seconds=36000)
    feed.once(), feed.once()
    assert second.asked == [("OPLT",)]
    assert redis_client.hlen(QUOTES) == 2


def test_a_source_that_is_behind_takes_no_newer_quote_back(redis_client: redis.Redis, clock: Clock) -> None:
    first, second = Market("yahoo"), Market("alphavantage")
    second.at = AT - timedelta(minutes=15)
    feed = feed_of(redis_client, clock, first, second)
    look_at(redis_client, clock, "RHNW", seconds=36000)
    feed.once()
    first.trouble = ProviderUnavailable("no answer", provider="yahoo")
    clock.now += DEFAULT_ROUND_SECONDS
    feed.once(), feed.once()
    assert second.asked
    assert posted(redis_client)["RHNW"].quote.at == AT


def test_while_the_database_is_away_what_was_known_is_asked_for(
    feed: Feed, source: Market, redis_client: redis.Redis, clock: Clock
) -> None:
    look_at(redis_client, clock, "RHNW", seconds=36000)
    feed.once()

    def away(_symbols: Sequence[str]) -> list[Sources]:
        raise ServiceUnavailable("no database")

    feed.sources_of = away
    clock.now += 2 * feeds.SOURCES_SECONDS
    feed.once()
    assert source.asked == [("RHNW",), ("RHNW",)]


def test_each_symbol_is_asked_of_the_providers_of_its_class_by_their_own_names(app_context: Flask) -> None:
    make_instrument("RHNW", provider="yahoo", provider_symbol="RHNW.DE")
    make_instrument("OPLT-USD", asset_class=AssetClass.CRYPTO)
    make_instrument("GONE", state=InstrumentState.NOT_FOUND)
    instrument_symbols.replace_elsewhere(
        db.session, make_instrument("NWRB", provider="yahoo", provider_symbol="NWRB.DE"), {"second": "NWRB.FRK"}
    )
    orders: dict[AssetClass | None, Sequence[str]] = {
        AssetClass.CRYPTO: ("second",),
        AssetClass.CURRENCY: ("second", "yahoo"),
    }
    chain = ProviderChain([FakeProvider("yahoo"), FakeProvider("second")], orders)
    found = sources_of(chain, ["RHNW", "NWRB", "OPLT-USD", "GONE", "UNHEARD", pair_symbol("USD", "EUR")])
    assert {it.symbol: it.named for it in found} == {
        "RHNW": (("yahoo", "RHNW.DE"), ("second", "RHNW")),
        "NWRB": (("yahoo", "NWRB.DE"), ("second", "NWRB.FRK")),
        "OPLT-USD": (("second", "OPLT-USD"),),
        "fx:USD/EUR": (("second", "second:USDEUR"), ("yahoo", "yahoo:USDEUR")),
    }
