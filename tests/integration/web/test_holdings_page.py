"""The holdings page as the server gives it: groups that sum to the whole, positions, lots."""

from __future__ import annotations

import json

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import SYSTEM, Actor
from dashboard.formatting import numbers
from dashboard.services import performance, portfolios
from dashboard.web.theme import WIDTH_COOKIE
from tests.days import today
from tests.factories import make_portfolio
from tests.integration.web.forging import ADDRESS, body, served
from tests.market_pages import make_ledger, make_market
from tests.web import dispatch, open_page

PATH = "/p/mine/holdings"


@pytest.fixture
def mine(dash_app: Dash, server: Flask, person: Actor) -> str:
    """The person's portfolio over the small market."""
    with server.app_context():
        make_market(today())
        return make_ledger(person, "Mine", today()).slug


def page(client: FlaskClient, path: str = PATH, search: str = "") -> str:
    """The page's layout as text."""
    response = open_page(client, path, search)
    assert response.status_code == 200
    return json.dumps(response.get_json(), ensure_ascii=False)


def test_the_groups_end_with_the_whole_and_every_position_is_there(
    server: Flask, signed: FlaskClient, mine: str
) -> None:
    text = page(signed, search="?tf=MAX")
    with server.app_context():
        found = portfolios.portfolio_by_slug(SYSTEM, mine)
        summary, report = performance.summary(SYSTEM, found.id), performance.holdings(SYSTEM, found.id)
    assert numbers.number(summary.market_value) in text
    assert numbers.number(summary.gain.total, signed=True) in text
    for item in report.holdings:
        assert f'"id": "{item.symbol}"' in text
    assert f"{sum(len(item.lots) for item in report.holdings)} lots by FIFO" in text
    assert "NaN" not in text
    assert f'"portfolio": {found.id}' in text, "what the page listens to"


@pytest.mark.parametrize(("width", "second"), [("phone", "market_value"), ("wide", "quantity")])
def test_a_phone_shows_the_value_beside_the_name(signed: FlaskClient, mine: str, width: str, second: str) -> None:
    signed.set_cookie(WIDTH_COOKIE, width)
    places = {field: page(signed).index(f'"field": "{field}"') for field in ("name", "market_value", "quantity")}
    assert sorted(places, key=places.__getitem__)[:2] == ["name", second]


def test_another_grouping_is_drawn_for_the_address(dash_app: Dash, signed: FlaskClient, mine: str) -> None:
    output = next(name for name in served(dash_app) if name.startswith("holdings-body.children"))
    values = {ADDRESS: {"path": PATH, "slug": mine}, "view.data": "?tf=MAX&by=currency"}
    response = dispatch(signed, body(dash_app, output, values))
    assert response.status_code == 200
    assert '"EUR"' in response.get_data(as_text=True)


def test_without_a_transaction_it_says_how_to_begin(
    dash_app: Dash, server: Flask, person: Actor, signed: FlaskClient
) -> None:
    with server.app_context():
        make_portfolio(person, "Empty")
    assert "Add transaction" in page(signed, "/p/empty/holdings")
