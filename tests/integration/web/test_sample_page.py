"""The sample portfolio on its page: the numbers of the command line and of the workbook, over the same days."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import SYSTEM, Actor
from dashboard.formatting import numbers
from dashboard.providers.chain import ProviderChain
from dashboard.providers.yahoo import YahooProvider
from dashboard.services import imports, market_data, portfolios
from tests.integration.market_data.conftest import running_stand_in, stand_in
from tests.stand_in import MARKET, StandIn
from tests.web import open_page

__all__ = ["running_stand_in", "stand_in"]
DAYS = "?tf=custom&from=2022-01-05&to=2024-08-20"
LEDGER = MARKET / "sample_transactions.csv"


def _figures(node: Any) -> list[dict[str, Any]]:  # Any: a layout as JSON
    """The figures in a layout, outermost first."""
    if isinstance(node, list):
        return [figure for part in node for figure in _figures(part)]
    if not isinstance(node, dict):
        return []
    own = [node["figure"]] if "figure" in node else []
    return own + [figure for part in node.values() for figure in _figures(part)]


def test_the_page_shows_what_the_plain_calculation_expects(
    server: Flask, signed: FlaskClient, person: Actor, stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> None:
    expected = json.loads((MARKET / "sample_expected.json").read_text())
    chain = ProviderChain([YahooProvider(cache_directory=tmp_path_factory.mktemp("yahoo"), base_url=stand_in.address)])
    with server.app_context():
        portfolio = portfolios.create_portfolio(person, "sample", "EUR")
        imports.commit(person, portfolio.id, LEDGER.read_bytes(), LEDGER.name)
        assert market_data.refresh(SYSTEM, chain=chain).complete
    answer = open_page(signed, "/p/sample", DAYS)
    assert answer.status_code == 200
    assert numbers.percent(expected["returns"]["time_weighted"], signed=True) in answer.text
    values = [trace["y"][-1] for trace in _figures(answer.get_json())[0]["data"] if trace.get("name") == "sample"]
    assert values == [pytest.approx(expected["market_value"], abs=0.01)]
