"""The overview in a browser: its figures, its view in the address, its states, and its width on a phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest
from flask import Flask
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from dashboard.domain.access import SYSTEM, Actor
from dashboard.errors import ServiceUnavailable
from dashboard.results.holdings import HoldingsReport
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data, performance, portfolios
from pages.overview import chart
from tests.browser.driver import PHONE, Browser
from tests.days import days_ago, today
from tests.factories import make_composition, make_portfolio

AGE = 400  # of the portfolio, in days
# Two that are held, one up and one down on the last day, and one to compare with.
INSTRUMENTS = b"""symbol,name,asset_class,currency
UPUP,Upward Industries,equity,EUR
DOWN,Downward Holdings,equity,EUR
INDX,The Whole Market,etf,EUR
"""
GRID_ROWS = "#holdings-grid .ag-center-cols-container .ag-row"
PINNED = "#holdings-grid .ag-floating-bottom-container .ag-row, #holdings-grid .ag-grid-pinned-bottom-rows .ag-row"


def _closes() -> bytes:
    lines = ["symbol,date,close,currency"]
    for number, day in enumerate(days_ago(back) for back in range(AGE, -1, -1)):
        lines += [f"UPUP,{day},{100 + number / 10},EUR", f"DOWN,{day},{100 - number / 10},EUR", f"INDX,{day},50,EUR"]
    return "\n".join(lines).encode()


def _ledger(first: date) -> str:
    return f"""
        date     type     symbol  quantity  price  currency  amount
        {first}  deposit  -       -         -      EUR       50000
        {first}  buy      UPUP    100       100    EUR       -
        {first}  buy      DOWN    50        100    EUR       -
        {days_ago(20)}  deposit  -  -  -       EUR       1000
    """


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> Iterator[PortfolioRef]:
    """A portfolio of 400 days in a market that has a price of every one of them."""
    with server.app_context():
        market_data.import_instruments(SYSTEM, INSTRUMENTS, "instruments.csv")
        market_data.import_prices(SYSTEM, _closes(), "prices.csv")
        made = make_portfolio(person, "Long-term", ledger=_ledger(days_ago(AGE)))
        make_composition("UPUP", days_ago(30), "sector 0.6 - Energy")
        yield portfolios.set_benchmark(person, made.id, "INDX")


@pytest.fixture
def overview(browser: Browser, portfolio: PortfolioRef) -> Browser:
    """The overview, drawn."""
    browser.sign_in(path=f"/p/{portfolio.slug}")
    drawn(browser)
    return browser


def drawn(browser: Browser) -> None:
    """Wait until the chart and the grid are drawn."""
    browser.find("#value-chart .js-plotly-plot .main-svg")
    browser.wait_for(lambda: len(browser.find_all(GRID_ROWS)), "the rows of the grid")


def _rows_are(browser: Browser, ids: list[str]) -> bool:
    return [row.get_attribute("row-id") for row in browser.find_all(GRID_ROWS)] == ids


def press(browser: Browser, key: str) -> None:
    browser.driver.find_element(By.TAG_NAME, "body").send_keys(key)


def test_the_value_is_what_is_held_and_the_console_stays_silent(overview: Browser) -> None:
    value = 50000 + 1000 - 10000 - 5000 + 100 * 140 + 50 * 60
    assert overview.text("#live-value") == f"€{value:,}.00"
    assert overview.text("#live-meta") == "2 prices at the close"
    assert [row.get_attribute("row-id") for row in overview.find_all(GRID_ROWS)] == ["cash", "UPUP", "DOWN"]
    total = overview.find(PINNED).text.split()
    assert total[0] == "Total" and "–" not in total and f"€{value:,}.00" in total
    entries = overview.driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium's own
    assert [entry["message"] for entry in entries if "ERR_CONNECTION_REFUSED" not in entry["message"]] == []


def test_a_figure_shows_how_it_was_computed_and_closes_by_key(overview: Browser) -> None:
    overview.click("[data-explain$='/explain/money_weighted']")
    overview.wait_for_text("#explain", "The start value is paid in on the day before the period")
    assert overview.find("#explain math") and overview.find("#explain a[download]")
    press(overview, Keys.ESCAPE)
    overview.wait_for(lambda: not overview.find_all("#explain"), "the working to close")
    assert str(overview.run("return document.activeElement.dataset.explain")).endswith("/explain/money_weighted")


def test_the_filter_keeps_gainers_or_losers_and_the_total(overview: Browser) -> None:
    for chosen, kept in (("up", ["UPUP"]), ("down", ["DOWN"]), ("all", ["cash", "UPUP", "DOWN"])):
        overview.run(f"document.querySelector('#holdings-filter input[value={chosen}]').click()")
        overview.wait_for(partial(_rows_are, overview, kept), f"{chosen} to be kept")
        assert overview.find(PINNED).text.startswith("Total")


def test_timeframes_by_key_are_in_the_address_and_back_undoes_them(overview: Browser) -> None:
    press(overview, "2")
    overview.wait_for_path("/p/long-term?tf=5D")
    overview.settle()
    press(overview, "t")
    days = overview.text("#value-table").splitlines()
    assert len(days) >= 6  # a head, and a week's closes with the one before
    press(overview, "t")
    overview.find("#value-chart")
    press(overview, "1")
    overview.wait_for_path("/p/long-term?tf=1D")
    overview.settle()
    overview.find("#value-chart .js-plotly-plot .scatterlayer .trace")
    overview.driver.back()
    overview.wait_for_path("/p/long-term?tf=5D")
    overview.wait_for(
        lambda: overview.run("return document.querySelector('#tf input:checked').value") == "5D",
        "the control to follow",
    )


def test_funds_are_looked_through_in_the_address_and_back_undoes_it(overview: Browser) -> None:
    overview.settle()
    overview.run("document.querySelector('#by input[value=sector]').click()")
    overview.click("#look input")
    overview.wait_for_path("/p/long-term?by=sector&look=funds")
    overview.wait_for_text(".alloc-legend", "UPUP, not described")
    overview.driver.back()
    overview.wait_for(lambda: "not described" not in overview.text("#allocation-body"), "the funds to be whole again")
    assert overview.path() == "/p/long-term?by=sector"


def test_days_that_make_no_sense_are_answered_beside_the_boxes(overview: Browser) -> None:
    overview.run("document.querySelector('#tf input[value=custom]').click()")
    tomorrow, middle, before = days_ago(-1), days_ago(AGE // 2), days_ago(AGE + 30)
    for first, last, said in (
        ("2024-13-01", "", "is not a day"),
        (str(today()), str(middle), "the other way round"),
        (str(middle), str(tomorrow), "Later than today"),
        (str(before), str(before), "The first transaction is of"),
    ):
        for box, text in (("#tf-from", first), ("#tf-to", last)):
            overview.find(box).send_keys(Keys.CONTROL, "a")
            overview.find(box).send_keys(text or Keys.DELETE, Keys.TAB)
        overview.wait_for_text("#tf-hint", said)
        overview.settle()


def test_the_benchmark_is_chosen_in_the_address_and_can_be_left_out(overview: Browser) -> None:
    assert "The Whole Market" in overview.text("#value-legend")
    press(overview, "b")
    overview.wait_for_path("/p/long-term?bm=none")
    overview.wait_for(lambda: "The Whole Market" not in overview.text("#value-legend"), "no benchmark")
    Select(overview.find("#benchmark")).select_by_value("own")
    overview.wait_for_path("/p/long-term")
    overview.wait_for_text("#value-legend", "The Whole Market")


def test_a_card_that_fails_says_so_alone_and_is_tried_again(
    browser: Browser, portfolio: PortfolioRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ServiceUnavailable("The series did not load.")

    with monkeypatch.context() as patch:
        patch.setattr(chart, "value_figure", broken)
        browser.sign_in(path="/p/long-term")
        browser.wait_for_text(".failed", "The series did not load. Your other figures are not affected.")
        browser.wait_for(lambda: len(browser.find_all(GRID_ROWS)) == 3, "the holdings all the same")
    browser.click('[data-refresh="overview"]')
    drawn(browser)
    assert not browser.find_all(".failed")


def test_a_slow_page_shows_its_skeleton_and_then_itself(
    browser: Browser, portfolio: PortfolioRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()
    holdings = performance.holdings

    def slowly(actor: Actor, portfolio_id: int) -> HoldingsReport:
        goes_on.wait(timeout=30)
        return holdings(actor, portfolio.id)

    monkeypatch.setattr(performance, "holdings", slowly)
    try:
        browser.sign_in(path="/p/long-term")
        labels = browser.text(".page-skeleton")
        assert "Overview" in labels and "Market value" in labels and "€" not in labels
    finally:
        goes_on.set()
    drawn(browser)
    assert not browser.find_all(".page-skeleton")


def test_an_empty_portfolio_says_what_will_be_here_and_how(browser: Browser, server: Flask, person: Actor) -> None:
    with server.app_context():
        make_portfolio(person, "New")
    browser.sign_in(path="/p/new")
    browser.wait_for_text(".page-empty", "Start with your transactions")
    assert [link.text for link in browser.find_all(".way a.b")] == ["Import CSV", "Open the grid"]
    assert len(browser.find_all(".way .b.pri")) == 1
    browser.resize(*PHONE)
    browser.open("/p/new")
    browser.wait_for_text(".page-empty", "Enter by hand")
    assert browser.run("return document.documentElement.scrollWidth") == PHONE[0]


def test_on_a_phone_nothing_is_wider_than_the_page_and_holdings_are_a_list(
    browser: Browser, portfolio: PortfolioRef
) -> None:
    browser.resize(*PHONE)
    browser.sign_in(path="/p/long-term")
    browser.find("#value-chart .js-plotly-plot .main-svg")
    assert browser.run("return document.documentElement.scrollWidth") == PHONE[0]
    rows = [row.text.split("\n") for row in browser.find_all(".mrow[data-symbol]")]
    assert [row[:2] for row in rows] == [["UPUP", "Upward Industries"], ["DOWN", "Downward Holdings"]]
    labels = browser.find_all("#value-chart .xaxislayer-above text")
    assert labels and all("rotate" not in (label.get_attribute("transform") or "") for label in labels)
