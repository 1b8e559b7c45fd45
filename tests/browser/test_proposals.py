"""Dividends to book in a browser: one by its button, some by their boxes, the rest at once, and taken back again."""

from __future__ import annotations

import pytest
from flask import Flask

from dashboard.domain.access import SYSTEM, Actor
from dashboard.domain.proposals import ProposalState
from dashboard.services import actions, market_data, transactions
from tests.browser.driver import PHONE, Browser
from tests.days import days_ago, today
from tests.market_pages import make_ledger, make_market

ROW = "#actions-grid .ag-center-cols-container .ag-row"
WIDER = "return document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
def due(server: Flask, person: Actor) -> int:
    """A portfolio that is due four dividends; its id."""
    with server.app_context():
        make_market(today())
        made = make_ledger(person, "Mine", today())
        lines = [f"{symbol},{day},0.25,EUR" for symbol in ("AAA", "BBB") for day in (days_ago(200), days_ago(20))]
        market_data.import_prices(SYSTEM, "\n".join(["symbol,date,amount,currency", *lines]).encode(), "d.csv")
        return made.id


def income(server: Flask, portfolio_id: int) -> int:
    """How many dividends the ledger has."""
    with server.app_context():
        return sum(1 for row in transactions.ledger(portfolio_id) if row.type == "dividend")


def test_proposals_are_accepted_one_some_and_all_dismissed_and_taken_back(
    browser: Browser, server: Flask, due: int
) -> None:
    browser.sign_in(path="/p/mine/income")
    browser.wait_for_text("#actions-card", "4 dividends to book")
    browser.click(f"{ROW} button", "Accept")
    browser.wait_for_text("#notices", "1 proposal booked.")
    browser.wait_for_text("#actions-card", "3 dividends to book")
    assert income(server, due) == 1
    browser.click("#notices button", "Undo")
    browser.wait_for_text("#actions-card", "4 dividends to book")
    assert income(server, due) == 0
    browser.click('#actions-grid .ag-row[row-index="1"] .ag-checkbox-input-wrapper')
    browser.click("#actions-dismiss")
    browser.wait_for_text("#actions-card", "3 dividends to book")
    browser.click("#actions-all")
    browser.wait_for_text("#actions-card", "all 3 that the market paid are booked")
    assert income(server, due) == 3
    with server.app_context():
        assert actions.board(SYSTEM, due).count(ProposalState.DISMISSED) == 1
    browser.click("#actions-restore", "Show 1 dismissed again")
    browser.wait_for_text("#actions-card", "1 dividend to book")
    assert not browser.complaints()
    browser.resize(*PHONE)
    browser.open("/p/mine/income")
    browser.wait_for_text("#actions-card", "1 dividend to book")
    assert not browser.run(WIDER)
