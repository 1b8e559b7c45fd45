"""Budgets and circuits that all processes observe, in a real Redis, on a clock that the test moves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import redis

from dashboard.providers.budget import Limit, SharedTokens
from dashboard.providers.circuits import Rule, SharedCircuits
from dashboard.redis_store import connect

LIMITS = [Limit(5, 60), Limit(7, 86_400)]
RULE = Rule(failures=3, window_seconds=60, rest_seconds=20)


@dataclass
class Clock:
    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_workers_that_ask_at_once_never_take_more_than_the_limit(redis_client: redis.Redis) -> None:
    clock = Clock()
    workers = [SharedTokens(redis_client, clock=clock) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda number: workers[number % 4].take("alphavantage", LIMITS), range(40)))
    assert (waits.count(0), set(waits)) == (5, {0, 60})


def test_a_token_comes_back_after_its_period_and_the_longest_wait_counts(redis_client: redis.Redis) -> None:
    clock = Clock()
    tokens = SharedTokens(redis_client, clock=clock)
    assert [tokens.take("a", LIMITS) for _ in range(6)] == [0] * 5 + [60]
    clock.now += 60
    assert [tokens.take("a", LIMITS, reserve=6), tokens.take("a", LIMITS)] == [86_340, 0]
    assert [tokens.take("a", LIMITS) for _ in range(2)] == [0, 86_340]
    assert [tokens.take("b", LIMITS, reserve=6), tokens.take("b", LIMITS, reserve=6)] == [0, 86_400]


def test_without_a_clock_of_the_tests_redis_tells_the_time(redis_client: redis.Redis) -> None:
    tokens = SharedTokens(redis_client)
    assert tokens.take("a", [Limit(1, 60)]) == 0
    assert 55 < tokens.take("a", [Limit(1, 60)]) <= 60


def test_without_redis_each_process_keeps_to_the_limit_by_itself(tmp_path: Path) -> None:
    tokens = SharedTokens(connect(f"unix://{tmp_path}/nobody.sock"))
    assert [tokens.take("a", [Limit(1, 60)]) > 0 for _ in range(2)] == [False, True]


def test_failures_of_several_workers_open_one_circuit_and_one_trial_closes_it(redis_client: redis.Redis) -> None:
    clock = Clock()
    one, other = (SharedCircuits(redis_client, RULE, clock=clock) for _ in range(2))
    for circuits in (one, other, one):
        assert circuits.admit("yahoo:history").wait_seconds == 0
        circuits.failed("yahoo:history", "no answer")
    refused = other.admit("yahoo:history")
    assert (refused.wait_seconds, refused.reason) == (20, "no answer")
    assert other.admit("yahoo:quotes").wait_seconds == 0

    clock.now += 20
    assert [one.admit("yahoo:history").wait_seconds, other.admit("yahoo:history").wait_seconds] == [0, 20]
    one.failed("yahoo:history", "still none")
    clock.now += 19
    assert other.admit("yahoo:history").reason == "still none"
    clock.now += 1
    assert other.admit("yahoo:history").wait_seconds == 0
    other.succeeded("yahoo:history")
    assert one.admit("yahoo:history").wait_seconds == 0
    one.failed("yahoo:history", "once")
    assert one.admit("yahoo:history").wait_seconds == 0


def test_failures_outside_the_window_and_before_a_success_do_not_count(redis_client: redis.Redis) -> None:
    clock = Clock()
    circuits = SharedCircuits(redis_client, RULE, clock=clock)
    for _ in range(5):
        circuits.failed("a", "late")
        clock.now += 31
    assert circuits.admit("a").wait_seconds == 0
    for _ in range(4):
        circuits.failed("b", "no")
        circuits.failed("b", "no")
        circuits.succeeded("b")
    assert circuits.admit("b").wait_seconds == 0


def test_without_redis_each_process_has_its_own_circuits(tmp_path: Path) -> None:
    circuits = SharedCircuits(connect(f"unix://{tmp_path}/nobody.sock"), RULE)
    for _ in range(3):
        circuits.failed("a", "no")
    assert circuits.admit("a").wait_seconds > 0
    circuits.succeeded("a")
    assert circuits.admit("a").wait_seconds == 0
