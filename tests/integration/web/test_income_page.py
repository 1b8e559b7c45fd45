"""The income page as the server gives it: months, instruments and what may come, each as the result has it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import Actor
from tests.days import today
from tests.factories import make_portfolio
from tests.market_pages import make_market, weekday_before
from tests.web import open_page


def ledger(today: date) -> str:
    """A purchase and two dividends with tax, one of them more than a year ago."""
    bought, old, new = (weekday_before(today - timedelta(days=back)) for back in (500, 430, 60))
    return f"""
        date     type      symbol  quantity  price  amount  tax
        {bought} deposit   -       -         -      50000   -
        {bought} buy       AAA     100       101    -       -
        {old}    dividend  AAA     -         -      40      6
        {new}    dividend  AAA     -         -      50      7.5
    """


@pytest.fixture
def portfolio(dash_app: Dash, server: Flask, person: Actor) -> str:
    """A portfolio that received dividends."""
    with server.app_context():
        make_market(today())
        return make_portfolio(person, "Mine", ledger=ledger(today())).slug


def page(client: FlaskClient, slug: str) -> str:
    """The page's layout as text."""
    response = open_page(client, f"/p/{slug}/income")
    assert response.status_code == 200
    return json.dumps(response.get_json(), ensure_ascii=False)


def test_it_says_what_came_in_twelve_months_gross_and_net_and_what_may_come(
    signed: FlaskClient, portfolio: str
) -> None:
    text = page(signed, portfolio)
    assert "€50.00" in text and "€42.50" in text
    assert '"90.00"' in text and '"13.50"' in text  # since the start, and its tax
    assert "Estimate" in text
    assert "what it paid here in the last twelve months" in text
    assert "NaN" not in text


def test_without_a_transaction_it_says_how_to_begin(
    dash_app: Dash, server: Flask, person: Actor, signed: FlaskClient
) -> None:
    with server.app_context():
        make_portfolio(person, "Empty")
    assert "Add transaction" in page(signed, "empty")
