"""Performance and risk as the server gives it: every card, each figure that of the result, and nothing made up."""

from __future__ import annotations

import json
import re

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import SYSTEM, Actor, PortfolioId
from dashboard.formatting import numbers
from dashboard.services import performance, portfolios
from tests.days import today
from tests.factories import make_portfolio
from tests.integration.web.forging import ADDRESS, body, served
from tests.market_pages import make_ledger, make_market
from tests.web import dispatch, open_page

PATH = "/p/mine/performance"
CARDS = (
    "Cumulative return", "Summary", "Drawdown", "Deepest drawdowns", "Monthly returns", "Return distribution",
    "Rolling Sharpe and volatility", "Correlation", "Change in value", "Why the returns differ",
    "Before and after costs",
)  # fmt: skip


@pytest.fixture
def mine(dash_app: Dash, server: Flask, person: Actor) -> PortfolioId:
    """The person's portfolio over the small market, compared with one of its instruments."""
    with server.app_context():
        make_market(today())
        portfolio = make_ledger(person, "Mine", today())
        portfolios.set_benchmark(person, portfolio.id, "BBB")
        return portfolio.id


def page(client: FlaskClient, search: str = "") -> str:
    """The page's layout as text."""
    response = open_page(client, PATH, search)
    assert response.status_code == 200
    return json.dumps(response.get_json(), ensure_ascii=False)


def test_every_card_is_there_and_its_figures_are_those_of_the_result(
    server: Flask, signed: FlaskClient, mine: PortfolioId
) -> None:
    text = page(signed, "?tf=MAX")
    for title in CARDS:
        assert f'"{title}"' in text, title
    with server.app_context():
        summary = performance.summary(SYSTEM, mine)
    for value in (summary.returns.time_weighted_annualized, summary.risk["max_drawdown"]):
        assert numbers.percent(value.value, signed=True) in text
    assert "NaN" not in text and "Infinity" not in text


def test_a_period_of_few_days_says_what_is_missing(signed: FlaskClient, mine: PortfolioId) -> None:
    text = page(signed, f"?tf=custom&from={today()}&to={today()}")
    assert re.search(r"Needs \d+ returns, has \d+", text)


def test_a_portfolio_without_a_transaction_says_how_to_begin(
    dash_app: Dash, server: Flask, person: Actor, signed: FlaskClient
) -> None:
    with server.app_context():
        make_portfolio(person, "Empty")
    response = open_page(signed, "/p/empty/performance")
    assert "Add transaction" in response.get_data(as_text=True)


def test_the_choices_in_the_address_redraw_the_cards(dash_app: Dash, signed: FlaskClient, mine: PortfolioId) -> None:
    output = next(name for name in served(dash_app) if name.startswith("..performance-body.children"))
    address = {ADDRESS: {"path": PATH, "slug": "mine"}}
    for search, expected in (
        ("?tf=MAX&scale=log", '"type":"log"'),
        ("?tf=MAX&series=excess", "Percentage points against the benchmark"),
        ("?tf=MAX&by=holding", '"AAA"'),
        ("?tf=MAX&bm=none", "Choose one above"),
    ):
        values = {**address, "view.data": search if "none" not in search else f"{search}&series=excess"}
        response = dispatch(signed, body(dash_app, output, values))
        assert response.status_code == 200
        assert expected in response.get_data(as_text=True).replace('": "', '":"'), search
