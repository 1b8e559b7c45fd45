"""A refresh through several providers, against real prices on a loopback server, well and badly answered."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest
from flask import Flask

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM
from dashboard.providers.assembly import create_providers
from dashboard.providers.retry import Retry
from dashboard.results.instruments import RefreshReport
from dashboard.runtime import redis_client
from dashboard.server import create_server
from dashboard.services import market_data
from dashboard.services.market_data.sources import EXTENSION
from dashboard.settings import Settings
from tests.integration.market_data.conftest import StandIn
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_refresh_from_yahoo import HELD, as_traded, reasons

NOBODY = "http://127.0.0.1:9"


@contextmanager
def installation(settings: Settings, providers: Sequence[str], **addresses: str) -> Iterator[Flask]:
    """The application in its context with these providers, less patient than in real life."""
    changed = {**dict(settings), "providers": tuple(providers), "alphavantage_api_key": "key", **addresses}
    made = Settings.build(**changed)
    app = create_server(made)
    with app.app_context():
        retry = Retry(attempts=2, total_seconds=5, first_wait_seconds=0.0)
        app.extensions[EXTENSION] = (os.getpid(), create_providers(made, client=redis_client(), retry=retry))
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
def test_where_every_provider_fails_each_says_why(settings: Settings) -> None:
    with installation(settings, ["alphavantage", "yahoo"], yahoo_base_url=NOBODY, alphavantage_base_url=NOBODY):
        make_ledger("USD", Purchase("EWG", "USD"))
        (outcome,) = market_data.refresh(SYSTEM).outcomes
        assert outcome.code == "provider_unavailable"
        assert "alphavantage: Alpha Vantage did not answer" in outcome.reason
        assert "yahoo: Yahoo did not answer" in outcome.reason
        (problem,) = market_data.problems_of(["EWG"])
        assert problem.message == outcome.reason
