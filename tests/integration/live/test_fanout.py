"""The fan-out as it runs: what open streams hear, what they cost the database, and when they end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import orjson
import psycopg
import pytest
import redis
import requests
from flask import Flask

from dashboard.domain.access import Actor
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.live.channels import QUOTES, TICKS, WANTED, quote_to_json
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services import portfolios, sessions, transactions
from dashboard.settings import Settings
from tests.conftest import DatabaseUrls
from tests.factories import make_portfolio, make_user
from tests.integration.cli.conftest import environment_of
from tests.integration.conftest import TEST_SECRET_KEY
from tests.web import Json

ROOT = Path(__file__).parents[3]
SERVER = "dashboard.live.wsgi:server"
DEADLINE_SECONDS = 60.0
LEDGER = """
    date        type     symbol  quantity  price  currency  amount
    2024-01-02  deposit  -       -         -      EUR       5000
    2024-01-03  buy      ZQFX    10        100    EUR       -
"""
STREAMS, CONNECTIONS = 100, 6


class Listener:
    """One open stream."""

    def __init__(self, answer: requests.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines(decode_unicode=True)

    def next(self, name: str) -> Json:
        """The data of the next event of this name."""
        found = ""
        for line in self._lines:
            field, _, value = line.partition(": ")
            if field == "event":
                found = value
            elif field == "data" and found == name:
                return json.loads(value)
        raise AssertionError(f"the stream ended before {name}")

    def ended(self) -> bool:
        """Whether nothing follows."""
        return not any(line.startswith("data") for line in self._lines)


class FanOut:
    """The fan-out's process, and listeners to it."""

    def __init__(self, address: str, stack: ExitStack) -> None:
        self.address = address
        self._stack = stack

    def listen(self, token: str, portfolio: PortfolioRef, **headers: str) -> Listener:
        answer = requests.get(
            f"{self.address}/portfolios/{portfolio.id}",
            cookies={"basis_session": token},
            headers=headers,
            stream=True,
            timeout=DEADLINE_SECONDS,
        )
        self._stack.callback(answer.close)
        assert answer.status_code == 200, answer.text
        return Listener(answer)


@pytest.fixture(scope="module")
def address(migrated_database: DatabaseUrls, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """gunicorn with the fan-out alone, once for all tests here: quotes come from the tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings.build(
        database_url=migrated_database.database_url,
        redis_url=redis_url,
        dashboard_home=tmp_path_factory.mktemp("home"),
        secret_key=TEST_SECRET_KEY,
    )
    environment = environment_of(settings, STREAM_BIND=f"//127.0.0.1:{port}")
    command = [sys.executable, "-m", "gunicorn", "-c", "python:dashboard.live.gunicorn_conf", SERVER]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _until(lambda: process.poll() is None and _answers(address), "the fan-out to answer")
        yield address
    finally:
        process.send_signal(signal.SIGQUIT)  # without waiting for streams to end
        process.wait(timeout=30)


@pytest.fixture
def fanout(address: str, app_context: Flask) -> Iterator[FanOut]:
    """The fan-out over an empty database; what listens is closed at the end."""
    with ExitStack() as stack:
        yield FanOut(address, stack)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def _until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited {DEADLINE_SECONDS:.0f} s for {what}"
        time.sleep(0.05)  # between two looks at the condition


@pytest.fixture
def person(app_context: Flask) -> Actor:
    return make_user("listener@example.org")


@pytest.fixture
def token(person: Actor) -> str:
    return sessions.open_session(person, address="127.0.0.1", agent="test")


@pytest.fixture
def portfolio(person: Actor) -> PortfolioRef:
    return make_portfolio(person, ledger=LEDGER)


def tell(client: redis.Redis, price: float) -> None:
    """As the feed does."""
    quote = quote_to_json(LiveQuote("ZQFX", price, 100.0, "EUR", datetime.now(UTC), Freshness.LIVE))
    client.hset(QUOTES, "ZQFX", orjson.dumps(quote))
    client.publish(TICKS, orjson.dumps([quote]))


def test_a_quote_reaches_every_listener_and_the_feed_hears_what_is_looked_at(
    fanout: FanOut, token: str, portfolio: PortfolioRef, redis_client: redis.Redis
) -> None:
    tell(redis_client, 120.0)
    origin = "http://127.0.0.1:8050"
    listeners = [fanout.listen(token, portfolio, Origin=origin) for _ in range(2)]
    assert {listener.answer.headers["Access-Control-Allow-Origin"] for listener in listeners} == {origin}
    assert [listener.next("portfolio")["market_value"] for listener in listeners] == [5200.0, 5200.0]
    assert redis_client.zrange(WANTED, 0, -1) == [b"ZQFX"]
    tell(redis_client, 130.0)
    assert [listener.next("portfolio")["market_value"] for listener in listeners] == [5300.0, 5300.0]


def test_a_change_of_the_ledger_is_told_with_the_new_value_after_it(
    fanout: FanOut, token: str, portfolio: PortfolioRef, person: Actor, redis_client: redis.Redis
) -> None:
    tell(redis_client, 120.0)
    listener = fanout.listen(token, portfolio)
    listener.next("portfolio")
    deposit = Transaction(date=date(2024, 2, 1), type=TransactionType.DEPOSIT, currency="EUR", amount=Decimal(300))
    transactions.add_transaction(person, portfolio.id, deposit)
    assert listener.next("changed") == {"portfolio_id": portfolio.id}
    assert listener.next("portfolio")["market_value"] == 5500.0


def test_a_portfolio_without_a_transaction_is_listened_to_until_it_has_one(
    fanout: FanOut, token: str, person: Actor
) -> None:
    empty = make_portfolio(person, "Empty")
    listener = fanout.listen(token, empty)
    deposit = Transaction(date=date(2024, 2, 1), type=TransactionType.DEPOSIT, currency="EUR", amount=Decimal(300))
    transactions.add_transaction(person, empty.id, deposit)
    assert listener.next("changed") == {"portfolio_id": empty.id}


def test_streams_end_within_five_seconds_of_signing_out_or_of_the_deletion_of_what_they_show(
    fanout: FanOut, token: str, portfolio: PortfolioRef, person: Actor
) -> None:
    other = make_portfolio(person, "Other", ledger=LEDGER)
    second_token = sessions.open_session(person, address="127.0.0.1", agent="another browser")
    leaving, staying = fanout.listen(token, portfolio), fanout.listen(second_token, other)
    sessions.end_session(token)
    begun = time.monotonic()
    assert leaving.next("end") == {"reason": "signed_out"}
    assert leaving.ended()
    assert time.monotonic() - begun < 5.5  # five, and the time that the test itself takes
    portfolios.delete_portfolio(person, other.id)
    assert staying.next("end") == {"reason": "gone"}
    assert staying.ended()


def test_a_hundred_open_streams_hold_a_handful_of_database_connections(
    fanout: FanOut, token: str, portfolio: PortfolioRef, redis_client: redis.Redis, database_urls: DatabaseUrls
) -> None:
    tell(redis_client, 120.0)
    listeners = [fanout.listen(token, portfolio) for _ in range(STREAMS)]
    tell(redis_client, 140.0)
    for listener in listeners:
        while listener.next("portfolio")["market_value"] != 5400.0:
            pass
    with psycopg.connect(database_urls.admin_url.replace("+psycopg", "")) as connection:
        open_now = connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchone()
        idle = connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'"
        ).fetchone()
    assert open_now is not None and open_now[0] <= CONNECTIONS
    assert idle == (0,)
