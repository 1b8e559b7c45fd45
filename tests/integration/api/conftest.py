"""The web application's fixtures, and a market with a ledger over it."""

from __future__ import annotations

import pytest
from flask import Flask

from dashboard.domain.access import Actor
from dashboard.results.portfolios import PortfolioRef
from tests.days import today
from tests.integration.cli.conftest import dashboard, more_environment
from tests.integration.web.conftest import client, dash_app, person, server, signed
from tests.market_pages import make_ledger, make_market

__all__ = ["client", "dash_app", "dashboard", "more_environment", "person", "server", "signed"]


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> PortfolioRef:
    """The portfolio of ``person`` over the small market."""
    with server.app_context():
        make_market(today())
        return make_ledger(person, "Mine", today())
