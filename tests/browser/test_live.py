"""Live prices in the browser: with the feed and the fan-out as they run, and without a stream."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import redis
from flask import Flask

from dashboard.domain.access import SYSTEM, Actor
from dashboard.domain.market_hours import MarketState
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.redis_store import Lease
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services import market_data, sessions, transactions
from dashboard.services.live_board import LEADER, post
from tests.browser.driver import Browser
from tests.browser.streaming import Stream, stream
from tests.factories import make_portfolio
from tests.intraday_bars import BARS_A_SESSION, store_sessions

__all__ = ["stream"]

COIN = "OPLT-USD"  # of the simulated market: it trades at all hours
TODAY = datetime.now(UTC).date()
WEEK_AGO = TODAY - timedelta(days=7)
INSTRUMENT = f"symbol,name,asset_class,currency,provider\n{COIN},Opalith,crypto,USD,simulated\n".encode()
LEDGER = f"""
    date        type     symbol  quantity  price  currency  amount
    {WEEK_AGO}  deposit  -       -         -      USD       10000
    {WEEK_AGO}  buy      {COIN}  50        100    USD       -
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
# Has a quote of that time come in; answers where the last bar is that has its price, and how many bars there are.
SHORT_BARS = """
    const quote = { symbol: "DUET", price: 108, previous_close: 100, currency: "EUR", freshness: "live" };
    window.basis.live.quotes.set("DUET", { ...quote, at: arguments[0] });
    const plot = document.querySelector("#px-chart .js-plotly-plot");
    const bar = plot && plot.data && plot.data.find((trace) => trace.type === "candlestick");
    return bar && bar.close.at(-1) === 108 ? [bar.x.at(-1).slice(11), bar.x.length] : null;
"""
CALLS = "return performance.getEntriesByType('resource').filter((one) => one.name.includes('_dash-update')).length"
SHOW_MARKETS = """
    const states = { XAMS: "open", XETR: "open", XLON: "open", XNAS: "pre", XTKS: "closed" };
    const markets = Object.entries(states).map(([market, state]) => ({ market, state }));
    window.basis.live.frame = { freshness: "live", at: arguments[0], markets, positions: [], unpriced: [] };
    document.dispatchEvent(new CustomEvent("basis:link", { detail: { link: "ok" } }));
"""
POLLS = "return performance.getEntriesByType('resource').filter((one) => one.name.includes('/live/quotes?')).length"


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> PortfolioRef:
    """Fifty coins at the closes of the simulated market, and cash."""
    with server.app_context():
        market_data.import_instruments(SYSTEM, INSTRUMENT, "instruments.csv")
        market_data.refresh(SYSTEM, [COIN], start=WEEK_AGO - timedelta(days=7))
        return make_portfolio(person, "Coins", currency="USD", ledger=LEDGER)


def test_value_and_prices_move_by_themselves_and_say_what_they_are(
    stream: Stream, browser: Browser, server: Flask, person: Actor, portfolio: PortfolioRef
) -> None:
    # Before the stream answers the page says how old its prices are.
    browser.sign_in(path="/p/coins")
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    browser.wait_for_text("#live-text", f"prices of {yesterday:%d %b %Y}")
    assert state(browser) in {"known", "interrupted"}
    first = browser.text("#live-value")

    # It comes up: the value, the change of the day and the price move, and are called live.
    stream.start()
    browser.wait_for_text("#live-text", "Live, ")
    assert browser.text("#live-meta") == "1 of 1 prices live"
    assert state(browser) == "live"
    browser.wait_for(lambda: browser.text("#live-value") != first, "the value to move")
    price = browser.text(PRICE)
    browser.wait_for(lambda: browser.text(PRICE) != price, "the price to move")
    assert browser.run("return performance.getEntriesByType('navigation').length") == 1

    # Nothing of that asks the server.
    browser.settle()
    calls = browser.run(CALLS)
    browser.wait_for(lambda: is_moving(browser), "the value to go on")
    assert browser.run(CALLS) == calls

    # The card beside the grid says the same, the chart ends there, and the tab names the day's change.
    browser.wait_for(lambda: bool(browser.run(SAME)), "the day's contribution to follow")
    browser.wait_for(lambda: bool(browser.run(ENDS_AT_THE_HEADLINE)), "the chart to end at the headline")
    browser.wait_for(lambda: browser.driver.title.startswith("Coins ") and "%" in browser.driver.title, "the title")

    # The ledger changes elsewhere: the page follows, and stays live.
    with server.app_context():
        deposit = Transaction(
            date=date.today(), type=TransactionType.DEPOSIT, currency="USD", amount=Decimal(1_000_000)
        )
        transactions.add_transaction(person, portfolio.id, deposit)
    browser.wait_for_text("#live-value", "$1,0")
    browser.wait_for(lambda: browser.run(DEPOSITS) == 2, "the new row among the recent ones")
    browser.wait_for(lambda: "$1,0" in browser.text("#live-value") and is_moving(browser), "live prices to go on")

    # The theme is another, and prices go on, in the chart too.
    browser.click("#theme-toggle")
    browser.wait_for(lambda: is_moving(browser), "live prices in the dark")
    browser.wait_for(lambda: bool(browser.run(ENDS_AT_THE_HEADLINE)), "the dark chart to end at the headline")

    # The coin's own page: the last bar is today's, and it moves.
    browser.click("#holdings-grid a.inst")
    browser.wait_for_path(f"/i/{COIN}")
    browser.wait_for(lambda: last_bar(browser)[0] == TODAY.isoformat(), "a bar of today")
    day, count, at = last_bar(browser)
    browser.wait_for(lambda: last_bar(browser)[2] != at, "the last bar to move")
    assert last_bar(browser)[:2] == (day, count)
    browser.wait_for(lambda: browser.driver.title.startswith(f"{COIN} "), "the title to follow")

    # Away and back: the title is the page's own.
    browser.click('[id*="instruments"][id*="side"]')
    browser.wait_for_path("/instruments")
    browser.wait_for(lambda: browser.run("return document.getElementById('live-text').textContent") == "", "silence")
    browser.wait_for(lambda: browser.driver.title == "Instruments · Basis", "the page's own title")
    browser.click('[id*="overview"][id*="side"]')
    browser.wait_for_text("#live-text", "Live, ")
    browser.wait_for(lambda: is_moving(browser), "live prices again")

    # The stream dies: what is shown stays, and is stale within ten seconds by the page's own clock.
    browser.run(KEEP_WHAT_IS_SAID)
    stream.kill()
    browser.wait_for_text("#live-text", "Reconnecting, prices of ")
    browser.wait_for_text("#live-text", "Stale, ")
    assert float(str(browser.run(STALE_AFTER_MS))) < 10_000
    assert state(browser) == "stale"
    assert browser.text("#live-value").startswith("$1,0")
    assert browser.text("#live-meta") == "1 price, frozen"
    assert browser.driver.title.startswith("Stale · Coins ")
    browser.find(f"{PRICE} .bi-clock-history")

    # It is back, and prices go on by themselves; the session ends: the page leads to sign-in.
    stream.start()
    browser.wait_for_text("#live-text", "Live, ")
    browser.wait_for(lambda: is_moving(browser), "live prices after the crash")
    browser.wait_for(lambda: not browser.find_all(f"{PRICE} .bi-clock-history"), "the clock to go")
    with server.app_context():
        sessions.end_all(person.user_id)  # type: ignore[arg-type]  # a person has an id
    browser.wait_for_path("/sign-in?next=%2Fp%2Fcoins")


@pytest.mark.usefixtures("person")
def test_where_the_stream_is_held_back_the_page_asks_and_stops_asking_when_it_comes(
    stream: Stream, browser: Browser, server: Flask, redis_client: redis.Redis
) -> None:
    yesterday = TODAY - timedelta(days=1)
    closes = [f"SOLO,{yesterday - timedelta(days=back)},{100 + back % 7},EUR" for back in range(40)]
    with server.app_context():
        market_data.import_prices(SYSTEM, "\n".join(["symbol,date,close,currency", *closes]).encode(), "prices.csv")
    quote = LiveQuote("SOLO", 101.25, 100.0, "EUR", datetime.now(UTC), Freshness.LIVE)
    feed = Lease(redis_client, LEADER, 600.0)
    assert feed.acquire()
    post(redis_client, {"SOLO": quote})

    # Nothing answers where the stream should be: the page's own server does.
    browser.sign_in(path="/i/SOLO")
    browser.wait_for_text("#live-price", "€101.25")
    browser.wait_for_text("#live-text", "Live, ")
    browser.wait_for_text("#live-price-change", "+€1.25 (+1.25%)")
    browser.wait_for(lambda: browser.driver.title == "SOLO 101.25 ▲1.25%", "the title to follow")

    # The price moves once more, and the feed goes: the page says so, and keeps what it has.
    post(redis_client, {"SOLO": replace(quote, price=98.5)})
    feed.release()
    browser.wait_for_text("#live-price", "€98.50")
    browser.wait_for_text("#live-text", "Stale, ")
    browser.wait_for_text("#live-price-when", "Stale, ")
    browser.wait_for(lambda: browser.driver.title == "Stale · SOLO 98.50 ▼1.50%", "the title to say so")

    # The stream comes: it is listened to, and nothing is asked for any more.
    stream.start()
    browser.wait_for_text("#live-text", "Live, ")
    polls = browser.run(POLLS)
    post(redis_client, {"SOLO": replace(quote, price=103.75)})
    browser.wait_for_text("#live-price", "€103.75")
    late = replace(quote, price=97.5, at=quote.at - timedelta(minutes=15), delayed_seconds=900)
    post(redis_client, {"SOLO": late})
    browser.wait_for_text("#live-price", "€97.50")
    browser.wait_for_text("#live-text", "Delayed 15 min, ")
    post(redis_client, {"SOLO": replace(late, freshness=Freshness.CLOSED, market_state=MarketState.PRE)})
    browser.wait_for_text("#live-text", "Pre-market, ")
    post(redis_client, {"SOLO": replace(late, freshness=Freshness.CLOSED, market_state=MarketState.CLOSED)})
    browser.wait_for_text("#live-text", "Market closed, ")
    assert state(browser) == "closed"
    post(redis_client, {"SOLO": replace(late, freshness=Freshness.CLOSED)})
    browser.wait_for_text("#live-text", "Last close, ")
    assert browser.run(POLLS) == polls

    # Of a portfolio it says how many of its markets are open.
    browser.run(SHOW_MARKETS, quote.at.isoformat())
    browser.wait_for_text("#live-text", ", 3 of 5 markets open")
    title = browser.find("#live-status").get_attribute("title") or ""
    assert "Open: XAMS, XETR, XLON. Before the session: XNAS. Closed: XTKS." in title

    # Within a day a price belongs to the bar that it falls into, or begins the next one.
    with server.app_context():
        market_data.import_prices(SYSTEM, f"symbol,date,close,currency\nDUET,{yesterday},100,EUR\n".encode(), "d.csv")
        store_sessions("DUET", [TODAY], zone="UTC")
    browser.open("/i/DUET?tf=1D")
    browser.wait_for(lambda: browser.run(SHORT_BARS, f"{TODAY}T15:58:00Z") == ["15:55", BARS_A_SESSION], "the last bar")
    browser.wait_for(
        lambda: browser.run(SHORT_BARS, f"{TODAY}T16:07:00Z") == ["16:05", BARS_A_SESSION + 1], "the bar after it"
    )


DEPOSITS = (
    "return [...document.querySelectorAll('.tb .chip.info')].filter((chip) => chip.innerText === 'Deposit').length"
)
MOVED = """
    const now = document.getElementById("live-value").textContent;
    const before = (window.valueBefore = window.valueBefore || now);
    if (before !== now) delete window.valueBefore;
    return before !== now"""


def state(browser: Browser) -> str:
    """What the badge's shape stands for."""
    return browser.find("#live-dot").get_attribute("data-state") or ""


def last_bar(browser: Browser) -> tuple[str, int, float]:
    """Day, number of bars and close of the last bar, once it says what the head of the page does."""
    found = browser.wait_for(lambda: browser.run(LAST_BAR), "the last bar to follow the price")
    assert isinstance(found, list)
    return found[0], found[1], found[2]


def is_moving(browser: Browser) -> bool:
    """Whether the value has changed since this was first asked."""
    return bool(browser.run(MOVED))
