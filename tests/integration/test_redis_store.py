"""The named things in Redis, against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from dashboard.errors import ServiceUnavailable
from dashboard.redis_store import (
    Lease,
    cache_get,
    cache_set,
    connect,
    key,
    lease,
    publish,
)


def test_a_cached_value_comes_back_as_it_went_in_and_has_an_end(redis_client: redis.Redis) -> None:
    value = {"total": "12.50", "weights": [0.25, 0.75], "stale": None}
    cache_set(redis_client, key("summary", "7"), value, ttl_seconds=30)
    assert cache_get(redis_client, key("summary", "7")) == value
    assert 0 < redis_client.pttl("basis:summary:7") <= 30_000


def test_a_value_that_was_never_kept_is_none(redis_client: redis.Redis) -> None:
    assert cache_get(redis_client, "a") is None


def test_a_lease_has_one_holder_until_it_is_given_back(redis_client: redis.Redis) -> None:
    first, second = Lease(redis_client, "leader", 30), Lease(redis_client, "leader", 30)
    assert first.acquire()
    assert first.acquire(), "the holder renews its own"
    assert not second.acquire()
    second.release()
    assert first.renew(), "another's release changes nothing"
    first.release()
    assert second.acquire()


def test_a_lease_that_ran_out_and_went_to_another_is_not_renewed(redis_client: redis.Redis) -> None:
    first, second = Lease(redis_client, "leader", 30), Lease(redis_client, "leader", 30)
    assert first.acquire()
    redis_client.delete("leader")
    assert second.acquire()
    assert not first.renew()


def test_a_lease_for_a_block_is_given_back_at_its_end(redis_client: redis.Redis) -> None:
    with lease(redis_client, "once", seconds=30) as held, lease(redis_client, "once", seconds=30) as held_twice:
        assert (held, held_twice) == (True, False)
    with lease(redis_client, "once", seconds=30) as held_again:
        assert held_again


def test_a_published_message_reaches_a_subscriber_as_json(redis_client: redis.Redis) -> None:
    with redis_client.pubsub() as subscription:  # type: ignore[no-untyped-call]  # redis leaves it untyped
        subscription.subscribe("quotes")
        assert subscription.get_message(timeout=5)  # the confirmation
        assert publish(redis_client, "quotes", {"AAA": 1.5}) == 1
        message = subscription.get_message(timeout=5)
    assert message is not None
    assert message["data"] == b'{"AAA":1.5}'


def test_a_redis_that_is_not_there_is_service_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailable):
        cache_get(connect(f"unix://{tmp_path}/nothing.sock"), "a")


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_a_redis_elsewhere_is_reached_by_tcp_with_or_without_tls(scheme: str) -> None:
    arguments = connect(f"{scheme}://:secret@cache.example:6380/3").connection_pool.connection_kwargs
    assert (arguments["host"], arguments["port"], arguments["db"]) == ("cache.example", 6380, 3)
