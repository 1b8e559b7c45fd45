"""Ten requests for a series make one download, whoever asks, and a worker that dies with it is not waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import redis
from flask import Flask

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM
from dashboard.errors import ProviderUnavailable
from dashboard.providers.chain import ProviderChain
from dashboard.redis_store import Lease, connect, key
from dashboard.results.instruments import RefreshOutcome
from dashboard.server import create_server
from dashboard.services import leases, market_data
from dashboard.services.market_data import flights
from dashboard.services.market_data.flights import Flights
from dashboard.services.market_data.outcome import SeriesResult
from dashboard.services.market_data.sources import providers
from dashboard.settings import Settings
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_bad_answers import CHART, GOOD, yahoo
from tests.integration.market_data.test_refresh import FIRST, FakeProvider, history
from tests.yahoo_loopback import Answer, Loopback, loopback

NOBODY = "redis://127.0.0.1:9/0"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.fixture
def apps(settings: Settings, server: Loopback, redis_client: redis.Redis) -> Iterator[list[Flask]]:
    """Two processes' worth of applications: nothing is shared between them but PostgreSQL and Redis."""
    chosen = Settings.build(**{**dict(settings), "providers": ("yahoo",), "yahoo_base_url": server.address})
    made = [create_server(chosen) for _ in range(2)]
    for app in made:
        with app.app_context():
            providers()
    yield made
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def open_when_waiting(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], threading.Event]:
    """A gate that opens once so many wait for another's download."""
    gate, waiting = threading.Event(), set[int]()

    def opened_by(count: int) -> threading.Event:
        def wait(seconds: float) -> None:
            waiting.add(threading.get_ident())
            if len(waiting) == count:
                gate.set()
            time.sleep(seconds)

        monkeypatch.setattr(flights, "time", SimpleNamespace(sleep=wait))
        return gate

    return opened_by


def test_ten_requests_at_once_make_one_download(
    apps: list[Flask], server: Loopback, open_when_waiting: Callable[[int], threading.Event]
) -> None:
    server.will_answer(f"{CHART}GOOD", Answer(body=yahoo("GOOD", GOOD, exchange="OTC"), gate=open_when_waiting(9)))
    with apps[0].app_context():
        make_ledger("USD", Purchase("GOOD", "USD"))

    def ask(number: int) -> RefreshOutcome:
        with apps[number % 2].app_context():
            (outcome,) = market_data.refresh(SYSTEM, ["GOOD"]).outcomes
            return outcome

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(ask, range(10)))

    assert server.asked(f"{CHART}GOOD") == 1
    assert [(outcome.rows, outcome.code, outcome.last_date) for outcome in outcomes] == [(3, "", max(GOOD))] * 10


def fetch(app: Flask, fake: FakeProvider, start: date | None = None, fresh_seconds: float = 30.0) -> RefreshOutcome:
    with app.app_context():
        report = market_data.refresh(
            SYSTEM, ["A"], start=start, fresh_seconds=fresh_seconds, chain=ProviderChain([fake])
        )
    return report.outcomes[0]


def test_what_came_in_seconds_ago_is_not_asked_for_again_unless_it_is_wanted_anew_or_from_earlier(app: Flask) -> None:
    fake = FakeProvider({"A": history("A", [1.0, 2.0])})
    first = fetch(app, fake)

    assert (fetch(app, fake), len(fake.asked)) == (first, 1)
    fetch(app, fake, start=FIRST)
    assert len(fake.asked) == 2
    fetch(app, fake, start=FIRST + timedelta(days=1))
    assert len(fake.asked) == 2
    fetch(app, fake, start=FIRST - timedelta(days=1))
    assert len(fake.asked) == 3
    fetch(app, fake, fresh_seconds=0.0)
    assert len(fake.asked) == 4


def test_a_failure_is_asked_for_again_at_once(app: Flask) -> None:
    fake = FakeProvider({"A": ProviderUnavailable("down", provider="fake")})
    assert fetch(app, fake).code == "provider_unavailable"
    fake.answers["A"] = history("A", [1.0])
    assert fetch(app, fake).code == ""


def test_those_who_waited_share_a_failure_and_the_next_one_asks(
    app: Flask, redis_client: redis.Redis, open_when_waiting: Callable[[int], threading.Event]
) -> None:
    gate, asked = open_when_waiting(1), []

    def fails() -> SeriesResult:
        asked.append(1)
        assert gate.wait(60)
        return SeriesResult(RefreshOutcome("A", 0, code="rate_limited", reason="too many"))

    def share(_: int) -> str:
        with app.app_context():
            return Flights(redis_client).share("A", None, fails).outcome.code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(share, range(2))) == ["rate_limited"] * 2
    assert len(asked) == 1
    share(0)
    assert len(asked) == 2


def test_a_worker_that_died_with_a_download_is_waited_for_no_longer_than_its_lease(
    app: Flask, redis_client: redis.Redis
) -> None:
    assert Lease(redis_client, key("refreshing", "A"), 0.3).acquire()
    fake = FakeProvider({"A": history("A", [1.0])})
    assert fetch(app, fake).code == ""
    assert leases.LEASE_SECONDS <= 20


def test_without_redis_everybody_asks_for_himself(app: Flask) -> None:
    flown: list[int] = []

    def work() -> SeriesResult:
        flown.append(1)
        return SeriesResult(RefreshOutcome("A", 1))

    with app.app_context():
        for _ in range(2):
            assert Flights(connect(NOBODY), 30.0).share("A", None, work).outcome.rows == 1
    assert len(flown) == 2
