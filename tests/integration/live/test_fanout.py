"""The fan-out as it runs: what open streams hear, what they cost the database, and when they end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it has no stubs
import psycopg
import pytest
import redis
import requests
from flask import Flask

from dashboard.domain.access import Actor
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services import portfolios, sessions, transactions
from dashboard.services.live_board import LEADER, LEASE_SECONDS, WANTED, post
from dashboard.settings import Settings
from tests.conftest import DatabaseUrls
from tests.factories import make_instrument, make_portfolio, make_user
from tests.integration.cli.conftest import environment_of
from tests.integration.conftest import CLEANER, TEST_SECRET_KEY
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
        self.number = ""
        self._lines = answer.iter_lines(decode_unicode=True)

    def next(self, name: str) -> Json:
        """The data of the next event of this name; ``number`` is its id."""
        found = ""
        for line in self._lines:
            field, _, value = line.partition(": ")
            if field == "id":
                self.number = value
            elif field == "event":
                found = value
            elif field == "data" and found == name:
                return json.loads(value)
        raise AssertionError(f"the stream ended before {name}")

    def ended(self) -> bool:
        """Whether nothing follows."""
        return not any(line.startswith("data") for line in self._lines)


class FanOut:
    """The fan-out's process, and listeners to it."""

    def __init__(self, address: str, pid: int, stack: ExitStack) -> None:
        self.address = address
        self._pid = pid
        self._stack = stack

    def resident_bytes(self) -> int:
        """What the worker of the process keeps in memory."""
        (worker,) = psutil.Process(self._pid).children()
        return int(worker.memory_info().rss)

    def listen(self, token: str, portfolio: PortfolioRef, **headers: str) -> Listener:
        return self.open(token, f"/portfolios/{portfolio.id}", **headers)

    def open(self, token: str, path: str, **headers: str) -> Listener:
        answer = requests.get(
            f"{self.address}{path}",
            cookies={"basis_session": token},
            headers=headers,
            stream=True,
            timeout=DEADLINE_SECONDS,
        )
        self._stack.callback(answer.close)
        assert answer.status_code == 200, answer.text
        return Listener(answer)


@pytest.fixture(scope="module")
def address(
    migrated_database: DatabaseUrls, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
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
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGQUIT)  # without waiting for streams to end
        process.wait(timeout=30)


@pytest.fixture
def fanout(address: tuple[str, int], app_context: Flask) -> Iterator[FanOut]:
    """The fan-out over an empty database; what listens is closed at the end."""
    with ExitStack() as stack:
        yield FanOut(*address, stack)


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


def tell(client: redis.Redis, price: float, symbol: str = "ZQFX") -> int:
    """As the feed does."""
    return post(client, {symbol: LiveQuote(symbol, price, 100.0, "EUR", datetime.now(UTC), Freshness.LIVE)})


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


def test_of_several_symbols_those_in_the_catalogue_are_told_and_the_others_refused_by_name(
    fanout: FanOut, token: str, redis_client: redis.Redis
) -> None:
    make_instrument("ZQFX")
    tell(redis_client, 120.0)
    listener = fanout.open(token, "/quotes?symbols=UNHEARD,ZQFX,fx:USD/EUR")
    (refused,) = listener.next("refused")["symbols"]
    assert refused == {"symbol": "UNHEARD", "code": "not_found", "message": "There is no instrument UNHEARD."}
    assert [quote["symbol"] for quote in listener.next("quotes")["quotes"]] == ["ZQFX"]
    assert sorted(redis_client.zrange(WANTED, 0, -1)) == [b"ZQFX", b"fx:USD/EUR"]


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
            " and application_name <> %s",
            [CLEANER],
        ).fetchone()
        idle = connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'"
        ).fetchone()
    assert open_now is not None and open_now[0] <= CONNECTIONS
    assert idle == (0,)


def test_who_comes_back_hears_at_once_the_latest_of_what_came_meanwhile(
    fanout: FanOut, token: str, redis_client: redis.Redis
) -> None:
    make_instrument("ZQFX"), make_instrument("ZQFY")
    tell(redis_client, 50.0, "ZQFY"), tell(redis_client, 120.0)
    first = fanout.open(token, "/quotes?symbols=ZQFX,ZQFY")
    while len(first.next("quotes")["quotes"]) != 2:
        pass  # the fan-out hears of them one after the other
    first.answer.close()
    for price in range(121, 141):
        last = tell(redis_client, float(price))
    listener = fanout.open(token, "/quotes?symbols=ZQFX,ZQFY", **{"Last-Event-ID": first.number})
    (quote,) = listener.next("quotes")["quotes"]
    while quote["price"] < 140.0:  # the fan-out may be some ticks behind
        (quote,) = listener.next("quotes")["quotes"]
    assert (quote["symbol"], listener.number) == ("ZQFX", str(last))


def test_a_symbol_is_told_four_times_a_second_at_most(fanout: FanOut, token: str, redis_client: redis.Redis) -> None:
    make_instrument("ZQFX")
    listener = fanout.open(token, "/quotes?symbols=ZQFX")
    begun, told, price = time.monotonic(), 0, 100.0
    with ThreadPoolExecutor(1) as pool:
        ticking = pool.submit(lambda: [tell(redis_client, 100.0 + number / 100) for number in range(2000)])
        while price < 119.99:
            price = listener.next("quotes")["quotes"][0]["price"]
            told += 1
        ticking.result()
    assert told <= 2 + 4 * (time.monotonic() - begun)


def test_a_client_that_does_not_read_costs_no_memory_and_nobody_elses_time(
    fanout: FanOut, token: str, redis_client: redis.Redis
) -> None:
    symbols = [f"ZQ{number:03}" for number in range(200)]
    for symbol in symbols:
        make_instrument(symbol)
    path = f"/quotes?symbols={','.join(symbols)}"
    idle = [fanout.open(token, path) for _ in range(20)]
    listener = fanout.open(token, path)
    for price in range(100, 120):
        at = datetime.now(UTC)
        post(redis_client, {name: LiveQuote(name, price, 1.0, "EUR", at, Freshness.LIVE) for name in symbols})
        while listener.next("quotes")["quotes"][0]["price"] < price:
            pass
        if price == 104:
            before = fanout.resident_bytes()
    assert fanout.resident_bytes() - before < 2_000_000  # twenty backlogs of fifteen frames would be 10 MB
    late = idle[0]  # reads at last: what the kernel held, and then the latest
    heard = [late.next("quotes")["quotes"][0]["price"]]
    while heard[-1] < 119:
        heard.append(late.next("quotes")["quotes"][0]["price"])
    assert len(heard) < 20


def test_a_feed_that_does_not_renew_its_lease_is_told_and_so_is_the_next(
    fanout: FanOut, token: str, redis_client: redis.Redis
) -> None:
    make_instrument("ZQFX")
    listener = fanout.open(token, "/quotes?symbols=ZQFX")
    redis_client.set(LEADER, "a feed", px=round(LEASE_SECONDS * 1000))
    while listener.next("feed")["state"] != "ok":
        pass  # what the tests before left behind
    redis_client.pexpire(LEADER, 3000)  # as seven seconds after the last renewal
    assert listener.next("feed")["state"] == "down"
    assert fanout.open(token, "/quotes?symbols=ZQFX").next("feed")["state"] == "down"
    redis_client.pexpire(LEADER, round(LEASE_SECONDS * 1000))
    assert listener.next("feed")["state"] == "ok"
