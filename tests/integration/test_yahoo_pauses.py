"""Pauses that all processes observe, in a real Redis."""

from __future__ import annotations

from pathlib import Path

import redis

from dashboard.providers.guard import SharedPauses
from dashboard.redis_store import connect


def test_a_pause_that_one_process_begins_is_observed_by_another(redis_client: redis.Redis) -> None:
    SharedPauses(redis_client).begin("yahoo:history", 30)
    other = SharedPauses(redis_client)
    assert 25 < other.left("yahoo:history") <= 30
    assert other.left("yahoo:quotes") == 0


def test_a_pause_is_observed_by_its_own_process_after_redis_forgot_it(redis_client: redis.Redis) -> None:
    pauses = SharedPauses(redis_client)
    pauses.begin("yahoo:history", 30)
    redis_client.flushdb()
    assert pauses.left("yahoo:history") > 25


def test_without_redis_a_process_observes_its_own_pauses(tmp_path: Path) -> None:
    pauses = SharedPauses(connect(f"unix://{tmp_path}/nobody.sock"))
    assert pauses.left("yahoo:history") == 0
    pauses.begin("yahoo:history", 30)
    assert pauses.left("yahoo:history") > 25
