"""The instruments in a browser: one is added by hand, priced in its panel, and found with its price on its page."""

from __future__ import annotations

import pytest
from flask import Flask

from dashboard.domain.access import SYSTEM, Role
from dashboard.services import instruments, market_data
from tests.browser.driver import Browser
from tests.days import today
from tests.market_pages import make_ledger, make_market
from tests.web import make_person

ADMIN = "chief@example.org"


@pytest.fixture
def market(server: Flask) -> None:
    """An administrator with a portfolio."""
    admin = make_person(server, ADMIN, role=Role.ADMIN)
    with server.app_context():
        make_market(today())
        make_ledger(admin, "Mine", today())


@pytest.mark.usefixtures("market")
def test_a_flat_is_added_priced_and_renamed_in_the_panel(browser: Browser, server: Flask) -> None:
    browser.sign_in(ADMIN, path="/instruments")
    browser.click("#instruments-new")
    browser.wait_for_text("#ie-panel", "New instrument")
    browser.type("#ie-form input[id*='\"symbol\"']", "FLAT")
    browser.type("#ie-form input[id*='\"name\"']", "A flat in Berlin")
    browser.click("#ie-panel .panel-f .pri")
    browser.wait_for_text("h1", "A flat in Berlin")

    browser.click("#px-edit")
    browser.wait_for_text("#ie-form", "Prices by hand")
    browser.type("#ie-form input[placeholder^='Price,']", "310000")
    browser.click("#ie-form .b", "Enter")
    browser.wait_for_text("#ie-error", "Choose a day.")
    with server.app_context():
        instruments.set_price(SYSTEM, "FLAT", today(), 310_000)
    browser.open("/i/FLAT")
    browser.wait_for_text("#live-price", "310,000")

    browser.click("#px-edit")
    browser.type("#ie-form input[placeholder='Another symbol']", "FLAT-B")
    browser.click("#ie-form .b", "Rename")
    browser.wait_for_path("/i/FLAT-B")
    with server.app_context():
        assert market_data.instrument(SYSTEM, "FLAT-B").last_close == 310_000
