"""Deciding about wrong prices in a browser: the row goes, the figures follow, a phone shows all of it."""

from __future__ import annotations

import pytest
from flask import Flask

from dashboard.domain.access import Role
from dashboard.services import market_data
from tests.browser.driver import PHONE, Browser
from tests.integration.web.test_quality_page import ADMIN, TODAY, spoil
from tests.market_pages import make_ledger, make_market
from tests.web import make_person

PATH = "/admin/data-quality"
WIDER = "return document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
def spoiled(server: Flask) -> None:
    """An administrator whose portfolio holds AAA, of which three closes are wrong."""
    admin = make_person(server, ADMIN, role=Role.ADMIN)
    with server.app_context():
        make_market(TODAY)
        make_ledger(admin, "Mine", TODAY)
        spoil("AAA")


@pytest.mark.usefixtures("spoiled")
def test_a_repair_takes_the_row_away_and_the_sound_prices_count(browser: Browser, server: Flask) -> None:
    browser.sign_in(ADMIN, path=PATH)
    browser.wait_for_text("#quality-body", "100 times too large")
    browser.wait_for_text("#quality-figures", "held back")
    browser.click("#quality-body .b", "Repair")
    browser.wait_for_text("#notices", "AAA: 3 values")
    browser.wait_for(lambda: "100 times" not in browser.find("#quality-body").text, "the row to go")
    with server.app_context():
        assert market_data.bars("AAA").close.max() < 200
        assert market_data.problems_of(["AAA"]) == ()


@pytest.mark.usefixtures("spoiled")
def test_a_check_says_what_it_found(browser: Browser) -> None:
    browser.sign_in(ADMIN, path=PATH)
    browser.wait_for_text("#quality-body", "AAA")
    browser.click("#quality-check")
    browser.wait_for_text("#notices", "Every stored price was checked")


@pytest.mark.usefixtures("spoiled")
def test_the_page_fits_a_phone(browser: Browser) -> None:
    browser.resize(*PHONE)
    browser.sign_in(ADMIN, path=PATH)
    browser.wait_for_text("#quality-body", "100 times too large")
    assert not browser.run(WIDER)
