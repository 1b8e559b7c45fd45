"""Live prices in the browser, with the feed and the fan-out as they run."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from dashboard.domain.access import SYSTEM, Actor
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data, sessions, transactions
from tests.browser.driver import Browser
from tests.browser.streaming import Stream, badge, last_candle, stream
from tests.days import days_ago, today, yesterday
from tests.factories import make_portfolio

__all__ = ["stream"]

COIN = "OPLT-USD"  # of the simulated market: it trades at all hours
INSTRUMENT = f"symbol,name,asset_class,currency,provider\n{COIN},Opalith,crypto,USD,simulated\n".encode()
LEDGER = """
    date        type     symbol    quantity  price  currency  amount
    {week_ago}  deposit  -         -         -      USD       10000
    {week_ago}  buy      OPLT-USD  50        100    USD       -
"""
SAME = """
    const day = document.querySelector("#holdings-grid .ag-row[row-id='OPLT-USD'] .ag-cell[col-id=day_change]");
    const bar = document.querySelector("#day-bars .bar-row .num");
    return Boolean(bar) && day.textContent === bar.textContent;
"""
PRICE = "#holdings-grid .ag-row[row-id='OPLT-USD'] .ag-cell[col-id=price]"
AMOUNT = 'const amount = (text) => Number(text.replace(/[^0-9.]/g, ""));'
# The last point of the value's line and the tag beside it, where both say what the headline says.
ENDS_AT_THE_HEADLINE = AMOUNT + """
    const plot = document.querySelector("#value-chart .js-plotly-plot");
    if (!plot || !plot.data) return false;
    const { data, layout } = plot;
    const value = amount(document.getElementById("live-value").textContent);
    return data[1].y.at(-1) === value && layout.annotations[0].y === value;
"""
# The last point of the line of the return, the tag beside it and the legend, where all say what the headline makes of
# the one deposit of 10,000.
RETURN_ENDS_AT_THE_HEADLINE = AMOUNT + """
    const plot = document.querySelector("#value-chart .js-plotly-plot");
    if (!plot || !plot.data || plot.layout.meta.measure !== "return") return false;
    const { data, layout } = plot;
    const wanted = amount(document.getElementById("live-value").textContent) / 10000 - 1;
    const legend = amount(document.querySelector("#value-legend .num").textContent) / 100;
    const said = [data[1].y.at(-1), layout.annotations[0].y];
    return said.every((one) => Math.abs(one - wanted) < 2e-6) && Math.abs(legend - Math.abs(wanted)) < 6e-5;
"""
# The last candle's close, the line across and the tag, where all say what the head of the page says.
LAST_BAR = AMOUNT + """
    const plot = document.querySelector("#px-chart .js-plotly-plot");
    if (!plot || !plot.data) return null;
    const { data, layout } = plot;
    const bar = data.find((trace) => trace.type === "candlestick");
    const price = amount(document.getElementById("live-price").textContent);
    const said = [bar.close.at(-1), layout.shapes[0].y0, amount(layout.annotations[0].text)];
    const agree = said.every((one) => Math.abs(one - price) < 0.005);
    return agree ? [bar.x.at(-1).slice(0, 10), bar.x.length, price] : null;
"""
KEEP_WHAT_IS_SAID = """
    window.said = [];
    const text = document.getElementById("live-text");
    const keep = () => window.said.push([performance.now(), text.textContent]);
    new MutationObserver(keep).observe(text, { childList: true, characterData: true, subtree: true });
    window.killedAt = performance.now();
"""
STALE_AFTER_MS = "return window.said.find(([, text]) => text.startsWith('Stale, '))[0] - window.killedAt"
CALLS = "return performance.getEntriesByType('resource').filter((one) => one.name.includes('_dash-update')).length"


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> PortfolioRef:
    """Fifty coins at the closes of the simulated market, and cash."""
    with server.app_context():
        market_data.import_instruments(SYSTEM, INSTRUMENT, "instruments.csv")
        market_data.refresh(SYSTEM, [COIN], start=days_ago(14))
        return make_portfolio(person, "Coins", currency="USD", ledger=LEDGER.format(week_ago=days_ago(7)))


def test_value_and_prices_move_by_themselves_and_say_what_they_are(
    stream: Stream, browser: Browser, server: Flask, person: Actor, portfolio: PortfolioRef
) -> None:
    browser.sign_in(path="/p/coins")
    first = says_how_old_its_prices_are(browser)
    stream.start()
    value_and_price_move(browser, first)
    nothing_asks_the_server(browser)
    card_chart_and_title_follow(browser)
    return_ends_now(browser)
    with server.app_context():
        deposit = Transaction(date=today(), type=TransactionType.DEPOSIT, currency="USD", amount=Decimal(1_000_000))
        transactions.add_transaction(person, portfolio.id, deposit)
    ledger_is_followed(browser)
    goes_on_in_the_dark(browser)
    last_bar_moves(browser)
    title_is_the_page_s_own_elsewhere(browser)
    browser.run(KEEP_WHAT_IS_SAID)
    stream.kill()
    is_stale_within_ten_seconds(browser)
    stream.start()
    goes_on_after_the_crash(browser)
    with server.app_context():
        sessions.end_all(person.user_id)  # type: ignore[arg-type]  # a person has an id
    browser.wait_for_path("/sign-in?next=%2Fp%2Fcoins")


def says_how_old_its_prices_are(browser: Browser) -> str:
    """Before the stream answers; returns the value."""
    browser.wait_for_text("#live-text", f"prices of {yesterday():%d %b %Y}")
    assert badge(browser) in {"known", "interrupted"}
    return browser.text("#live-value")


def value_and_price_move(browser: Browser, first: str) -> None:
    """They move away from ``first`` and from each other's last, are called live, and the page is not loaded again."""
    browser.wait_for_text("#live-text", "Live, ")
    assert browser.text("#live-meta") == "1 of 1 prices live"
    assert badge(browser) == "live"
    browser.wait_for(lambda: browser.text("#live-value") != first, "the value to move")
    price = browser.text(PRICE)
    browser.wait_for(lambda: browser.text(PRICE) != price, "the price to move")
    assert browser.run("return performance.getEntriesByType('navigation').length") == 1


def nothing_asks_the_server(browser: Browser) -> None:
    """While the value goes on."""
    browser.settle()
    calls = browser.run(CALLS)
    browser.wait_for(lambda: is_moving(browser), "the value to go on")
    assert browser.run(CALLS) == calls


def card_chart_and_title_follow(browser: Browser) -> None:
    """The card beside the grid says the same, the chart ends there, and the tab names the day's change."""
    browser.wait_for(lambda: bool(browser.run(SAME)), "the day's contribution to follow")
    browser.wait_for(lambda: bool(browser.run(ENDS_AT_THE_HEADLINE)), "the chart to end at the headline")
    browser.wait_for(lambda: browser.driver.title.startswith("Coins ") and "%" in browser.driver.title, "the title")


def return_ends_now(browser: Browser) -> None:
    """The same chart as a return: of what flowed in long before, so it is the value's."""
    browser.click("#mode label", "Return")
    browser.wait_for(lambda: bool(browser.run(RETURN_ENDS_AT_THE_HEADLINE)), "the return to end at the headline")
    browser.click("#mode label", "Value")
    browser.wait_for(lambda: bool(browser.run(ENDS_AT_THE_HEADLINE)), "the chart to end at the headline again")


def ledger_is_followed(browser: Browser) -> None:
    """A deposit that was made elsewhere is on the page, and prices go on."""
    browser.wait_for_text("#live-value", "$1,0")
    browser.wait_for(lambda: browser.run(DEPOSITS) == 2, "the new row among the recent ones")
    browser.wait_for(lambda: "$1,0" in browser.text("#live-value") and is_moving(browser), "live prices to go on")


def goes_on_in_the_dark(browser: Browser) -> None:
    """The theme is another, and prices go on, in the chart too."""
    browser.click("#theme-toggle")
    browser.wait_for(lambda: is_moving(browser), "live prices in the dark")
    browser.wait_for(lambda: bool(browser.run(ENDS_AT_THE_HEADLINE)), "the dark chart to end at the headline")


def last_bar_moves(browser: Browser) -> None:
    """On the coin's own page the last bar is today's."""
    browser.click("#holdings-grid a.inst")
    browser.wait_for_path(f"/i/{COIN}")
    browser.wait_for(lambda: last_bar(browser)[0] == today().isoformat(), "a bar of today")
    day, count, at = last_bar(browser)
    browser.wait_for(lambda: last_bar(browser)[2] != at, "the last bar to move")
    assert last_bar(browser)[:2] == (day, count)
    browser.wait_for(lambda: is_no_flat_candle(browser), "the day's open, high and low")
    browser.wait_for(lambda: browser.driver.title.startswith(f"{COIN} "), "the title to follow")


def title_is_the_page_s_own_elsewhere(browser: Browser) -> None:
    """Away, where nothing is live, and back."""
    browser.click('[id*="instruments"][id*="side"]')
    browser.wait_for_path("/instruments")
    browser.wait_for(lambda: browser.run("return document.getElementById('live-text').textContent") == "", "silence")
    browser.wait_for(lambda: browser.driver.title == "Instruments · Basis", "the page's own title")
    browser.click('[id*="overview"][id*="side"]')
    browser.wait_for_text("#live-text", "Live, ")
    browser.wait_for(lambda: is_moving(browser), "live prices again")


def is_stale_within_ten_seconds(browser: Browser) -> None:
    """The stream has died: what is shown stays, and is stale in time by the page's own clock."""
    browser.wait_for_text("#live-text", "Reconnecting, prices of ")
    browser.wait_for_text("#live-text", "Stale, ")
    assert float(str(browser.run(STALE_AFTER_MS))) < 10_000
    assert badge(browser) == "stale"
    assert browser.text("#live-value").startswith("$1,0")
    assert browser.text("#live-meta") == "1 price, frozen"
    assert browser.driver.title.startswith("Stale · Coins ")
    browser.find(f"{PRICE} .bi-clock-history")


def goes_on_after_the_crash(browser: Browser) -> None:
    """The stream is back, and prices go on by themselves."""
    browser.wait_for_text("#live-text", "Live, ")
    browser.wait_for(lambda: is_moving(browser), "live prices after the crash")
    browser.wait_for(lambda: not browser.find_all(f"{PRICE} .bi-clock-history"), "the clock to go")


DEPOSITS = (
    "return [...document.querySelectorAll('.tb .chip.info')].filter((chip) => chip.innerText === 'Deposit').length"
)
MOVED = """
    const now = document.getElementById("live-value").textContent;
    const before = (window.valueBefore = window.valueBefore || now);
    if (before !== now) delete window.valueBefore;
    return before !== now"""


def last_bar(browser: Browser) -> tuple[str, int, float]:
    """Day, number of bars and close of the last bar, once it says what the head of the page does."""
    found = browser.wait_for(lambda: browser.run(LAST_BAR), "the last bar to follow the price")
    assert isinstance(found, list)
    return found[0], found[1], found[2]


def is_no_flat_candle(browser: Browser) -> bool:
    """Whether the last candle has a range that holds its open and its close."""
    opened, high, low, close = last_candle(browser)
    return low <= min(opened, close) <= max(opened, close) <= high and low < high


def is_moving(browser: Browser) -> bool:
    """Whether the value has changed since this was first asked."""
    return bool(browser.run(MOVED))
