"""The embedded services."""

from __future__ import annotations

import psycopg
import redis

from tests.conftest import DatabaseUrls


def test_the_application_role_reaches_the_workers_own_database(database_urls: DatabaseUrls) -> None:
    with psycopg.connect(database_urls.database_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("basis_app",)


def test_redis_answers(redis_client: redis.Redis) -> None:
    assert redis_client.ping()
