"""What a worker has computed is found by the pages: opening them values nothing."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import Actor, PortfolioId
from dashboard.figures.value import UNKNOWN
from dashboard.services import memo, portfolios, revaluation, valuation
from tests.days import today
from tests.factories import make_portfolio
from tests.market_pages import make_ledger, make_market, weekday_before
from tests.web import open_page

PAGES = ("", "/holdings", "/performance", "/income")


@pytest.fixture
def mine(dash_app: Dash, server: Flask, person: Actor) -> PortfolioId:
    """A portfolio that a worker has just valued; this process remembers none of it."""
    with server.app_context():
        make_market(today())
        portfolio = make_ledger(person, "Mine", today())
        portfolios.set_benchmark(person, portfolio.id, "BBB")
        revaluation.revalue(portfolio.id)
        memo.forget_all()
        return portfolio.id


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_a_valuation(
    signed: FlaskClient, mine: PortfolioId, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a page valued a portfolio")

    monkeypatch.setattr(valuation, "_value", refuse)
    assert open_page(signed, f"/p/mine{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_worker_that_found_no_rate_leaves_pages_that_open(
    server: Flask, signed: FlaskClient, person: Actor, page: str
) -> None:
    with server.app_context():
        make_market(today())
        day = weekday_before(today() - timedelta(days=30))
        rows = f"date type symbol quantity price currency\n{day} buy AAA 10 100 EUR\n{day} buy KKK 10 100 HKD"
        portfolio = make_portfolio(person, "Far", ledger=rows)
        revaluation.revalue(portfolio.id)
        memo.forget_all()
    shown = open_page(signed, f"/p/far{page}")
    assert shown.status_code == 200
    if not page:
        text = shown.get_data(as_text=True)
        assert UNKNOWN in text, "no empty axes"
        (cash,) = re.findall(r'\{[^{}]*"symbol": ?"CASH"[^{}]*\}', text)
        assert json.loads(cash)["market_value"] is json.loads(cash)["weight"] is None


def test_without_what_the_worker_computed_a_page_values_by_itself(
    server: Flask, signed: FlaskClient, mine: PortfolioId, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.extensions["redis"].flushdb()
    valued: list[int] = []
    value = valuation._value

    def counted(*found: Any) -> object:  # Any: passed on as they came
        valued.append(1)
        return value(*found)

    monkeypatch.setattr(valuation, "_value", counted)
    assert open_page(signed, "/p/mine").status_code == 200
    assert len(valued) == 1
