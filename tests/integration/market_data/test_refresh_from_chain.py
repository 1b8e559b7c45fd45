"""A refresh through several providers, against real prices on a loopback server, well and badly answered."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest
import redis
from flask import Flask

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM
from dashboard.providers.alphavantage import AlphaVantageProvider
from dashboard.providers.assembly import Patience, create_providers
from dashboard.providers.chain import ProviderChain
from dashboard.providers.circuits import Rule, SharedCircuits
from dashboard.providers.guard import GuardedProvider, LocalPauses
from dashboard.providers.retry import Retry
from dashboard.results.instruments import RefreshReport
from dashboard.runtime import redis_client
from dashboard.server import create_server
from dashboard.services import market_data
from dashboard.services.market_data.sources import EXTENSION
from dashboard.settings import Settings
from tests.integration.market_data.conftest import file_closes
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_refresh_from_yahoo import HELD, as_traded, reasons
from tests.stand_in import StandIn, free_port, started, stop

IMPATIENT = Patience(timeout_seconds=2.0, retry=Retry(attempts=3, total_seconds=5, first_wait_seconds=0.0))
NOBODY = "http://127.0.0.1:9"


@contextmanager
def installation(settings: Settings, providers: Sequence[str], **addresses: str) -> Iterator[Flask]:
    """The application in its context with these providers, less patient than in real life."""
    changed = {**dict(settings), "providers": tuple(providers), "alphavantage_api_key": "key", **addresses}
    made = Settings.build(**changed)
    app = create_server(made)
    with app.app_context():
        chain = create_providers(made, client=redis_client(), patience=IMPATIENT)
        app.extensions[EXTENSION] = (os.getpid(), chain)
        yield app
        db.session.remove()
        db.engine.dispose()


def assert_stored_as_traded(report: RefreshReport) -> None:
    assert report.complete, reasons(report)
    for purchase in HELD:
        bars, wanted = market_data.bars(purchase.symbol, adjusted=False), as_traded(purchase.symbol)
        assert bars.currency == purchase.currency
        assert bars.dates.tolist() == sorted(wanted)
        # Alpha Vantage rounds to four digits, before a split is undone.
        np.testing.assert_allclose(bars.close, [wanted[day] for day in sorted(wanted)], rtol=1e-5, atol=1e-2)


@pytest.mark.usefixtures("redis_client")
def test_alpha_vantage_alone_loads_every_series_and_then_asks_for_what_is_new(
    settings: Settings, stand_in: StandIn
) -> None:
    with installation(settings, ["alphavantage"], alphavantage_base_url=stand_in.address):
        make_ledger("EUR", *HELD)
        assert_stored_as_traded(market_data.refresh(SYSTEM))
        detail = market_data.instrument(SYSTEM, "REL.L")
        assert (detail.name, detail.provider, detail.provider_symbol) == ("RELX", "alphavantage", "REL.L")
        before = stand_in.requests()

        report = market_data.refresh(SYSTEM)

        assert stand_in.requests() - before == len(report.outcomes)
        assert [outcome.rows for outcome in report.outcomes] == [0] * len(report.outcomes)


@pytest.mark.usefixtures("redis_client")
def test_what_the_first_provider_cannot_give_the_second_does_and_the_reason_is_kept(
    settings: Settings, stand_in: StandIn
) -> None:
    addresses = {"yahoo_base_url": NOBODY, "alphavantage_base_url": stand_in.address}
    with installation(settings, ["yahoo", "alphavantage"], **addresses):
        make_ledger("EUR", Purchase("EWG", "USD"))
        report = market_data.refresh(SYSTEM)

        assert report.complete, reasons(report)
        assert all(outcome.reason.startswith("yahoo: ") for outcome in report.outcomes)
        # It only stood in: Yahoo is asked first again.
        assert market_data.instrument(SYSTEM, "EWG").provider == ""
    with installation(settings, ["yahoo", "alphavantage"], yahoo_base_url=stand_in.address):
        report = market_data.refresh(SYSTEM)
        assert {outcome.symbol: outcome.reason for outcome in report.outcomes} == {"EWG": "", "EURUSD": ""}
        assert market_data.instrument(SYSTEM, "EWG").provider == "yahoo"


@pytest.mark.usefixtures("redis_client")
def test_who_only_stands_in_adds_days_and_changes_none(settings: Settings, stand_in: StandIn) -> None:
    with installation(settings, ["yahoo", "alphavantage"], yahoo_base_url=stand_in.address):
        make_ledger("EUR", Purchase("IBE.MC", "EUR"), Purchase("CALM", "USD"))
        market_data.refresh(SYSTEM)
        stored = market_data.bars("CALM", adjusted=False).close.tolist()
    last = max(file_closes("CALM"))
    stand_in.push("CALM", 100.0, last + timedelta(days=1))
    addresses = {"yahoo_base_url": NOBODY, "alphavantage_base_url": stand_in.address}
    with installation(settings, ["yahoo", "alphavantage"], **addresses):
        rows = {outcome.symbol: outcome.rows for outcome in market_data.refresh(SYSTEM).outcomes}

        assert rows == {"CALM": 1, "EURUSD": 0, "IBE.MC": 0}
        assert market_data.bars("CALM", adjusted=False).close.tolist() == [*stored, 100.0]


@pytest.mark.usefixtures("redis_client")
def test_where_every_provider_fails_each_says_why(settings: Settings) -> None:
    with installation(settings, ["alphavantage", "yahoo"], yahoo_base_url=NOBODY, alphavantage_base_url=NOBODY):
        make_ledger("USD", Purchase("EWG", "USD"))
        (outcome,) = market_data.refresh(SYSTEM).outcomes
        assert outcome.code == "provider_unavailable"
        assert "alphavantage: Alpha Vantage did not answer" in outcome.reason
        assert "yahoo: Yahoo did not answer" in outcome.reason
        (problem,) = market_data.problems_of(["EWG"])
        assert problem.message == outcome.reason


@pytest.mark.usefixtures("redis_client")
@pytest.mark.parametrize("providers", [("yahoo", "alphavantage"), ("alphavantage",)])
@pytest.mark.parametrize(("fail", "rate_limit"), [(0.3, 0), (0.0, 3)])
def test_sources_in_trouble_leave_each_series_complete_or_with_a_typed_reason(
    settings: Settings, stand_in: StandIn, providers: Sequence[str], fail: float, rate_limit: int
) -> None:
    addresses = {"yahoo_base_url": stand_in.address, "alphavantage_base_url": stand_in.address}
    with installation(settings, providers, **addresses):
        make_ledger("USD", *HELD[1:])
        stand_in.set(fail=fail, rate_limit=rate_limit)

        report = market_data.refresh(SYSTEM)

        for outcome in report.outcomes:
            assert outcome.code in {"", "provider_unavailable", "rate_limited"}
            assert outcome.reason or not outcome.code
        for outcome in report.outcomes[: len(HELD[1:])]:
            bars, wanted = market_data.bars(outcome.symbol, adjusted=False), as_traded(outcome.symbol)
            assert bars.dates.tolist() == ([] if outcome.code else sorted(wanted))
        if rate_limit and providers == ("alphavantage",):
            # The one key is refused: nothing is asked any more.
            assert {outcome.code for outcome in report.outcomes[2:]} == {"rate_limited"}


@dataclass
class Clock:
    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.usefixtures("stand_in")
def test_a_source_that_stops_is_left_alone_and_taken_up_again_when_it_is_back(
    settings: Settings, redis_client: redis.Redis
) -> None:
    port, clock = free_port(), Clock()
    circuits = SharedCircuits(redis_client, Rule(failures=3, rest_seconds=20), clock=clock)
    source = AlphaVantageProvider(
        api_key="key", base_url=f"http://127.0.0.1:{port}", timeout_seconds=5.0, retry=Retry(attempts=1)
    )
    chain = ProviderChain([GuardedProvider(source, LocalPauses(clock), circuits)])

    def refresh() -> tuple[str, bool]:
        (outcome,) = market_data.refresh(SYSTEM, chain=chain).outcomes
        return outcome.code, "left alone" in outcome.reason

    with installation(settings, ["simulated"]):
        make_ledger("USD", Purchase("EWG", "USD"))
        process, _ = started(port)
        assert refresh() == ("", False)
        stored = len(market_data.bars("EWG").dates)
        stop(process)
        assert [refresh() for _ in range(3)] == [("provider_unavailable", False)] * 3
        process, _ = started(port)
        try:
            assert refresh() == ("provider_unavailable", True)
            assert len(market_data.bars("EWG").dates) == stored
            clock.now += 20
            assert [refresh() for _ in range(2)] == [("", False)] * 2
        finally:
            stop(process)
