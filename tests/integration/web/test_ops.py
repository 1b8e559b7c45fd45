"""What operators and load balancers ask."""

from __future__ import annotations

import redis
from flask import Flask
from flask.testing import FlaskClient
from redis.backoff import NoBackoff
from redis.retry import Retry


def test_alive_needs_nothing(client: FlaskClient) -> None:
    assert client.get("/healthz").data == b"ok\n"


def test_ready_says_what_is_ready(client: FlaskClient) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json == {"ready": True, "database": "ok", "redis": "ok", "migrations": "ok"}


def test_ready_names_what_does_not_answer(server: Flask, client: FlaskClient) -> None:
    working = server.extensions["redis"]
    server.extensions["redis"] = redis.Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
    try:
        response = client.get("/readyz")
    finally:
        server.extensions["redis"] = working
    assert response.status_code == 503
    assert response.json == {"ready": False, "database": "ok", "redis": "does not answer", "migrations": "ok"}


def test_metrics_count_requests_by_route_and_not_by_address(client: FlaskClient) -> None:
    client.get("/p/some-secret-name")
    text = client.get("/metrics").get_data(as_text=True)
    assert 'basis_request_seconds_count{method="GET",route="/<path:path>",status="401"}' in text
    assert "some-secret-name" not in text
