"""Finding an instrument and looking at its price, in a browser."""

from __future__ import annotations

import pytest
from flask import Flask
from selenium.webdriver.common.keys import Keys

from dashboard.domain.access import SYSTEM, Actor
from dashboard.services import market_data
from tests.browser.driver import PHONE, Browser
from tests.days import days_ago, today
from tests.factories import make_instrument
from tests.intraday_bars import store_sessions
from tests.market_pages import make_ledger, make_market, weekday_before

BARS = "return document.querySelector('#px-chart .js-plotly-plot').data.find(t => t.type === 'candlestick').x.length"
TYPES = "return document.querySelector('#px-chart .js-plotly-plot').data.map(trace => trace.type)"
INK = "return document.querySelector('#px-chart .js-plotly-plot').layout.template.layout.font.color"
NAMES = "return document.querySelector('#px-chart .js-plotly-plot').data.map(trace => trace.name)"
WIDER = "return document.documentElement.scrollWidth > window.innerWidth"
TICKS = "return document.querySelectorAll('#px-chart .xtick').length"


@pytest.fixture
def market(server: Flask, person: Actor) -> None:
    """The small market, the person's portfolio over it, and an instrument without prices."""
    with server.app_context():
        make_market(today())
        make_ledger(person, "Mine", today())
        make_instrument("DDD", name="Waiting Industries")


def drawn(browser: Browser) -> None:
    browser.find("#px-chart .main-svg")
    browser.wait_for(lambda: bool(browser.find_all("#px-chart .cartesianlayer .trace")), "the chart to be drawn")


def test_the_price_of_a_currency_pair_has_four_decimals_at_least(
    browser: Browser, server: Flask, person: Actor
) -> None:
    closes = ((3, "1.0850"), (2, "1.0812"), (1, "1.0875"))
    lines = [f"EUR/USD,{days_ago(back)},{close},USD" for back, close in closes]
    with server.app_context():
        pair = b"symbol,name,asset_class,currency\nEUR/USD,Euro in dollars,currency,USD\n"
        assert market_data.import_instruments(SYSTEM, pair, "pairs.csv")
        market_data.import_prices(SYSTEM, "\n".join(["symbol,date,close,currency", *lines]).encode(), "prices.csv")
    browser.sign_in(path="/instruments")
    browser.wait_for_text("#instruments-grid .ag-cell[col-id=close]", "$1.0875")
    browser.click("#instruments-grid a.inst")
    browser.wait_for_text("#live-price", "$1.0875")
    browser.wait_for_text("#live-price-change", "$0.0063")
    assert {"$1.0812", "$1.0875"} <= {one.text for one in browser.find_all(".num")}, "the range of a year"
    browser.open("/i/EUR%2FUSD?as=table")
    browser.wait_for_text("#px-grid .ag-cell[col-id=close]", "$1.0875")
    browser.resize(*PHONE)
    browser.open("/instruments")
    browser.wait_for_text("#instruments-grid .quote-cell", "$1.0875")


@pytest.mark.usefixtures("market")
def test_an_instrument_is_found_opened_and_looked_at_in_several_ways(browser: Browser) -> None:
    browser.sign_in(path="/instruments")
    browser.wait_for(lambda: len(browser.find_all("#instruments-grid a.inst")) == 4, "the list")
    browser.type("#instruments-q", "bbb")
    browser.wait_for_path("/instruments?q=bbb")
    browser.wait_for(lambda: len(browser.find_all("#instruments-grid a.inst")) == 1, "the list to be narrowed")
    browser.click("#instruments-grid a.inst")
    browser.wait_for_path("/i/BBB")
    drawn(browser)
    assert browser.text("h1") == "BBB"
    assert browser.find("#breadcrumb a").get_attribute("textContent") == "Instruments"
    assert "Over 1Y" in browser.text("#px-change")
    year = browser.run(BARS)

    browser.click("label[for$='px-tf-2'], #px-tf .form-check:nth-child(3) label")
    browser.wait_for_path("/i/BBB?tf=1M")
    browser.wait_for(lambda: int(str(browser.run(BARS))) < int(str(year)), "fewer bars")
    browser.driver.back()
    browser.wait_for_path("/i/BBB")
    browser.wait_for(lambda: browser.run(BARS) == year, "the year again")

    browser.click("#px-style .form-check:nth-child(2) label")
    browser.wait_for(lambda: "candlestick" not in str(browser.run(TYPES)), "a line")
    browser.click("#px-adjust .form-check:nth-child(2) label")
    browser.wait_for_path("/i/BBB?style=line&adj=traded")
    browser.wait_for(
        lambda: "adj=traded" in str(browser.find("#px-csv").get_attribute("href")), "the file to be as traded"
    )
    browser.click("#px-as .form-check:nth-child(2) label")
    browser.wait_for(lambda: len(browser.find_all("#px-grid .ag-row")) > 10, "the table")
    assert not browser.find_all("#px-figure:not([hidden])")


@pytest.mark.usefixtures("market")
def test_the_timeframe_follows_the_keyboard_and_the_chart_the_theme(browser: Browser) -> None:
    browser.sign_in(path="/i/AAA")
    drawn(browser)
    light = browser.run(INK)
    browser.click("#theme-toggle")
    browser.wait_for(lambda: browser.run(INK) != light, "the colours of the dark theme")
    browser.driver.switch_to.active_element.send_keys("4")
    browser.wait_for_path("/i/AAA?tf=3M")
    browser.wait_for_text("#px-change", "Over 3M")
    browser.driver.switch_to.active_element.send_keys("t")
    browser.find("#px-grid .ag-row")
    browser.driver.switch_to.active_element.send_keys("t")
    drawn(browser)


@pytest.mark.usefixtures("market")
def test_an_instrument_without_prices_says_why(browser: Browser) -> None:
    browser.sign_in(path="/i/DDD")
    browser.wait_for_text(".px-card", "No prices yet")
    assert "has not been found" in browser.text(".px-card") or "next refresh" in browser.text(".px-card")
    assert not browser.find_all("#px-chart")


@pytest.mark.usefixtures("market")
def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser) -> None:
    browser.resize(*PHONE)
    browser.sign_in(path="/i/AAA")
    drawn(browser)
    browser.wait_for(lambda: 0 < int(str(browser.run(TICKS))) <= 5, "few enough ticks")
    assert not browser.run(WIDER)
    browser.open("/instruments")
    browser.find("#instruments-body a.inst")
    assert not browser.run(WIDER)


@pytest.mark.usefixtures("market")
def test_indicators_are_ticked_in_a_menu_and_kept_in_the_address(browser: Browser) -> None:
    browser.sign_in(path="/i/AAA")
    drawn(browser)
    browser.click(".px-bar .px-menu summary")
    browser.click("#px-ind .form-check:nth-child(2) label")
    browser.wait_for_path("/i/AAA?ind=sma-50")
    browser.wait_for(lambda: "SMA 50" in str(browser.run(NAMES)), "the average")
    for box in browser.find_all("#px-ind .form-check"):
        if "Relative strength" in str(box.get_attribute("textContent")):
            browser.run("arguments[0].querySelector('input').click()", box)
    browser.wait_for(lambda: "RSI 14" in str(browser.run(NAMES)), "the oscillator")
    assert browser.path().replace("%2C", ",") == "/i/AAA?ind=sma-50,rsi-14"
    browser.wait_for_text("#px-ind-count", "2")
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    browser.wait_for(lambda: not browser.find_all(".px-menu[open]"), "the menu to close")
    browser.driver.back()
    browser.wait_for_path("/i/AAA?ind=sma-50")
    browser.wait_for(lambda: "RSI 14" not in str(browser.run(NAMES)), "the oscillator to go")
    assert browser.run("return document.querySelectorAll('#px-ind input:checked').length") == 1


@pytest.mark.usefixtures("market")
def test_panes_fit_a_phone(browser: Browser) -> None:
    browser.resize(*PHONE)
    browser.sign_in(path="/i/AAA")
    browser.open("/i/AAA?ind=sma-50,bollinger,rsi-14,macd,stochastic,adx")
    drawn(browser)
    browser.wait_for(lambda: "ADX" in str(browser.run(NAMES)), "the panes")
    assert not browser.run(WIDER)
    browser.click(".px-bar .px-menu summary")
    assert not browser.run(WIDER)


def test_five_days_are_five_sessions_without_the_hours_between(browser: Browser, server: Flask, market: None) -> None:
    days = [weekday_before(today())]
    while len(days) < 5:
        days.append(weekday_before(days[-1]))
    with server.app_context():
        store_sessions("AAA", days[::-1], base=135.0)
    browser.sign_in(path="/i/AAA?tf=5D")
    drawn(browser)
    assert browser.run(BARS) == 5 * 26
    gaps = "const boxes = [...document.querySelectorAll('#px-chart .boxlayer path.box, #px-chart .box')]"
    gaps += ".map(box => box.getBoundingClientRect().left).sort((a, b) => a - b);"
    gaps += "const steps = boxes.slice(1).map((left, at) => left - boxes[at]).filter(step => step > 0.5);"
    gaps += "return Math.max(...steps) / (steps.reduce((sum, step) => sum + step, 0) / steps.length)"
    assert float(str(browser.run(gaps))) < 2, "no bar stands further from the next than the others do"
    browser.wait_for_text("#px-change", "15 minutes, New York time")
