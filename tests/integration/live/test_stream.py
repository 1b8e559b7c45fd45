"""The stream: nobody listens to what is not his, and who may no longer sign in is cut off."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
import redis
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from dashboard.db.engine import db
from dashboard.db.models.audit import AuditEntry
from dashboard.domain.access import SYSTEM, Actor, Role
from dashboard.errors import TooManyRequests
from dashboard.live.clients import Client
from dashboard.live.fanout import create_fanout
from dashboard.live.hub import MOST_STREAMS, Hub
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import accounts, market_data, sessions
from dashboard.settings import Settings
from tests.factories import make_instrument, make_portfolio, make_user
from tests.integration.cli.conftest import environment_of
from tests.web import Json

ROOT = Path(__file__).parents[3]
DEADLINE_SECONDS = 60.0
COOKIE = "basis_session"
LEDGER = """
    date        type     symbol  quantity  price  currency  amount
    2024-01-02  deposit  -       -         -      EUR       5000
    2024-01-03  buy      RHNW    10        100    EUR       -
"""


@pytest.fixture
def fanout(settings: Settings, redis_client: redis.Redis) -> Iterator[Flask]:
    """The application of the stream; nothing listens to Redis until somebody may listen."""
    app = create_fanout(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def listener(fanout: Flask) -> Actor:
    """A person with a session."""
    return make_user("listener@example.org")


@pytest.fixture
def client(fanout: Flask, listener: Actor) -> FlaskClient:
    """The person's browser."""
    found = fanout.test_client()
    found.set_cookie(COOKIE, sessions.open_session(listener, address="127.0.0.1", agent="test"))
    return found


def _denials() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.result == "denied"))
    return [(row.email, row.object_id) for row in rows]


def test_without_a_session_no_stream_begins(fanout: Flask) -> None:
    mine = make_portfolio(make_user(), ledger=LEDGER)
    for prefix in ("", "/stream"):
        for path in (f"/portfolios/{mine.id}", "/portfolios/999", "/quotes?symbols=RHNW", "/quotes"):
            stranger = fanout.test_client()
            assert stranger.get(prefix + path).status_code == 401
            stranger.set_cookie(COOKIE, "made up")
            response = stranger.get(prefix + path)
            assert (response.status_code, response.json["code"]) == (401, "authentication_required")  # type: ignore[index]


def test_every_route_of_the_stream_but_its_health_wants_a_session(fanout: Flask) -> None:
    for rule in fanout.url_map.iter_rules():
        if rule.rule not in {"/healthz", "/static/<path:filename>"}:
            path = rule.rule.replace("<int:portfolio_id>", "1")
            assert fanout.test_client().get(path).status_code == 401, rule.rule


def test_another_ones_portfolio_is_not_found_and_the_audit_trail_says_who_asked(
    listener: Actor, client: FlaskClient
) -> None:
    theirs = make_portfolio(make_user("other@example.org", role=Role.ADMIN), "Theirs", ledger=LEDGER)
    foreign, nobodys = (client.get(f"/portfolios/{number}") for number in (theirs.id, theirs.id + 1))
    assert (foreign.status_code, nobodys.status_code) == (404, 404)
    assert foreign.get_data(as_text=True).replace(str(theirs.id), "") == nobodys.get_data(as_text=True).replace(
        str(theirs.id + 1), ""
    )
    assert _denials() == [(listener.email, str(theirs.id))]
    assert client.get(f"/portfolios/{10**30}").status_code == 404


def test_what_is_asked_for_is_bounded_and_only_our_own_pages_may_ask(client: FlaskClient) -> None:
    for symbols in ("", ",", ",".join(f"S{number}" for number in range(201))):
        assert client.get(f"/quotes?symbols={symbols}").status_code == 422
    mine = {"Origin": "http://localhost:8050"}
    assert client.get("/quotes", headers={"Origin": "https://evil.example"}).status_code == 403
    answer = client.get("/quotes", headers=mine)
    assert answer.status_code == 422
    assert answer.headers["Access-Control-Allow-Origin"] == mine["Origin"]


def test_what_is_not_in_the_catalogue_is_not_found(client: FlaskClient) -> None:
    make_instrument("RHNW")
    nothing = client.get("/quotes?symbols=UNHEARD,rhnw,fx:USD/QQQ,fx:usd/eur,fx:USD")
    assert (nothing.status_code, nothing.json["code"]) == (404, "not_found")  # type: ignore[index]


def test_who_joins_while_sessions_are_looked_at_is_not_taken_for_somebody_who_has_left(
    fanout: Flask, redis_client: redis.Redis, listener: Actor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.redis_url is not None
    hub = Hub(fanout, redis_client, settings.redis_url.get_secret_value())
    early, late, gone = (Client(sessions.open_session(listener, address="", agent="test")) for _ in range(3))
    for client in (early, gone):
        hub.join_quotes(client, ["RHNW"])
    sessions.end_session(gone.token)
    look = sessions.open_tokens

    def join_meanwhile(tokens: Collection[str]) -> frozenset[str]:
        hub.join_quotes(late, ["RHNW"])
        return look(tokens)

    monkeypatch.setattr(sessions, "open_tokens", join_meanwhile)
    hub.recheck()
    (topic,) = hub.topics.values()
    assert topic.clients == {early, late}


def test_a_session_has_a_bounded_number_of_streams(
    fanout: Flask, redis_client: redis.Redis, settings: Settings
) -> None:
    assert settings.redis_url is not None
    hub = Hub(fanout, redis_client, settings.redis_url.get_secret_value())
    clients = [Client("one session") for _ in range(MOST_STREAMS)]
    topics = [hub.join_quotes(client, ["RHNW"]) for client in clients]
    with pytest.raises(TooManyRequests):
        hub.join_quotes(Client("one session"), ["NWRB"])
    hub.join_quotes(Client("another session"), ["RHNW"])
    for _ in range(2):  # the second time it has gone already
        hub.leave(topics[0], clients[0])
    hub.join_quotes(Client("one session"), ["NWRB"])
    with pytest.raises(TooManyRequests):
        hub.join_quotes(Client("one session"), ["NWRB"])


@pytest.fixture
def stream(settings: Settings, redis_client: redis.Redis) -> Iterator[str]:
    """``dashboard stream`` as it runs: its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "dashboard.cli", "stream"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment_of(settings, STREAM_URL=address), stderr=subprocess.DEVNULL
    )
    try:
        _until_it_answers(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        assert process.poll() is None and time.monotonic() < deadline, "the stream does not answer"
        try:
            if requests.get(f"{address}/healthz", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)  # between two looks


@pytest.fixture
def portfolio(app_context: Flask) -> PortfolioRef:
    """A portfolio of somebody with a password, over one priced instrument of the simulated market."""
    made = accounts.create_user(SYSTEM, "listener@example.org", "an honest sentence of words")
    market_data.import_prices(SYSTEM, b"symbol,date,close,currency\nRHNW,2024-01-03,100,EUR\n", "prices.csv")
    return make_portfolio(Actor(made.id, made.email), ledger=LEDGER)


def test_a_portfolio_is_told_at_live_prices_until_its_person_is_disabled(portfolio: PortfolioRef, stream: str) -> None:
    actor = accounts.authenticate("listener@example.org", "an honest sentence of words", "127.0.0.1")
    token = sessions.open_session(actor, address="127.0.0.1", agent="test")
    address = f"{stream}/portfolios/{portfolio.id}"
    with requests.get(address, cookies={COOKIE: token}, stream=True, timeout=DEADLINE_SECONDS) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        events = _events(answer)
        data = next(data for name, data in events if name == "portfolio")
        position = data["positions"][0]
        assert position["symbol"] == "RHNW"
        assert data["market_value"] == pytest.approx(4000 + 10 * position["price"])

        accounts.disable_user(SYSTEM, actor.email)
        disabled_at = time.monotonic()
        assert [name for name, _ in events][-1] == "end"
        assert time.monotonic() - disabled_at < 8


def _events(answer: requests.Response) -> Iterator[tuple[str, Json]]:
    """The events of a stream, by name."""
    name = ""
    for line in answer.iter_lines(decode_unicode=True):
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)
