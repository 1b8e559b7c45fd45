"""Deciding about wrong prices in a browser: the row goes, the figures follow, a phone shows all of it."""

from __future__ import annotations

import pytest
from flask import Flask

from dashboard.domain.access import SYSTEM, Role
from dashboard.services import market_data, portfolios, quality_checks, restatements
from tests.browser.driver import PHONE, Browser
from tests.days import today
from tests.integration.web.test_quality_page import ADMIN, spoil
from tests.market_pages import make_ledger, make_market
from tests.web import make_person

PATH = "/admin/data-quality"
COUNT = "return document.querySelector('#nav-count-quality').textContent"
LINE = "return document.querySelector('.restated-line') !== null"
SHOWN = "return document.querySelector('.restated-line').offsetParent !== null"
WIDER = "return document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
def spoiled(server: Flask) -> None:
    """An administrator whose portfolio holds AAA, of which three closes are wrong."""
    admin = make_person(server, ADMIN, role=Role.ADMIN)
    with server.app_context():
        make_market(today())
        make_ledger(admin, "Mine", today())
        spoil("AAA")


@pytest.mark.usefixtures("spoiled")
def test_a_repair_takes_the_row_away_and_the_sound_prices_count(browser: Browser, server: Flask) -> None:
    browser.sign_in(ADMIN, path=PATH)
    browser.wait_for_text("#quality-body", "100 times too large")
    browser.wait_for_text("#quality-figures", "held back")
    assert browser.run(COUNT) == "11 problems"
    browser.click("#quality-body .b", "Repair")
    browser.wait_for_text("#notices", "AAA: 3 values")
    browser.wait_for(lambda: "100 times" not in browser.find("#quality-body").text, "the row to go")
    browser.wait_for(lambda: browser.run(COUNT) == "", "the count in the menu to follow")
    with server.app_context():
        assert market_data.bars("AAA").close.max() < 200
        assert market_data.problems_of(["AAA"]) == ()


@pytest.mark.usefixtures("spoiled")
def test_a_check_is_followed_and_what_was_restated_is_told_until_it_is_dismissed(
    browser: Browser, server: Flask
) -> None:
    browser.sign_in(ADMIN, path=PATH)
    browser.wait_for_text("#quality-body", "AAA")
    browser.wait_for_text("#quality-restated", "not valued again yet")
    browser.click("#quality-check")
    browser.wait_for_text("#quality-progress", "waits for a worker")
    with server.app_context():
        restatements.record_effects(portfolios.portfolio_by_name(SYSTEM, "Mine").id)
        quality_checks.run()
    browser.wait_for_text("#quality-progress", "findings")
    browser.wait_for_text("#quality-restated", "€")

    browser.open("/p/mine")
    browser.wait_for_text(".restated-line", "restated")
    browser.click(".restated-line button")
    browser.wait_for(lambda: not browser.run(SHOWN), "the line to go")
    browser.open("/p/mine")
    browser.wait_for(lambda: bool(browser.run(LINE)), "the overview with the line in it")
    assert not browser.run(SHOWN)


@pytest.mark.usefixtures("spoiled")
def test_the_page_fits_a_phone(browser: Browser) -> None:
    browser.resize(*PHONE)
    browser.sign_in(ADMIN, path=PATH)
    browser.wait_for_text("#quality-body", "100 times too large")
    assert not browser.run(WIDER)
