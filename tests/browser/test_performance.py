"""Performance and risk in a browser: drawn without a complaint, choices in the address, a working beside a figure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from dashboard.domain.access import Actor
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import portfolios
from tests.browser.driver import PHONE, Browser
from tests.days import today
from tests.market_pages import make_ledger, make_market

PLOTS = "#performance-body .js-plotly-plot .main-svg"


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> Iterator[PortfolioRef]:
    """A portfolio over the small market, compared with one of its instruments."""
    with server.app_context():
        make_market(today())
        made = make_ledger(person, "Mine", today())
        yield portfolios.set_benchmark(person, made.id, "BBB")


def test_the_page_is_drawn_and_its_choices_are_in_the_address(browser: Browser, portfolio: PortfolioRef) -> None:
    browser.sign_in(path="/p/mine/performance?tf=MAX")
    browser.wait_for(lambda: len(browser.find_all(PLOTS)) >= 5, "the charts")
    entries = browser.driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium's own
    assert [entry["message"] for entry in entries if entry["level"] == "SEVERE"] == []

    browser.run("document.querySelector('#pf-series input[value=excess]').click()")
    browser.wait_for_text(".hm-legend", "Percentage points against the benchmark")
    browser.wait_for_path("/p/mine/performance?tf=MAX&series=excess")

    browser.run("document.querySelector('[data-explain*=\"explain/sharpe\"]').click()")
    browser.wait_for_text("#explain", "Sharpe ratio")


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, portfolio: PortfolioRef) -> None:
    browser.resize(*PHONE)
    browser.sign_in(path="/p/mine/performance")
    browser.wait_for(lambda: len(browser.find_all(PLOTS)) >= 5, "the charts")
    assert browser.run("return document.documentElement.scrollWidth") == PHONE[0]
