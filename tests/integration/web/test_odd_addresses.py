"""Addresses that somebody mistyped, kept from long ago or made up: a page or a plain answer, never a fault."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import Actor
from dashboard.services import watchlists
from dashboard.web.page import pages
from tests.days import today
from tests.integration.web.forging import ADDRESS, body, served, takes
from tests.market_pages import make_ledger, make_market
from tests.web import HTML, dispatch, open_page

QUERIES = (
    "",
    "?tf=MAX&mode=return&by=currency",
    "?tf=10Y&mode=x&by=x&bm=NOSUCH&iv=x&style=x&as=x&adj=x&show=x",
    "?tf=custom&from=0001-01-01&to=9999-12-31",
    "?tf=custom&from=9999-12-31&to=0001-01-01",
    "?tf=custom&from=1800-02-30&to=x",
    "?tf=custom&from=2999-01-01",
    "?tf=1D&bm=AAA&as=table&iv=M&adj=traded",
    "?tf=5D&bm=CCC&q=%00%F0%9F%A6%86%25&type=buy&account=%00&days=custom&from=0001-01-01&page=999999",
    "?portfolio=nowhere&add=1&page=-1&days=ytd",
    "?" + "&".join(f"x{number}={'y' * 50}" for number in range(60)),
    "?tf=" + quote("<script>alert(1)</script>"),
)
NAMES = ("AAA", "BBB", "CCC", "NOSUCH", "a b", "é", "%", "..", "^X", "A" * 300, "\u202e", "x\x00y", "<b>")


@pytest.fixture
def market(server: Flask, person: Actor) -> int:
    """A portfolio ``mine`` over two priced instruments and one that waits; the id of a list of one of them."""
    day = today()
    with server.app_context():
        make_market(day)
        make_ledger(person, "Mine", day)
        return watchlists.create(person, "Ideas", ["AAA"]).id


def test_every_page_takes_any_query(server: Flask, signed: FlaskClient, market: int) -> None:
    for page in pages(server):
        path = page.path.replace("<slug>", "mine").replace("<symbol>", "AAA").replace("<watchlist_id>", str(market))
        for query in QUERIES:
            response = open_page(signed, path, query)
            assert response.status_code == 200, f"{path}{query}"
            assert "<script>alert" not in response.get_data(as_text=True)


@pytest.mark.usefixtures("market")
def test_every_callback_takes_any_query(dash_app: Dash, signed: FlaskClient) -> None:
    tried = 0
    for output, entry in served(dash_app).items():
        if takes(entry, "view.data"):
            for query in QUERIES:
                values = {"view.data": query, ADDRESS: {"slug": "mine", "symbol": "AAA"}}
                assert dispatch(signed, body(dash_app, output, values)).status_code == 200, f"{output} {query}"
            tried += 1
    assert tried >= 4


@pytest.mark.usefixtures("market")
def test_every_page_takes_any_name_in_its_address(server: Flask, signed: FlaskClient) -> None:
    for page in pages(server):
        if "<" not in page.path:
            continue
        for name in NAMES:
            path = quote(name, safe="").join(re.split(r"<\w+>", page.path))
            assert signed.get(path, headers=HTML).status_code in {200, 404}, path
            assert open_page(signed, path).status_code in {200, 404}, path
